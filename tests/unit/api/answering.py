"""An HTTP server that answers exactly what a test tells it to, for answers that no well-behaved stand-in gives."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `delay` is seconds before it begins, `pause` seconds after each byte of its body.

    `interim` is what comes before all that, as it is on the wire.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    pause: float = 0
    interim: bytes = b""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def as_json(data: object, status: int = 200) -> Reply:
    """Return an answer that holds JSON."""
    return Reply(json.dumps(data).encode(), status, {"Content-Type": "application/json"})


class _Http(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has hung up, as an impatient one does."""


class Server:
    """Answers with the replies in order, and then with the last of them for ever."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self.closing = threading.Event()
        self._replies: deque[Reply] = deque([Reply()])
        self._http = _Http((host, 0), _handler_of(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://{host}:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def will_answer(self, *replies: Reply) -> None:
        self._replies = deque(replies)

    def methods(self) -> list[str]:
        return [one.method for one in self.received]

    def bodies(self, methods: Iterable[str] = ("POST", "PUT", "PATCH")) -> list[object]:
        """Return the JSON of every write so far."""
        return [json.loads(one.body) for one in self.received if one.method in methods and one.body]

    def next_reply(self) -> Reply:
        return self._replies.popleft() if len(self._replies) > 1 else self._replies[0]


def _handler_of(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.received.append(Received(self.command, self.path, dict(self.headers), body))
            reply = server.next_reply()
            self.wfile.write(reply.interim)
            if server.closing.wait(reply.delay):
                self.close_connection = True
                return
            self.send_response(reply.status)
            headers = {"Content-Length": str(len(reply.body)), **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [reply.body[at : at + 1] for at in range(len(reply.body))] if reply.pause else [reply.body]:
                try:
                    self.wfile.write(piece)
                except OSError:  # nobody reads any more
                    self.close_connection = True
                    return
                time.sleep(reply.pause)
            self.close_connection |= headers["Content-Length"] != str(len(reply.body))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler
