"""Two libraries and all their systems, which can be put back to how they were at any earlier moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from billetbro.api.http.access import Access, RequestSettings
from billetbro.api.place2book.client import Place2bookClient
from billetbro.steps.library_threads import Limits
from billetbro.store.database import migrate, migrate_warehouse
from demo.environment import EmbeddedPostgres, make_live
from sandbox.server import Sandbox
from tests.integration.steps.harness import IMPATIENT, LIBRARIES, PLACE2BOOK, World
from tests.integration.steps.venue import COUNTS, VENUE, Planners, in_yesplan

WEBSITE, VENUES = "solbjerg", "nordvig"
"""The library with a website, and the one that plans in Yesplan."""
FIRST_NUMBER = 7_000_001
"""Place2book's ids have seven digits from here on, so that no other number is taken for one."""
ONE_BY_ONE = replace(IMPATIENT, concurrency=1)
_NOT_SAVED = frozenset({"clock", "lock", "_lock", "_ids", "_numbers", "public_url"})
Saved = dict[str, dict[str, Any]]


@dataclass(slots=True)
class ChaosWorld(World):
    """A world whose clock stands still between two edits, and in which one thing happens at a time.

    So the same run does the same things in the same order, each time that it is run.
    """

    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    requests: RequestSettings = ONE_BY_ONE

    def now(self) -> datetime:
        """Return the moment that all of them take for now."""
        return self.began + self.ahead

    def place2book(self) -> Place2bookClient:
        """Return a client of Place2book."""
        token = self.sandbox.place2book_token
        return Place2bookClient(self.sandbox.place2book_url, token, connection=PLACE2BOOK, settings=self.requests)

    def _access(self, library: str) -> Access:
        return replace(World._access(self, library), requests=self.requests)

    @property
    def planners(self) -> Planners:
        """Return the venue's planners, who understand an editor's words."""
        return Planners(self.sandbox.yesplan[VENUE])


def saved(sandbox: Sandbox) -> Saved:
    """Return a copy of all that the mock servers hold."""
    whole = {
        name: {part.name: getattr(state, part.name) for part in fields(state) if part.name not in _NOT_SAVED}
        for name, state in _states(sandbox).items()
    }
    return deepcopy(whole)


def restore(sandbox: Sandbox, before: Saved) -> None:
    """Put the mock servers back to how they were, with no faults and an empty log."""
    copies = deepcopy(before)
    for name, state in _states(sandbox).items():
        for part, value in copies[name].items():
            setattr(state, part, value)
    sandbox.faults.clear()
    sandbox.log.clear()


def _states(sandbox: Sandbox) -> dict[str, Any]:
    cms = {f"cms:{name}": site for name, site in sandbox.cms.items()}
    yesplan = {f"yesplan:{name}": venue for name, venue in sandbox.yesplan.items()}
    return {"place2book": sandbox.place2book, **cms, **yesplan}


@dataclass(slots=True)
class Stage:
    """One PostgreSQL server and one sandbox, on which worlds are set up again and again."""

    postgres: EmbeddedPostgres
    sandbox: Sandbox
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def empty(self) -> ChaosWorld:
        """Return a world without events, and with tables without rows."""
        self.sandbox.reset(seeded=False)
        self.sandbox.place2book.number_from(FIRST_NUMBER)
        url = self.postgres.create_database(f"chaos_{id(self)}_{next(self._numbers)}")
        engine = _engine(url)
        migrate(engine)
        migrate_warehouse(engine)
        libraries = {
            WEBSITE: LIBRARIES[WEBSITE],
            VENUES: in_yesplan(LIBRARIES[VENUES], prices={"Voksen": "price_adult", "Barn": "price_child"}, **COUNTS),
        }
        world = ChaosWorld(self.sandbox, engine, libraries, limits=Limits(libraries=1))
        for library in libraries:
            one_by_one = {**libraries[library].requests.model_dump(), "concurrency": 1}
            world.configure(library, requests=one_by_one, max_removals={"count": 100, "percent": 100})
        world.configure(WEBSITE, import_unpriced_events=True)
        make_live(engine, libraries)
        self.sandbox.clock = world.now
        return world

    def keep(self, world: ChaosWorld) -> Kept:
        """Return how everything is now, for `back_to`."""
        name = f"kept_{id(self)}_{next(self._numbers)}"
        self.postgres.create_database(name, world.engine.url.database)
        return Kept(name, saved(self.sandbox), world.ahead)

    @contextmanager
    def back_to(self, kept: Kept, world: ChaosWorld) -> Iterator[None]:
        """Let everything be as it was; what happens in the block is forgotten at its end."""
        name, before, ahead = f"chaos_{id(self)}_{next(self._numbers)}", world.engine, world.ahead
        restore(self.sandbox, kept.sandbox)
        world.engine = _engine(self.postgres.create_database(name, kept.database))
        world.ahead = kept.ahead
        # A copy is another database: nothing is live in it until somebody says so.
        make_live(world.engine, world.libraries)
        try:
            yield
        finally:
            world.engine, world.ahead = before, ahead
            self.postgres.drop_database(name)


@dataclass(frozen=True, slots=True)
class Kept:
    """How everything was at one moment: the name of a copy of the database, the servers' state, and the clock."""

    database: str
    sandbox: Saved
    ahead: timedelta


@contextmanager
def a_stage() -> Iterator[Stage]:
    """Run PostgreSQL and the sandbox for the length of the block."""
    from billetbro.store import logins

    logins.SCRYPT_COST = 2
    with EmbeddedPostgres() as postgres, Sandbox() as sandbox:
        yield Stage(postgres, sandbox)


def _engine(url: str) -> Engine:
    # No connection is kept: the database is copied and dropped between two uses. What it commits, such as that a
    # library is live, has to outlast a crash at the very next moment, although the server is not set up like that.
    kept = {"options": "-c synchronous_commit=on"}
    return create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args=kept)


def engine_of(world: ChaosWorld) -> Engine:
    """Return a new engine on the world's database, as the product makes its own; for a new process."""
    from billetbro.store.database import connect

    return connect(world.engine.url)
