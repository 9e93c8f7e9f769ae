"""Place2book's HTTP API, and the public page that a sales link leads to."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.moments import parse
from sandbox.place2book_records import Event, EventMaker, Price
from sandbox.place2book_rules import BadInputError, read_event, read_price, read_prices, unwrap
from sandbox.place2book_state import NotFoundError, Place2book
from sandbox.place2book_view import event_json, event_url, maker_json, price_json

ACCEPT = "application/vnd.place2book.v1+json"
_EVENT = "/event_makers/{maker:int}/events/{event:int}"


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def place2book_app(state: Place2book) -> Starlette:
    """Return the HTTP application."""
    api = _Api(state)
    routes = [
        Route("/da/sw2/sales/{seccode}", api.sales_page, methods=["GET"]),
        Route("/event_makers", api.guarded(api.list_makers), methods=["GET"]),
        Route("/event_makers/{maker:int}", api.guarded(api.show_maker), methods=["GET"]),
        Route("/event_makers/{maker:int}/events", api.guarded(api.list_events), methods=["GET"]),
        Route("/event_makers/{maker:int}/events", api.guarded(api.create_event), methods=["POST"]),
        Route(_EVENT, api.guarded(api.show_event), methods=["GET"]),
        Route(_EVENT, api.guarded(api.replace_event), methods=["PUT"]),
        Route(_EVENT, api.guarded(api.delete_event), methods=["DELETE"]),
        Route(_EVENT + "/prices", api.guarded(api.list_prices), methods=["GET"]),
        Route(_EVENT + "/prices", api.guarded(api.create_price), methods=["POST"]),
        Route(_EVENT + "/prices/{price:int}", api.guarded(api.show_price), methods=["GET"]),
        Route(_EVENT + "/prices/{price:int}", api.guarded(api.replace_price), methods=["PUT"]),
        Route(_EVENT + "/prices/{price:int}", api.guarded(api.delete_price), methods=["DELETE"]),
        Route(_EVENT + "/purchases", api.guarded(api.list_purchases), methods=["GET"]),
    ]
    handlers = {_RefusedError: _refusal, BadInputError: _bad_input, NotFoundError: _not_found}
    return Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]


class _Api:
    def __init__(self, state: Place2book) -> None:
        self._state = state

    def guarded(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Check the token, the Accept header and the event maker before the handler runs."""

        async def checked(request: Request) -> Response:
            self._check(request)
            return await handler(request)

        return checked

    def _check(self, request: Request) -> None:
        if request.headers.get("x-place2book-api-token") != self._state.token:
            raise _RefusedError(401, "The API token is missing or unknown.")
        if ACCEPT not in request.headers.get("accept", ""):
            raise _RefusedError(406, f"The Accept header must be {ACCEPT}.")
        maker = request.path_params.get("maker")
        if maker is None:
            return
        if maker not in self._state.makers:
            raise NotFoundError("event maker")
        if maker not in self._state.allowed_makers:
            raise _RefusedError(403, "The API token may not use this event maker.")

    async def list_makers(self, _request: Request) -> Response:
        makers = [m for m in self._state.makers.values() if m.id in self._state.allowed_makers]
        return JSONResponse([self._maker_json(maker) for maker in makers])

    async def show_maker(self, request: Request) -> Response:
        return JSONResponse(self._maker_json(self._state.makers[request.path_params["maker"]]))

    async def list_events(self, request: Request) -> Response:
        after, before = (_moment(request, f"event_begin_at_{side}") for side in ("after", "before"))
        chosen = [
            event
            for event in self._state.events
            if event.event_maker == request.path_params["maker"]
            and (after is None or event.fields.begin_at >= after)
            and (before is None or event.fields.begin_at <= before)
        ]
        per_page, page = _positive(request, "per_page", 200), _positive(request, "page", 1)
        shown = sorted(chosen, key=lambda event: event.id)[(page - 1) * per_page : page * per_page]
        return JSONResponse([self._event_json(event) for event in shown])

    async def create_event(self, request: Request) -> Response:
        body = unwrap(await _body(request), "event")
        event = self._state.create(request.path_params["maker"], read_event(body), read_prices(body))
        return self._single_event(event, 201, {"Location": self._event_url(event)})

    async def show_event(self, request: Request) -> Response:
        return self._single_event(self._event(request))

    async def replace_event(self, request: Request) -> Response:
        event = self._event(request)
        fields = read_event(unwrap(await _body(request), "event"), event.fields.newer)
        return self._single_event(self._state.replace(event.id, fields))

    async def delete_event(self, request: Request) -> Response:
        self._state.remove(self._event(request).id)
        return Response(status_code=204)

    async def list_prices(self, request: Request) -> Response:
        event = self._event(request)
        return JSONResponse([self._price_json(event, price) for price in self._state.prices(event.id)])

    async def create_price(self, request: Request) -> Response:
        event = self._event(request)
        price = self._state.create_price(event.id, read_price(unwrap(await _body(request), "price")))
        return self._single_price(event, price, 201, {"Location": f"{self._event_url(event)}/prices/{price.id}"})

    async def show_price(self, request: Request) -> Response:
        event = self._event(request)
        return self._single_price(event, self._state.price(event.id, request.path_params["price"]))

    async def replace_price(self, request: Request) -> Response:
        event = self._event(request)
        price = self._state.price(event.id, request.path_params["price"])
        fields = read_price(unwrap(await _body(request), "price"), price.fields.newer)
        return self._single_price(event, self._state.replace_price(event.id, price.id, fields))

    async def delete_price(self, request: Request) -> Response:
        self._state.remove_price(self._event(request).id, request.path_params["price"])
        return Response(status_code=204)

    async def list_purchases(self, request: Request) -> Response:
        return JSONResponse([bought.as_json() for bought in self._state.purchases(self._event(request).id)])

    async def sales_page(self, request: Request) -> Response:
        event = self._state.by_seccode(request.path_params["seccode"])
        status = {"open": "Billetsalget er åbent", "upcoming": "Billetsalget er ikke åbnet endnu"}
        text = status.get(event.sales_status(self._state.clock()), "Billetsalget er lukket")
        name = escape(event.fields.name)
        return HTMLResponse(
            f'<!DOCTYPE html><html lang="da"><head><meta charset="utf-8"><title>{name}</title></head>'
            f"<body><h1>{name}</h1><p>{text}</p></body></html>"
        )

    def _event(self, request: Request) -> Event:
        return self._state.get(request.path_params["event"], request.path_params["maker"])

    def _event_url(self, event: Event) -> str:
        return event_url(self._state.public_url, event)

    def _single_event(self, event: Event, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        shown = self._event_json(event)
        wrap = self._state.variant(event.event_maker).wrap_single
        return JSONResponse({"event": shown} if wrap else shown, status, headers)

    def _single_price(
        self, event: Event, price: Price, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        shown = self._price_json(event, price)
        wrap = self._state.variant(event.event_maker).wrap_single
        return JSONResponse({"price": shown} if wrap else shown, status, headers)

    def _event_json(self, event: Event) -> dict[str, object]:
        state = self._state
        deletable = event.deletable(passive_too=state.passive_deletable)
        variant = state.variant(event.event_maker)
        return event_json(event, variant, state.public_url, state.clock(), deletable=deletable)

    def _price_json(self, event: Event, price: Price) -> dict[str, object]:
        return price_json(event, price, self._state.variant(event.event_maker))

    def _maker_json(self, maker: EventMaker) -> dict[str, object]:
        return maker_json(maker, self._state.public_url)


def _positive(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise BadInputError(f"{name} must be a whole number, 1 or more")
    return int(text)


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    try:
        return None if text is None else parse(text)
    except ValueError:
        raise BadInputError(f"{name} is not a valid datetime") from None


async def _body(request: Request) -> object:
    try:
        return await request.json()
    except ValueError:
        raise BadInputError("the body is not JSON") from None


async def _refusal(_request: Request, error: _RefusedError) -> Response:
    return JSONResponse({"message": str(error)}, status_code=error.status)


async def _bad_input(_request: Request, error: BadInputError) -> Response:
    return JSONResponse({"message": str(error)}, status_code=400)


async def _not_found(_request: Request, error: NotFoundError) -> Response:
    return JSONResponse({"message": f"Not found: {error}"}, status_code=404)
