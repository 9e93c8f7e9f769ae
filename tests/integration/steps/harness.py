"""A library's whole hour without Airflow: the steps of the DAG, over HTTP to the stand-ins, into a real PostgreSQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, cast

import requests
from sqlalchemy import Engine, text

from billetbro.api.http.access import Access, RequestSettings
from billetbro.api.place2book.client import Place2bookClient
from billetbro.messages.catalogue import Translator
from billetbro.models import Link, Mode, PersonalDataPolicy
from billetbro.settings.libraries import Library, Settings, in_units, load_settings
from billetbro.sources import Source
from billetbro.sources.dpl_cms.source import DplCmsSource, client_of
from billetbro.sources.yesplan.source import YesplanSettings
from billetbro.steps.begin import begin
from billetbro.steps.export_purchases import export
from billetbro.steps.extract import extract
from billetbro.steps.library_threads import Limits
from billetbro.steps.load.load import load
from billetbro.steps.login import OpenedSource
from billetbro.steps.request import Batch, LibraryRun, NothingToDo, RunRequest, for_each_library, library_run
from billetbro.steps.transform import transform
from billetbro.steps.writeback import write_back
from billetbro.store.links import read_links
from billetbro.store.runs import RunRecord, read_run
from billetbro.warehouse.privacy.pseudonymise import Privacy
from demo.environment import make_live
from sandbox.cms_state import CmsSite
from sandbox.moments import utc_now
from sandbox.place2book_records import Event
from sandbox.request_log import WRITING_METHODS, LoggedRequest
from sandbox.server import Sandbox
from tests.integration.steps.venue import VENUE, Planners

LIBRARIES = {
    library.id: library
    for library in load_settings(Path(__file__).parents[3] / "demo" / "libraries.yaml", environ={}).libraries
    if library.source.type == "dpl_cms"
}
"""The demonstration's libraries with a website; the venue's Yesplan is given to one of them where a test wants it."""
IMPATIENT = RequestSettings(concurrency=4, per_second=2000, connect_timeout=60, read_timeout=60, tries=2, backoff=0.01)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TABLES = (
    "notices",
    "runs",
    "source_events",
    "ticket_events",
    "links",
    "former_links",
    "changes",
    "rejections",
    "logins",
    "pruned",
    "settled",
    "validators",
    "orphans",
    "lookalikes",
)
WAREHOUSE_TABLES = (
    *("data_quality", "answers", "additional_sales", "tickets", "purchases", "prices"),
    *("event_sales", "daily_sales", "events"),
)
"""Those that hold on to others first."""
LOGIN_TRIED = ("PATCH", "/api/v1/events/00000000-0000-0000-0000-000000000000")
"""Method and path of the request that tells whether a website's login may write, and changes nothing."""
PLACE2BOOK = "place2book"
AN_EVENT = "/events/(?!00000000-0000-0000-0000-000000000000)"
"""A pattern for the path of a website's event that can exist: faults there leave the login to be tried."""
YESPLAN_ID = re.compile(r"\d+-\d+")


