"""The control API's part for Yesplan: to play the planner, and to switch an installation's peculiarities."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.yesplan_json import as_json, custom_data
from sandbox.yesplan_state import Installation

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_EVENTS = "/yesplan/{venue}/events"


def yesplan_routes(sandbox: "Sandbox") -> list[Route]:
    """Return the routes that steer the venues' installations."""
    control = _YesplanControl(sandbox)
    return [
        Route("/yesplan/{venue}", control.behaviour, methods=["GET"]),
        Route("/yesplan/{venue}", control.behave, methods=["PATCH"]),
        Route(_EVENTS, control.show, methods=["GET"]),
        Route(_EVENTS, control.add, methods=["POST"]),
        Route(_EVENTS + "/{event}", control.edit, methods=["PATCH"]),
        Route(_EVENTS + "/{event}", control.remove, methods=["DELETE"]),
    ]


class _YesplanControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def _installation(self, request: Request) -> Installation:
        return self._sandbox.yesplan[request.path_params["venue"]]

    async def behaviour(self, request: Request) -> Response:
        return JSONResponse(asdict(self._installation(request).behaviour))

    async def behave(self, request: Request) -> Response:
        self._installation(request).behave(**await request.json())
        return await self.behaviour(request)

    async def show(self, request: Request) -> Response:
        state = self._installation(request)
        shown = [
            {**as_json(event, state.public_url), "customdata": custom_data(event, state.keywords)}
            for event in state.events
        ]
        return JSONResponse(shown)

    async def add(self, request: Request) -> Response:
        return JSONResponse({"id": self._installation(request).add(**await request.json())}, 201)

    async def edit(self, request: Request) -> Response:
        self._installation(request).edit(request.path_params["event"], **await request.json())
        return JSONResponse({"done": True})

    async def remove(self, request: Request) -> Response:
        self._installation(request).remove(request.path_params["event"])
        return JSONResponse({"done": True})
