"""HTTP servers that can be stopped and come back on the same port while the process lives."""

import asyncio
import socket
from threading import Thread

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_Address = tuple[str, int]
_open_connections: dict[tuple[_Address, _Address], asyncio.Transport] = {}


class _KnownConnection(H11Protocol):
    """An HTTP connection that a fault can reach, to break it in ways that HTTP has no words for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client and self.server and self.server[1] is not None:
            self._ends = (self.client, (self.server[0], self.server[1]))
            _open_connections[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        _open_connections.pop(self._ends, None)


def connection_of(scope: Scope) -> asyncio.Transport:
    """Return the TCP connection that a request came in on."""
    return _open_connections[(tuple(scope["client"]), tuple(scope["server"]))]


class Loop:
    """An event loop in a thread of its own, which the servers share."""

    def __init__(self) -> None:
        self.asyncio = asyncio.new_event_loop()
        self._thread = Thread(target=self.asyncio.run_forever, name="sandbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the loop and wait for its thread."""
        self.asyncio.call_soon_threadsafe(self.asyncio.stop)
        self._thread.join()
        self.asyncio.close()


class Listener:
    """One application on one port; the port is chosen when the listener is made and kept from then on."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._socket: socket.socket | None = _bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Tell whether the port accepts connections."""
        return self._server is not None

    async def start(self) -> None:
        """Accept connections, unless this is done already."""
        if self._server is not None:
            return
        listening = self._socket or _bound(self._host, self.port)
        self._socket = None
        config = uvicorn.Config(
            self._app,
            http=_KnownConnection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            date_header=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            await asyncio.sleep(0.002)

    async def stop(self) -> None:
        """Refuse connections from now on, and close those that are open."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = None


def _bound(host: str, port: int) -> socket.socket:
    # With the protocol named, asyncio sends small answers at once instead of waiting for an acknowledgement (40 ms).
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made