class Died(BaseException):
    """The process ends here: nothing that handles errors may catch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What came of one run: the requests that it made, and what it raised, by step."""

    run_id: str
    requests: list[LoggedRequest]
    raised: dict[str, BaseException]
    idle: frozenset[str]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that were meant to change something, as (server, method)."""
        return [(r.server, r.method) for r in written(self.requests)]

    @property
    def tried(self) -> list[tuple[str, int | None]]:
        """Return where a login was tried, and with which status it was answered."""
        return [(r.server, r.status) for r in self.requests if (r.method, r.path) == LOGIN_TRIED]

    @property
    def counted(self) -> dict[tuple[str, str], int]:
        """Return how many requests of each kind were meant to change something."""
        return dict(Counter(self.writes))


@dataclass(slots=True)
class World:
    """The stand-ins, the database, and the libraries that are kept in step; `ahead` moves everybody's clock.

    The warehouse lies in the same database, unless another is named.
    """

    sandbox: Sandbox
    engine: Engine
    libraries: dict[str, Library]
    ahead: timedelta = timedelta(0)
    token: str | None = None
    passwords: dict[str, str] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)
    place2book_client: type[Place2bookClient] = Place2bookClient
    source: type[DplCmsSource] = DplCmsSource
    warehouse: Engine | None = None
    limits: Limits = field(default_factory=Limits)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def now(self) -> datetime:
        """Return the moment that all of them take for now."""
        return datetime.now(UTC) + self.ahead

    @property
    def say(self) -> Translator:
        """Return what says everything in Danish, of each library in the words of its source."""
        return self.say_in("da")

    def say_in(self, language: str) -> Translator:
        """Return what says everything in a language."""
        return Translator(language, libraries={id_: library.source.type for id_, library in self.libraries.items()})

    def configure(self, library: str = "solbjerg", **settings: object) -> None:
        """Change a library's settings, each given whole."""
        before = self.libraries[library].model_dump(mode="json")
        self.libraries[library] = Library.model_validate({**before, **settings})

    def run(
        self,
        mode: Mode = Mode.SYNC,
        *,
        by_hand: bool = False,
        events: Iterable[str] = (),
        allow_mass_removal: bool = False,
        read_all_prices: bool = False,
        tries: int = 1,
        only: Sequence[str] | None = None,
        libraries: Sequence[str] = (),
    ) -> Happened:
        """Run every step once (`tries`: until it succeeds), or `only` these; of every library, or of `libraries`."""
        request = RunRequest(
            run_id=f"run {next(self._numbers)}",
            mode=mode,
            by_hand=by_hand,
            events=frozenset(events),
            allow_mass_removal=allow_mass_removal,
            read_all_prices=read_all_prices,
        )
        return self.carry_out(request, tries=tries, only=only, libraries=libraries)

    def carry_out(
        self, request: RunRequest, *, tries: int = 1, only: Sequence[str] | None = None, libraries: Sequence[str] = ()
    ) -> Happened:
        """Carry out a run's steps; the same run again is one that was cleared in Airflow."""
        before = len(self.sandbox.log.entries)
        chosen = list(libraries or self.libraries)
        begin(self.engine, [self.libraries[library] for library in chosen], request, self.now(), self.warehouse)
        raised: dict[str, BaseException] = {}
        idle: set[str] = set()
        for step, work in self._steps(request).items():
            if only is None or step in only:
                self._step(request, step, work, chosen, tries, raised, idle)
        return Happened(
            run_id=request.run_id, requests=self.sandbox.log.entries[before:], raised=raised, idle=frozenset(idle)
        )

    def _step(
        self,
        request: RunRequest,
        step: str,
        work: Callable[[str], object],
        libraries: Sequence[str],
        tries: int,
        raised: dict[str, BaseException],
        idle: set[str],
    ) -> None:
        units = [
            [library for library in libraries if library in unit]
            for unit in in_units([self.libraries[library] for library in libraries])
        ]
        for number in range(tries):
            raised.pop(step, None)
            try:
                for_each_library(
                    self.engine, request, Batch(step=step, units=units, again=number > 0, limits=self.limits), work
                )
            except NothingToDo:
                idle.add(step)
            except (Exception, Died) as error:
                raised[step] = error
                continue
            return

    def _steps(self, request: RunRequest) -> dict[str, Callable[[str], object]]:
        run = partial(self.library_run, request)

        def load_one(library: str) -> object:
            with self.place2book() as client:
                twin, source = self._twin_of(library), partial(self.opened_source, library)
                return load(run(library), client, twin=twin, source=source)

        def write_back_one(library: str) -> object:
            with self.apis_of(library) as (source, client):
                return write_back(run(library), source, client.host)

        def extract_one(library: str) -> object:
            with self.opened_source(library) as opened:
                return extract(run(library), opened)

        def transform_one(library: str) -> object:
            with self.place2book() as client:
                return transform(run(library), client.host)

        def export_one(library: str) -> object:
            with self.place2book() as client:
                privacy = Privacy(policy=PersonalDataPolicy.DROP)
                return export(run(library), client, privacy, self.warehouse)

        return {
            "extract": extract_one,
            "transform": transform_one,
            "load": load_one,
            "writeback": write_back_one,
            "export_purchases": export_one,
        }

    def library_run(self, request: RunRequest, library: str = "solbjerg") -> LibraryRun:
        """Return a library's part of a run, as it would begin now."""
        return library_run(self.engine, self.libraries[library], request, self.now())

    def _twin_of(self, library: str) -> Library | None:
        return Settings(libraries=tuple(self.libraries.values())).twin(self.libraries[library])

    def place2book(self) -> Place2bookClient:
        """Return a client of Place2book, with the token that the connection holds."""
        token = self.sandbox.place2book_token if self.token is None else self.token
        return self.place2book_client(self.sandbox.place2book_url, token, connection=PLACE2BOOK, settings=IMPATIENT)

    @contextmanager
    def apis_of(self, library: str) -> Iterator[tuple[Source, Place2bookClient]]:
        """Give a library's source and Place2book."""
        with self.opened_source(library) as opened, self.place2book() as client:
            yield opened.source, client

    @contextmanager
    def opened_source(self, library: str) -> Iterator[OpenedSource]:
        """Give a library's source with what it was opened with."""
        told, access = self.libraries[library].source, self._access(library)
        if isinstance(told, YesplanSettings):
            with told.opened(access, lookback_days=self.libraries[library].lookback_days) as source:
                yield OpenedSource(source=source, access=access)
            return
        with client_of(access) as cms:
            yield OpenedSource(source=self.source(cms), access=access)

    def _access(self, library: str) -> Access:
        """Return what the connection to a library's source says: what is right, unless a test has it say otherwise."""
        conn_id = self.libraries[library].source.conn_id
        where = conn_id.partition("_")[2]
        if where == VENUE:
            url, login, password = self.sandbox.yesplan_urls[VENUE], "", self.sandbox.yesplan[VENUE].api_key
        else:
            url, (login, password) = self.sandbox.cms_urls[where], self.sandbox.cms_users[where]
        return Access(
            conn_id=conn_id,
            url=url,
            login=self.logins.get(where, login),
            password=self.passwords.get(where, password),
            requests=IMPATIENT,
        )

    @property
    def plans_in_yesplan(self) -> bool:
        """Tell whether Solbjerg's events come from the theatre's Yesplan instead of a website."""
        return isinstance(self.libraries["solbjerg"].source, YesplanSettings)

    @property
    def site(self) -> CmsSite:
        """Return Solbjerg's website, or planners who understand the same words."""
        if self.plans_in_yesplan:
            return cast(CmsSite, Planners(self.sandbox.yesplan[VENUE]))
        return self.sandbox.cms["solbjerg"]

    @property
    def written_back(self) -> tuple[str, str]:
        """Return (server, method) of a request that writes back to Solbjerg's source."""
        return (f"yesplan:{VENUE}", "PUT") if self.plans_in_yesplan else ("cms:solbjerg", "PATCH")

    def add(self, title: str = "Koncert", price: float = 100, capacity: int = 50, **fields: object) -> str:
        """Publish a ticket event at Solbjerg's source and return its uuid; with one category by default."""
        category = {"uuid": f"category of {title}", "title": "Voksen", "price": {"currency": "DKK", "value": price}}
        shown: dict[str, object] = {
            "title": title,
            "ticket_manager_relevance": True,
            "branches": ["Solbjerg Bibliotek"],
            "ticket_categories": [category],
            "ticket_capacity": capacity,
        }
        return self.site.add(**{**shown, **fields})

    def publish(self, title: str = "Koncert", *, beside: str | None = None, **fields: Any) -> str:
        """Publish an event, and another one `beside` it, run once, and return the uuid of the first."""
        uuid = self.add(title, **fields)
        if beside:
            self.add(beside)
        self.run()
        return uuid

    def sell(self, title: str = "Koncert", *, beside: str | None = None, **fields: Any) -> tuple[str, Event]:
        """Publish an event and run once; return its uuid, and the Place2book event that came of it."""
        uuid = self.publish(title, beside=beside, **fields)
        return uuid, self.event_of(uuid)

    def run_at(self, ahead: timedelta) -> Happened:
        """Run when everybody's clock is so much ahead."""
        self.ahead = ahead
        return self.run()

    def after_edit(self, uuid: str, **fields: object) -> Happened:
        """Change an event at the source, and return what comes of the next run."""
        self.site.edit(uuid, **fields)
        return self.run()

    def after_staff_edit(self, event_id: int, **fields: object) -> Happened:
        """Change an event in Place2book, and return what comes of the next run."""
        self.sandbox.place2book.staff_edit(event_id, **fields)
        return self.run()

    def after_sale(self, event_id: int, **bought: Any) -> Happened:
        """Buy tickets, and return what comes of the next run."""
        self.sandbox.place2book.buy(event_id, **bought)
        return self.run()

    def after_fault(self, *where: Any, **how: Any) -> Happened:
        """Let a server fail from now on, and return what comes of the next run."""
        self.sandbox.faults.add(*where, **how)
        return self.run()

    def after_repair(self) -> Happened:
        """Let every server work again, and return what comes of the next run."""
        self.sandbox.faults.clear()
        return self.run()

    def ours(self, library: str = "solbjerg") -> dict[str, Link]:
        """Return the library's links by source event."""
        with self.engine.connect() as connection:
            return {link.uuid: link for link in read_links(connection, library)}

    def event_of(self, uuid: str) -> Event:
        """Return the Place2book event that a source event is linked to."""
        return self.sandbox.place2book.get(self.ours()[uuid].event_id)

    def link_shown(self, uuid: str, library: str = "solbjerg") -> str | None:
        """Return the link that a website shows for an event."""
        site = self.site if library == "solbjerg" else self.sandbox.cms[library]
        external = site.get(uuid).fields.get("external_data")
        return external.get("url") if isinstance(external, dict) else None

    def state_shown(self, uuid: str) -> object:
        """Return the state that Solbjerg's website has for an event."""
        return self.site.get(uuid).fields["state"]

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]

    def changes(self, happened: Happened | None = None) -> list[tuple[str, str, str]]:
        """Return (title, kind, status) of a run's changes, or of all, in the order of planning."""
        run_id = happened.run_id if happened else None
        query = "SELECT title, kind, status FROM sync.changes WHERE run_id = coalesce(:run, run_id) ORDER BY id"
        return [(row["title"], row["kind"], row["status"]) for row in self.rows(query, run=run_id)]

    def open_rejections(self) -> set[tuple[str, str]]:
        """Return (title, code) of what stands open."""
        query = "SELECT title, code FROM sync.rejections WHERE resolved_at IS NULL"
        return {(row["title"], row["code"]) for row in self.rows(query)}

    def record(self, happened: Happened, library: str = "solbjerg") -> RunRecord:
        """Return a library's row of a run."""
        with self.engine.connect() as connection:
            return read_run(connection, happened.run_id, library)

    def answers(self, link: str | None) -> bool:
        """Tell whether a link leads to the page of an event of the stand-in's; nobody else is asked."""
        ours = link is not None and link.startswith(self.sandbox.place2book_url)
        return ours and requests.get(str(link), timeout=60).status_code == 200

    def everything(self) -> str:
        """Return all that stands in the schema `sync`, as text."""
        return "\n".join(str(self.rows(f"SELECT * FROM sync.{table}")) for table in TABLES)

    def unplanned_requests(self) -> list[tuple[str, str]]:
        """Return the requests that changed something, or meant to, without a change that was stored as `applying`.

        A write to custom data that is refused may be sent again in as many parts as it has fields.
        """
        writes = [entry for entry in written(self.sandbox.log.entries) if entry.status != 429]
        in_parts = {e.path for e in writes if e.path.endswith("/customdata") and 400 <= (e.status or 0) < 500}
        began: Counter[tuple[str, str]] = Counter()
        for row in self.rows("SELECT * FROM sync.changes WHERE applying_at IS NOT NULL"):
            request = _request_of(row)
            began[request] += 1 + (len(row["fields"]) if request[1] in in_parts else 0)
        sent = Counter((entry.method, entry.path) for entry in writes)
        return sorted((sent - began).elements())


