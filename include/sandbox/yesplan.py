"""A venue's Yesplan as its REST API shows it: events by query, their custom data, and writing that.

The API key is accepted in the query only. Shapes that the facts call uncertain: custom data of many events at once,
and writing it.
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.yesplan_query import BadQueryError, parse_query
from include.sandbox.yesplan_state import (
    Installation,
    ReadOnlyKeywordError,
    UnknownKeywordError,
    UnknownYesplanEventError,
    YesplanEvent,
    as_json,
    custom_data,
    in_groups,
)


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def yesplan_app(installation: Installation) -> Starlette:
    """Return the HTTP application of one venue's installation."""
    api = _YesplanApi(installation)
    routes = [
        Route("/api/events/{query}/customdata", api.list_custom_data, methods=["GET"]),
        Route("/api/events/{query}", api.list_events, methods=["GET"]),
        Route("/api/event/{event}", api.show_event, methods=["GET"]),
        Route("/api/event/{event}/customdata", api.show_custom_data, methods=["GET"]),
        Route("/api/event/{event}/customdata", api.write_custom_data, methods=["PUT"]),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={
            _RefusedError: _refusal,
            BadQueryError: _answer_with(400),
            UnknownYesplanEventError: _answer_with(404, "There is no such event."),
            UnknownKeywordError: _answer_with(400, "There is no custom data field with this keyword: "),
            ReadOnlyKeywordError: _answer_with(403, "This API key may not write the custom data field "),
        },
    )


class _YesplanApi:
    def __init__(self, installation: Installation) -> None:
        self._state = installation

    async def list_events(self, request: Request) -> Response:
        return self._page(request, "", lambda event: as_json(event, self._state.public_url))

    async def list_custom_data(self, request: Request) -> Response:
        self._check_key(request)
        if not self._state.behaviour.bulk:
            raise _RefusedError(404, "Not found")
        return self._page(request, "/customdata", lambda event: self._custom_data(request, event))

    async def show_event(self, request: Request) -> Response:
        return JSONResponse(as_json(self._event(request), self._state.public_url))

    async def show_custom_data(self, request: Request) -> Response:
        return JSONResponse(self._custom_data(request, self._event(request)))

    async def write_custom_data(self, request: Request) -> Response:
        event = self._event(request)
        try:
            body = await request.json()
        except ValueError:
            raise _RefusedError(400, "The body is not JSON.") from None
        if not isinstance(body, dict):
            raise _RefusedError(400, "The body is not an object.")
        self._state.write(event.id, body)
        return Response(status_code=204)

    def _event(self, request: Request) -> YesplanEvent:
        self._check_key(request)
        return self._state.get(request.path_params["event"])

    def _check_key(self, request: Request) -> None:
        if request.query_params.get("api_key") != self._state.api_key:
            raise _RefusedError(401, "The API key is missing or unknown.")
        if self._state.behaviour.revoked:
            raise _RefusedError(403, "The API key has been revoked.")

    def _page(self, request: Request, tail: str, show: Callable[[YesplanEvent], dict[str, object]]) -> Response:
        """Answer with one page of what the query finds; the link to the next page never holds the key."""
        self._check_key(request)
        behaviour, query = self._state.behaviour, request.path_params["query"]
        found = self._state.found(parse_query(query))
        page = int(request.query_params.get("page", "1"))
        first = (page - 1) * behaviour.page_size
        shown = [show(event) for event in found[first : first + behaviour.page_size]]
        following = page + 1 if first + behaviour.page_size < len(found) else None
        if following is None and behaviour.repeats:
            following = page
        pagination = {} if following is None else {"next": self._link(request, query + tail, following)}
        return JSONResponse({"pagination": pagination, "data": shown})

    def _link(self, request: Request, path: str, page: int) -> str:
        kept = {"valuesonly": ""} if "valuesonly" in request.query_params else {}
        host = self._state.behaviour.next_host or self._state.public_url
        return f"{host}/api/events/{quote(path)}?{urlencode({**kept, 'book': 1, 'page': page})}"

    def _custom_data(self, request: Request, event: YesplanEvent) -> dict[str, object]:
        shown: dict[str, object] = {"event": {"id": event.id, "name": event.name}}
        if "valuesonly" in request.query_params:
            return {**shown, "items": custom_data(event, self._state.keywords)}
        return {**shown, "groups": in_groups(event, self._state.keywords)}


async def _refusal(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, _RefusedError) else 500
    return JSONResponse({"message": str(error)}, status_code=status)


def _answer_with(status: int, message: str = "") -> Callable[[Request, Exception], Response]:
    def answer(_request: Request, error: Exception) -> Response:
        named = message if message.endswith(".") else f"{message}{error}"
        return JSONResponse({"message": named}, status_code=status)

    return answer
