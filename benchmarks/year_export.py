"""The year's purchases through our own code: clients over HTTP, PostgreSQL, one library after another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, text, update

from benchmarks.apart import peak_mib
from benchmarks.year import DAYS_BACK, Year
from benchmarks.year_server import TOKEN, YearServer
from billetbro.api.http.access import RequestSettings
from billetbro.api.place2book.client import Place2bookClient
from billetbro.models import Link, LinkStatus, PersonalDataPolicy
from billetbro.settings.libraries import Library, load_settings
from billetbro.steps.begin import begin
from billetbro.steps.export_purchases import export
from billetbro.steps.load.observe import with_prices
from billetbro.steps.request import RunRequest, library_run
from billetbro.store.database import connect
from billetbro.store.links import read_links
from billetbro.store.runs import note_progress
from billetbro.store.schema.records import link_to_row
from billetbro.store.schema.tables import links
from billetbro.store.snapshots import store_ticket_events
from billetbro.warehouse.lake.delta_lake import DeltaLake
from billetbro.warehouse.lake.lake import LakePlace
from billetbro.warehouse.privacy.pseudonymise import Privacy
from demo.environment import ROOT, make_live

UNTHROTTLED = RequestSettings(per_second=1_000_000)
PRIVACY = Privacy(
    policy=PersonalDataPolicy.PSEUDONYMISE,
    key=b"a key made up for the benchmark",
    keep_answers=frozenset({"Hørt om os"}),
)
HOURLY_LOOKBACK = 60
OLD = "SELECT library, event_id FROM warehouse.events WHERE begin_at < :since"
_OLD_PURCHASES = "SELECT p.library, p.purchase_id FROM warehouse.purchases p JOIN old USING (library, event_id)"
_OLD_TICKETS = (
    f"SELECT t.library, t.ticket_id FROM warehouse.tickets t JOIN ({_OLD_PURCHASES}) b USING (library, purchase_id)"
)
OF_AN_EVENT = {
    "warehouse.answers": f"(library, purchase_id) IN ({_OLD_PURCHASES})",
    "warehouse.additional_sales": f"(library, ticket_id) IN ({_OLD_TICKETS})",
    "warehouse.tickets": f"(library, purchase_id) IN ({_OLD_PURCHASES})",
    "warehouse.purchases": "(library, event_id) IN (SELECT * FROM old)",
    "warehouse.prices": "(library, event_id) IN (SELECT * FROM old)",
    "warehouse.data_quality": "(library, event_id) IN (SELECT * FROM old)",
    "warehouse.event_sales": "(library, event_id) IN (SELECT * FROM old)",
    "warehouse.events": "(library, event_id) IN (SELECT * FROM old)",
    "sync.ticket_events": "(library, event_id) IN (SELECT * FROM old)",
    "sync.links": "(library, event_id) IN (SELECT * FROM old)",
}
"""Table -> what makes a row of it old, in the order in which they can be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What is exported, from where, into which database; and where the files are written, if they are."""

    database_url: str
    server: YearServer
    year: Year
    files: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run: seconds of reading how the events stand, of the export, of the files; and what came of it."""

    name: str
    reading: float
    exporting: float
    writing: float
    requests: int
    events: int
    purchases: int
    peak_mib: float


@dataclass(slots=True)
class _Clock:
    """Seconds by part."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0) + time.perf_counter() - began


def export_first(stock: Stock) -> list[Round]:
    """Export the whole year in one go."""
    engine, now = connect(stock.database_url), stock.year.now
    libraries = _libraries(stock.year, DAYS_BACK + 10)
    make_live(engine, [library.id for library in libraries])
    begin(engine, libraries, RunRequest(run_id="links"), now)
    with engine.begin() as connection:
        _store_links(connection, stock)
    stock.server.requests()
    first = _round("first", stock, engine, libraries, now)
    with engine.begin() as connection:
        connection.execute(update(links).where(links.c.ends_at < now).values(status=LinkStatus.RETIRED.value))
    engine.dispose()
    return [first]


def export_hourly(stock: Stock) -> list[Round]:
    """Export hour by hour: no news, one more purchase, one in a hundredth of all events."""
    engine, now = connect(stock.database_url), stock.year.now
    libraries, rounds = _libraries(stock.year, HOURLY_LOOKBACK), []
    stock.server.requests()
    for number, (name, count) in enumerate(changes(stock.year).items(), start=1):
        stock.server.sell(recent_events(stock.year, count))
        rounds.append(_round(name, stock, engine, libraries, now + timedelta(hours=number)))
    engine.dispose()
    return rounds


def forget_before(database_url: str, since: datetime) -> None:
    """Take every event that begins before a moment out of the database, with all that was sold for it."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE old AS " + OLD), {"since": since})
        for table, key in OF_AN_EVENT.items():
            connection.execute(text(f"DELETE FROM {table} WHERE {key}"))
    engine.dispose()