def written(requests: Iterable[LoggedRequest]) -> list[LoggedRequest]:
    """Return the requests that were meant to change something."""
    return [r for r in requests if r.method in WRITING_METHODS and (r.method, r.path) != LOGIN_TRIED]


def new_world(sandbox: Sandbox, engine: Engine, libraries: list[str], *, seeded: bool) -> World:
    """Empty the tables and return to the beginning."""
    with engine.begin() as connection:
        # Much faster than TRUNCATE, which makes new files for each table and its indexes.
        for table in (*(f"sync.{table}" for table in TABLES), *(f"warehouse.{table}" for table in WAREHOUSE_TABLES)):
            connection.execute(text(f"DELETE FROM {table}"))
    make_live(engine, [*LIBRARIES, VENUE])
    sandbox.clock = utc_now
    sandbox.reset(seeded=seeded)
    world = World(sandbox, engine, {library: LIBRARIES[library] for library in libraries})
    sandbox.clock = world.now
    return world


def _request_of(row: dict[str, Any]) -> tuple[str, str]:
    """Return method and path of the request that a change stands for; an id tells whether it is Yesplan's."""
    of_yesplan = YESPLAN_ID.fullmatch(row["uuid"]) is not None
    of_source = f"/api/event/{row['uuid']}/customdata" if of_yesplan else f"/api/v1/events/{row['uuid']}"
    writes_back = "PUT" if of_yesplan else "PATCH"
    events = f"/event_makers/{row['event_maker']}/events"
    event, price = f"{events}/{row['event_id']}", f"{events}/{row['event_id']}/prices/{row['price_id']}"
    return {
        "create": ("POST", events),
        "update": ("PUT", event),
        "end_sale": ("PUT", event),
        "reopen_sale": ("PUT", event),
        "delete": ("DELETE", event),
        "create_price": ("POST", f"{event}/prices"),
        "update_price": ("PUT", price),
        "end_price_sale": ("PUT", price),
        "delete_price": ("DELETE", price),
        "write_back": (writes_back, of_source),
        "clear_link": (writes_back, of_source),
    }[row["kind"]]
