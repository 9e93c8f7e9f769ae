"""An HTTP API to play the editor, the ticket staff, the buyer and the outage."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.cms_state import CmsSite, UnknownEventError
from sandbox.control_page import PAGE
from sandbox.moments import parse, zulu
from sandbox.place2book_records import Buyer, Event, Price
from sandbox.place2book_rules import BadInputError
from sandbox.place2book_sales import SaleRefusedError
from sandbox.place2book_state import NotFoundError
from sandbox.yesplan_control import yesplan_routes
from sandbox.yesplan_state import UnknownKeywordError, UnknownYesplanEventError

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Handler = Callable[[Request], Awaitable[Response]]
_CMS = "/cms/{library}/events"
_SERIES = "/cms/{library}/series/{uuid}"
_P2B = "/place2book/events"


def control_app(sandbox: "Sandbox") -> Starlette:
    """Return the HTTP application that steers a sandbox."""
    control = _Control(sandbox)
    routes = [
        _route("GET", "/", control.page),
        _route("GET", "/servers", control.servers),
        _route("POST", "/servers/{name}/{action}", control.switch),
        _route("POST", "/reset", control.reset),
        _route("GET", "/log", control.show_log),
        _route("DELETE", "/log", control.clear_log),
        _route("GET", "/faults", control.show_faults),
        _route("POST", "/faults", control.add_fault),
        _route("DELETE", "/faults", control.clear_faults),
        *_cms_routes(_CmsControl(sandbox)),
        *_place2book_routes(_Place2bookControl(sandbox)),
        *yesplan_routes(sandbox),
    ]
    wrong = (BadInputError, SaleRefusedError, UnknownKeywordError, ValueError, TypeError)
    missing = (NotFoundError, UnknownEventError, UnknownYesplanEventError, KeyError)
    handlers: dict[Any, Any] = dict.fromkeys(wrong, _bad_request) | dict.fromkeys(missing, _not_found)
    return Starlette(routes=routes, exception_handlers=handlers)


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(path, handler, methods=[method])


def _cms_routes(control: "_CmsControl") -> list[Route]:
    return [
        _route("GET", _CMS, control.show),
        _route("POST", _CMS, control.add),
        _route("PATCH", _CMS + "/{uuid}", control.edit),
        _route("DELETE", _CMS + "/{uuid}", control.remove),
        _route("POST", _CMS + "/{uuid}/clone", control.clone),
        _route("POST", _CMS + "/{uuid}/insert_from_series", control.insert_from_series),
        _route("POST", _CMS + "/{uuid}/unpublish", control.unpublish),
        _route("POST", _SERIES + "/redate", control.redate),
        _route("PATCH", _SERIES, control.edit_series),
    ]


def _place2book_routes(control: "_Place2bookControl") -> list[Route]:
    return [
        _route("GET", _P2B, control.show),
        _route("PATCH", _P2B + "/{event:int}", control.edit),
        _route("DELETE", _P2B + "/{event:int}", control.delete),
        _route("POST", _P2B + "/{event:int}/pause", control.pause),
        _route("POST", _P2B + "/{event:int}/resume", control.resume),
        _route("POST", _P2B + "/{event:int}/buy", control.buy),
        _route("GET", _P2B + "/{event:int}/purchases", control.purchases),
        _route("POST", _P2B + "/{event:int}/prices", control.add_price),
        _route("PATCH", _P2B + "/{event:int}/prices/{price:int}", control.edit_price),
        _route("POST", "/place2book/purchases/{purchase:int}/refund", control.refund),
        _route("POST", "/place2book/tickets/{ticket:int}/arrive", control.arrive),
        _route("POST", "/place2book/tickets/{ticket:int}/release", control.release),
    ]


class _Control:
    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    async def page(self, _request: Request) -> Response:
        return PlainTextResponse(PAGE)

    async def servers(self, _request: Request) -> Response:
        running = self._sandbox.servers
        return JSONResponse({name: {"url": url, "running": running[name]} for name, url in self._sandbox.urls.items()})

    async def switch(self, request: Request) -> Response:
        action = request.path_params["action"]
        if action not in ("start", "stop"):
            raise ValueError("the action is start or stop")
        await self._sandbox.switch(request.path_params["name"], on=action == "start")
        return await self.servers(request)

    async def reset(self, _request: Request) -> Response:
        self._sandbox.reset()
        return _done()

    async def show_log(self, request: Request) -> Response:
        log = self._sandbox.log
        entries = log.writes() if "writes" in request.query_params else log.entries
        return JSONResponse([{**asdict(entry), "at": zulu(entry.at)} for entry in entries])

    async def clear_log(self, _request: Request) -> Response:
        self._sandbox.log.clear()
        return _done()

    async def show_faults(self, _request: Request) -> Response:
        return JSONResponse([{**asdict(fault), "times_left": left} for fault, left in self._sandbox.faults.active])

    async def add_fault(self, request: Request) -> Response:
        self._sandbox.faults.add(**await _body(request))
        return _done()

    async def clear_faults(self, _request: Request) -> Response:
        self._sandbox.faults.clear()
        return _done()


class _CmsControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def _site(self, request: Request) -> CmsSite:
        return self._sandbox.cms[request.path_params["library"]]

    async def show(self, request: Request) -> Response:
        site = self._site(request)
        return JSONResponse([site.as_json(event) for event in site.events])

    async def add(self, request: Request) -> Response:
        return JSONResponse({"uuid": self._site(request).add(**await _body(request))}, 201)

    async def edit(self, request: Request) -> Response:
        self._site(request).edit(request.path_params["uuid"], **await _body(request))
        return _done()

    async def remove(self, request: Request) -> Response:
        self._site(request).remove(request.path_params["uuid"])
        return _done()

    async def clone(self, request: Request) -> Response:
        return JSONResponse({"uuid": self._site(request).clone(request.path_params["uuid"])}, 201)

    async def insert_from_series(self, request: Request) -> Response:
        self._site(request).insert_from_series(request.path_params["uuid"])
        return _done()

    async def unpublish(self, request: Request) -> Response:
        self._site(request).unpublish(request.path_params["uuid"])
        return _done()

    async def edit_series(self, request: Request) -> Response:
        self._site(request).edit_series(request.path_params["uuid"], **await _body(request))
        return _done()

    async def redate(self, request: Request) -> Response:
        starts: list[datetime] = [parse(text) for text in (await _body(request))["starts"]]
        return JSONResponse({"uuids": self._site(request).redate_series(request.path_params["uuid"], starts)})


class _Place2bookControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self._state = sandbox.place2book

    async def show(self, _request: Request) -> Response:
        return JSONResponse([_summary(event) for event in self._state.events])

    async def edit(self, request: Request) -> Response:
        self._state.staff_edit(request.path_params["event"], **await _body(request))
        return _done()

    async def delete(self, request: Request) -> Response:
        self._state.delete(request.path_params["event"])
        return _done()

    async def pause(self, request: Request) -> Response:
        self._state.pause(request.path_params["event"])
        return _done()

    async def resume(self, request: Request) -> Response:
        self._state.pause(request.path_params["event"], paused=False)
        return _done()

    async def buy(self, request: Request) -> Response:
        wish = await _body(request)
        if "buyer" in wish:
            wish["buyer"] = Buyer(**wish["buyer"])
        return JSONResponse(self._state.buy(request.path_params["event"], **wish).as_json(), 201)

    async def purchases(self, request: Request) -> Response:
        return JSONResponse([bought.as_json() for bought in self._state.purchases(request.path_params["event"])])

    async def add_price(self, request: Request) -> Response:
        price_id = self._state.staff_add_price(request.path_params["event"], **await _body(request))
        return JSONResponse({"id": price_id}, 201)

    async def edit_price(self, request: Request) -> Response:
        ids = request.path_params
        self._state.staff_edit_price(ids["event"], ids["price"], **await _body(request))
        return _done()

    async def refund(self, request: Request) -> Response:
        self._state.refund(request.path_params["purchase"])
        return _done()

    async def arrive(self, request: Request) -> Response:
        self._state.arrive(request.path_params["ticket"], **await _body(request))
        return _done()

    async def release(self, request: Request) -> Response:
        self._state.release(request.path_params["ticket"])
        return _done()


def _summary(event: Event) -> dict[str, object]:
    prices = [_price_summary(event, price) for price in event.prices.values()]
    own = {"id": event.id, "event_maker": event.event_maker, "seccode": event.seccode, "state": event.current_state}
    return {**own, **event.fields.as_json(), "sold": event.sold(), "paused": event.paused, "prices": prices}


def _price_summary(event: Event, price: Price) -> dict[str, object]:
    return {"id": price.id, **price.fields.as_json(), "sold_tickets": event.sold(price.id)}


async def _body(request: Request) -> dict[str, Any]:
    if not await request.body():
        return {}
    body = await request.json()
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _done() -> Response:
    return JSONResponse({"done": True})


async def _bad_request(_request: Request, error: Exception) -> Response:
    return JSONResponse({"message": str(error)}, status_code=400)


async def _not_found(_request: Request, error: Exception) -> Response:
    return JSONResponse({"message": f"not found: {error}"}, status_code=404)
