"""Headers of every answer: nothing is loaded from elsewhere, no script runs, nothing is kept in a cache."""

from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        # Pico draws its arrows and ticks as images within the stylesheet.
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        # Airflow shows a plugin's view in a frame of its own.
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class SafeHeaders:
    """ASGI middleware that sets the headers, unless the answer has its own, also when the application fails."""

    def __init__(self, app: ASGIApp, on_failure: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._on_failure = on_failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request with the headers set."""
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _set(message)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            answer = await run_in_threadpool(self._on_failure, Request(scope, receive), error)
            await answer(scope, receive, send_with_headers)


def _set(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