def changes(year: Year) -> dict[str, int]:
    """Return in how many events something is bought before each hourly run, by the run's name."""
    return {"no news": 0, "1 event": 1, "1 % of events": len(year.makers) * year.events_of_a_library // 100}


def recent_events(year: Year, count: int) -> list[int]:
    """Return so many events that are to come, from as many libraries as can be."""
    to_come = [event for maker in year.makers for event in year.event_ids(maker) if year.begin_at(event) > year.now]
    return to_come[:: max(1, len(to_come) // count)][:count] if count else []


def _libraries(year: Year, lookback_days: int) -> list[Library]:
    like = load_settings(ROOT / "demo" / "libraries.yaml", environ={}).libraries[0]
    return [
        like.model_copy(
            update={
                "id": f"library{maker}",
                "lookback_days": lookback_days,
                "place2book": like.place2book.model_copy(update={"event_maker": maker}),
            }
        )
        for maker in year.makers
    ]


def _store_links(connection: Connection, stock: Stock) -> None:
    for maker in stock.year.makers:
        begins = {event_id: stock.year.begin_at(event_id) for event_id in stock.year.event_ids(maker)}
        rows = [link_to_row(f"library{maker}", _link(maker, event_id, begin)) for event_id, begin in begins.items()]
        connection.execute(insert(links), rows)


def _link(maker: int, event_id: int, begins_at: datetime) -> Link:
    return Link(
        uuid=f"uuid-{event_id}",
        event_maker=maker,
        event_id=event_id,
        seccode=f"s{event_id}",
        sales_location="",
        title=f"Arrangement {event_id}",
        starts_at=begins_at,
        ends_at=begins_at + timedelta(hours=2),
    )


def _round(name: str, stock: Stock, engine: Engine, libraries: Sequence[Library], now: datetime) -> Round:
    clock, request = _Clock(), RunRequest(run_id=name)
    make_live(engine, [library.id for library in libraries])
    begin(engine, libraries, request, now)
    exported = purchases = 0
    with Place2bookClient(stock.server.url, TOKEN, connection="place2book", settings=UNTHROTTLED) as client:
        for library in libraries:
            with clock.on("reading"):
                _read_events(engine, library, request, client, now)
            with clock.on("exporting"):
                run = library_run(engine, library, request, now)
                summary = export(run, client, PRIVACY)
            exported += summary.events_exported
            purchases += summary.purchases_new + summary.purchases_changed
            if stock.files:
                with clock.on("writing"):
                    place = LakePlace(name="benchmark", uri=stock.files.as_uri())
                    DeltaLake(place).write(engine, library.id, now)
    return Round(
        name=name,
        reading=clock.seconds["reading"],
        exporting=clock.seconds["exporting"],
        writing=clock.seconds.get("writing", 0),
        requests=stock.server.requests(),
        events=exported,
        purchases=purchases,
        peak_mib=peak_mib(),
    )


def _read_events(
    engine: Engine, library: Library, request: RunRequest, client: Place2bookClient, now: datetime
) -> None:
    """Read how the events stand, and leave behind what the step `load` does."""
    window_start = now - timedelta(days=library.lookback_days)
    listed = client.events(library.place2book.event_maker, begin_at_after=window_start)
    with engine.connect() as connection:
        by_event = {link.key: link.status for link in read_links(connection, library.id)}
    ours = [event for event in listed if event.key in by_event]
    live = [event for event in ours if by_event[event.key] is LinkStatus.LIVE]
    found = {event.key: event for event in ours} | with_prices(client, live, {})
    with engine.begin() as connection:
        store_ticket_events(connection, library.id, found.values(), now)
        note_progress(connection, request.run_id, library.id, "load", observed_at=now)
