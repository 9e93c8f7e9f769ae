"""What every request to a stand-in passes through: the log first, then the faults, then the API itself."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.broken_answers import bomb, changed, growing, in_another_charset, items_of
from sandbox.faults import Fault, Faults
from sandbox.listener import connection_of
from sandbox.moments import Clock
from sandbox.request_log import LoggedRequest, RequestLog

_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Log ind</title></head><body><h1>Log ind</h1></body></html>"
_INTERIM = (
    b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
)
_CLAIMED_BUT_MISSING_BYTES = 100
_CLOCK_IS_WRONG_BY = timedelta(hours=5)


@dataclass(slots=True)
class _Collected:
    """An answer that was caught before it left."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        if message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class Gate:
    """Wraps one stand-in's ASGI application."""

    def __init__(self, app: ASGIApp, server: str, log: RequestLog, faults: Faults, clock: Clock) -> None:
        self._app = app
        self._server = server
        self._log = log
        self._faults = faults
        self._clock = clock
        self._page_before: list[object] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log the request, and answer it or fail as the faults say."""
        method, path = scope["method"], scope["path"]
        entry = self._log.begin(self._server, method, path, scope["query_string"].decode(), self._clock())
        fault = self._faults.take(self._server, method, path)
        noting = _noting_status(entry, send, http_date(self._clock()))
        try:
            if fault is None:
                await self._app(scope, receive, noting)
            else:
                await self._fail(fault, scope, receive, noting)
        finally:
            self._log.end(entry)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case "status":
                if fault.work:
                    await self._app(scope, receive, _Collected().send)
                await _answer(send, fault.code, fault.body.encode(), fault.headers)
            case "html_200":
                await _answer(send, 200, _LOGIN_PAGE.encode(), {"Content-Type": "text/html; charset=utf-8"})
            case "empty_list":
                await _answer(send, 200, b"[]", {})
            case "not_a_list":
                await _answer(send, 200, json.dumps({"message": "Der opstod en fejl"}).encode(), {})
            case "drop_before":
                await _hang_up(scope)
            case "drop_after":
                await self._app(scope, receive, _Collected().send)
                await _hang_up(scope)
            case "garbage":
                connection_of(scope).write(b"\x15\x03\x01\x00 not http\r\n\r\n")
                await _hang_up(scope)
            case "early_hints":
                connection_of(scope).write(_INTERIM)
                await self._app(scope, receive, send)
            case "growing":
                await self._grow(scope, receive, send)
            case "truncated_json":
                await self._cut_short(scope, receive, send)
            case "wrong_length":
                await self._end_early(scope, receive, send)
            case _:
                await self._change(fault, scope, receive, send)

    async def _change(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry the request out, and answer otherwise than the API did."""
        answer = _Collected()
        await self._app(scope, receive, answer.send)
        match fault.kind:
            case "drip":
                await _drip(send, answer, fault.seconds)
            case "gzip_bomb":
                await _answer(send, answer.status, bomb(), {"Content-Encoding": "gzip"})
            case "wrong_charset":
                headers = {"Content-Type": "application/json; charset=utf-16"}
                await _answer(send, answer.status, in_another_charset(answer.body), headers)
            case "wrong_date":
                at = http_date(self._clock() + _CLOCK_IS_WRONG_BY)
                await _answer(send, answer.status, answer.body, {"Date": at})
            case _:
                await _answer(send, answer.status, changed(fault.kind, answer.body), {})

    async def _grow(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Collected()
        await self._app(scope, receive, answer.send)
        page = int(parse_qs(scope["query_string"].decode()).get("page", ["1"])[0])
        data = json.loads(answer.body)
        before = self._page_before if page > 1 else []
        self._page_before = items_of(data) or before
        await _answer(send, answer.status, json.dumps(growing(page, before)(data)).encode(), {})

    async def _cut_short(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Collected()
        await self._app(scope, receive, answer.send)
        await _answer(send, answer.status, answer.body[: len(answer.body) // 2], {})

    async def _end_early(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Collected()
        await self._app(scope, receive, answer.send)
        length = str(len(answer.body) + _CLAIMED_BUT_MISSING_BYTES).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        await _hang_up(scope)


def http_date(moment: datetime) -> str:
    """Return a moment of any time zone as the `Date` of an answer."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _noting_status(entry: LoggedRequest, send: Send, date: str) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            if not any(name == b"date" for name, _ in message["headers"]):
                message = {**message, "headers": [*message["headers"], (b"date", date.encode())]}
        await send(message)

    return noting


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    all_headers = {"content-type": "application/json", "content-length": str(len(body))}
    all_headers |= {name.lower(): value for name, value in headers.items()}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _drip(send: Send, answer: _Collected, seconds: float) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    for place in range(len(answer.body)):
        await asyncio.sleep(seconds)
        await send({"type": "http.response.body", "body": answer.body[place : place + 1], "more_body": True})
    await send({"type": "http.response.body"})


async def _hang_up(scope: Scope) -> None:
    """Close the connection, and wait until the server has noticed so that it does not answer in our place."""
    connection_of(scope).close()
    await asyncio.sleep(0.01)
