"""A venue's Yesplan as its REST API shows it: events by query, their custom data, and writing that.

The API key is accepted in the query only. Custom data is written as a list of keywords and values; an object, which
looks so much like what is read, is refused. Uncertain are the custom data of many events at once, and groups.
"""

from collections.abc import Callable
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.yesplan_json import as_json, custom_data, group_as_json, in_groups, in_list
from sandbox.yesplan_query import BadQueryError, parse_query
from sandbox.yesplan_state import (
    Installation,
    ReadOnlyKeywordError,
    UnknownKeywordError,
    UnknownYesplanEventError,
    YesplanEvent,
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
        Route("/api/group/{group}", api.show_group, methods=["GET"]),
        Route("/api/group/{group}/customdata", api.write_custom_data_of_group, methods=["PUT"]),
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
        self._state.write(event.id, await _values_in(request))
        return self._written()

    async def show_group(self, request: Request) -> Response:
        return JSONResponse(self._group(request))

    async def write_custom_data_of_group(self, request: Request) -> Response:
        group = self._group(request)
        self._state.write_of_group(str(group["id"]), await _values_in(request))
        return self._written()

    def _written(self) -> Response:
        return JSONResponse({}) if self._state.behaviour.written == 200 else Response(status_code=204)

    def _group(self, request: Request) -> dict[str, object]:
        self._check_key(request)
        group = group_as_json(self._state, request.path_params["group"])
        if group is None:
            raise _RefusedError(404, "There is no such group.")
        return group

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
        here = {"book": 1, "page": page}
        link = {} if following is None else {"next": self._link(request, query + tail, following)}
        return JSONResponse({"pagination": {**link, **here}, **here, "data": shown})

    def _link(self, request: Request, path: str, page: int) -> str:
        kept = {name: value for name, value in request.query_params.items() if name in ("valuesonly", "keywords")}
        host = self._state.behaviour.next_host or self._state.public_url
        return f"{host}/api/events/{quote(path)}?{urlencode({**kept, 'book': 1, 'page': page})}"

    def _custom_data(self, request: Request, event: YesplanEvent) -> dict[str, object]:
        """Show all fields in groups, or in a list those that are asked for, or nothing but values."""
        state, asked = self._state, request.query_params
        shown: dict[str, object] = {"event": {"id": event.id, "name": event.name}}
        keywords = _asked_for(asked["keywords"], state.keywords) if "keywords" in asked else state.keywords
        if "valuesonly" in asked and not state.behaviour.listed:
            return {**shown, "items": custom_data(event, keywords, state.behaviour.choices)}
        if "valuesonly" in asked or "keywords" in asked:
            return {**shown, "items": in_list(event, keywords, state.behaviour.choices)}
        return {**shown, "groups": in_groups(event, keywords, state.behaviour.choices)}


async def _values_in(request: Request) -> dict[str, object]:
    """Return what is to be written, by keyword."""
    try:
        body = await request.json()
    except ValueError:
        raise _RefusedError(400, "The body is not JSON.") from None
    if not _is_list_of_values(body):
        raise _RefusedError(400, "The body is not a list of keywords and values.")
    return {one["keyword"]: one["value"] for one in body}


def _is_list_of_values(body: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(body, list) and all(
        isinstance(one, dict) and isinstance(one.get("keyword"), str) and "value" in one for one in body
    )


def _asked_for(names: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(keyword for keyword in known if keyword in names.split(","))


async def _refusal(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, _RefusedError) else 500
    return JSONResponse({"message": str(error)}, status_code=status)


def _answer_with(status: int, message: str = "") -> Callable[[Request, Exception], Response]:
    def answer(_request: Request, error: Exception) -> Response:
        named = message if message.endswith(".") else f"{message}{error}"
        return JSONResponse({"message": named}, status_code=status)

    return answer
