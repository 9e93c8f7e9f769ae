"""The whole sandbox in one process: Place2book, websites, venues and the control API, each on a port of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Final, Self

from starlette.types import ASGIApp

from sandbox.cms import cms_app
from sandbox.cms_state import CmsSite
from sandbox.control import control_app
from sandbox.faults import Faults
from sandbox.gate import Gate
from sandbox.listener import Listener, Loop
from sandbox.moments import Clock, utc_now
from sandbox.place2book import place2book_app
from sandbox.place2book_records import EventMaker
from sandbox.place2book_state import Place2book
from sandbox.request_log import RequestLog
from sandbox.seed import Library, default_event_makers, default_libraries, seed_cms, seed_place2book
from sandbox.yesplan import yesplan_app
from sandbox.yesplan_seed import Venue, default_venues, seed_yesplan
from sandbox.yesplan_state import Installation

TOKEN: Final = "made-up-sandbox-token"
PLACE2BOOK: Final = "place2book"
CONTROL: Final = "control"
_FOREIGN_EVENT_MAKER: Final = 5900
_START_SECONDS: Final = 30.0


@dataclass(slots=True)
class Sandbox:
    """Start with `with Sandbox() as sandbox:`; every port is chosen by the system unless `ports` names it.

    Servers are named "place2book", "cms:<library id>", "yesplan:<venue id>" and "control". `public_urls` replaces the
    addresses in links, by server, where those that read them reach the sandbox by another name. `clock` can be replaced
    at any time. With `seeded` False all is empty.
    """

    libraries: Sequence[Library] = field(default_factory=default_libraries)
    event_makers: Sequence[EventMaker] = field(default_factory=default_event_makers)
    venues: Sequence[Venue] = field(default_factory=default_venues)
    host: str = "127.0.0.1"
    ports: Mapping[str, int] = field(default_factory=dict)
    public_urls: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = utc_now
    seeded: bool = True
    log: RequestLog = field(default_factory=RequestLog)
    faults: Faults = field(default_factory=Faults)
    place2book: Place2book = field(init=False)
    cms: dict[str, CmsSite] = field(init=False)
    yesplan: dict[str, Installation] = field(init=False)
    _listeners: dict[str, Listener] = field(init=False, default_factory=dict)
    _loop: Loop | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.place2book = Place2book(TOKEN, self._now, makers={maker.id: maker for maker in self.event_makers})
        self.cms = {
            library.id: CmsSite(library.id, library.name, library.login, library.password, self._now)
            for library in self.libraries
        }
        self.yesplan = {
            venue.id: Installation(venue.id, venue.name, venue.api_key, self._now, venue.keywords, venue.writable)
            for venue in self.venues
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Bind the ports, enter the seed and accept connections. Raises OSError when a port is taken."""
        self._loop = Loop()
        try:
            self._listen()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all servers."""
        if self._loop is None:
            return
        self._on_all(Listener.stop)
        self._loop.close()
        self._loop = None
        self._listeners.clear()

    def reset(self, *, seeded: bool | None = None) -> None:
        """Return to the beginning without a restart: the seed (or nothing), an empty log, no faults."""
        self.place2book.clear()
        self.place2book.allowed_makers.discard(_FOREIGN_EVENT_MAKER)
        for library in self.libraries:
            site = self.cms[library.id]
            site.clear()
            site.login, site.password = library.login, library.password
        for venue in self.venues:
            self.yesplan[venue.id].clear()
            self.yesplan[venue.id].writable = venue.writable
        if self.seeded if seeded is None else seeded:
            seed_place2book(self.place2book)
            for library in self.libraries:
                seed_cms(self.cms[library.id], library, self.place2book.public_url)
            for venue in self.venues:
                seed_yesplan(self.yesplan[venue.id], venue)
        self.faults.clear()
        self.log.clear()

    @property
    def place2book_url(self) -> str:
        """Return the address of Place2book's API."""
        return self._url(PLACE2BOOK)

    @property
    def cms_urls(self) -> dict[str, str]:
        """Return the addresses of the websites by library."""
        return {library_id: self._url(f"cms:{library_id}") for library_id in self.cms}

    @property
    def yesplan_urls(self) -> dict[str, str]:
        """Return the addresses of the installations by venue."""
        return {venue_id: self._url(f"yesplan:{venue_id}") for venue_id in self.yesplan}

    @property
    def control_url(self) -> str:
        """Return the address of the control API."""
        return self._url(CONTROL)

    @property
    def urls(self) -> dict[str, str]:
        """Return the addresses of all servers by name."""
        return {name: self._url(name) for name in self._listeners}

    @property
    def place2book_token(self) -> str:
        """Return the one API token."""
        return self.place2book.token

    @property
    def cms_users(self) -> dict[str, tuple[str, str]]:
        """Return login and password of each website's external system."""
        return {library_id: (site.login, site.password) for library_id, site in self.cms.items()}

    @property
    def servers(self) -> dict[str, bool]:
        """Return the servers by name, and whether each accepts connections."""
        return {name: listener.running for name, listener in self._listeners.items()}

    def stop_server(self, name: str) -> None:
        """Let one server refuse connections. Raises KeyError for an unknown name."""
        self._run(self._listeners[name].stop())

    def start_server(self, name: str) -> None:
        """Let one server come back on the same port. Raises KeyError for an unknown name."""
        self._run(self._listeners[name].start())

    async def switch(self, name: str, *, on: bool) -> None:
        """Start or stop one server from inside the sandbox's own event loop. Raises KeyError for an unknown name."""
        listener = self._listeners[name]
        await (listener.start() if on else listener.stop())

    def _listen(self) -> None:
        for name, app in self._apps().items():
            self._listeners[name] = Listener(app, self.host, self.ports.get(name, 0))
        self.place2book.public_url = self._public_url(PLACE2BOOK)
        for library_id, site in self.cms.items():
            site.public_url = self._public_url(f"cms:{library_id}")
        for venue_id, installation in self.yesplan.items():
            installation.public_url = self._public_url(f"yesplan:{venue_id}")
        self.reset()
        self._on_all(Listener.start)

    def _now(self) -> datetime:
        return self.clock()

    def _apps(self) -> dict[str, ASGIApp]:
        apps: dict[str, ASGIApp] = {PLACE2BOOK: place2book_app(self.place2book)}
        apps |= {f"cms:{library_id}": cms_app(site) for library_id, site in self.cms.items()}
        apps |= {f"yesplan:{venue_id}": yesplan_app(state) for venue_id, state in self.yesplan.items()}
        gated: dict[str, ASGIApp] = {
            name: Gate(app, name, self.log, self.faults, self._now) for name, app in apps.items()
        }
        return {**gated, CONTROL: control_app(self)}

    def _url(self, server: str) -> str:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        return f"http://{host}:{self._listeners[server].port}"

    def _public_url(self, server: str) -> str:
        return self.public_urls.get(server, self._url(server)).rstrip("/")

    def _on_all(self, action: Callable[[Listener], Coroutine[None, None, None]]) -> None:
        async def together() -> None:
            await asyncio.gather(*(action(listener) for listener in self._listeners.values()))

        self._run(together())

    def _run(self, work: Coroutine[None, None, None]) -> None:
        if self._loop is None:
            work.close()
            raise RuntimeError("the sandbox is not running")
        asyncio.run_coroutine_threadsafe(work, self._loop.asyncio).result(_START_SECONDS)
