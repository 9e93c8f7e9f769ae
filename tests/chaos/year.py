"""A year of a library's life in fast time: weeks with events, sales, edits, cancellations, outages, and a night each.

Everybody's clock moves on with each run; nothing waits.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from billetbro.models import PersonalDataPolicy
from billetbro.settings.libraries import History
from billetbro.steps.personal_data import Kept, keep_in_order, tidy_files
from billetbro.steps.prune import Prunable, prune
from billetbro.warehouse.lake.lake import Lake
from billetbro.warehouse.privacy.pseudonymise import Keys, Privacy
from billetbro.warehouse.privacy.retention_rule import Retention
from sandbox.place2book_records import Event
from sandbox.place2book_sales import SaleRefusedError
from tests.integration.steps.harness import DAY, HOUR, World

LIBRARY = "solbjerg"
WEEKS = 52
OUTAGES = (
    ("place2book", "status", "GET"),
    ("place2book", "drop_after", "POST"),
    ("cms:solbjerg", "html_200", "GET"),
    ("cms:solbjerg", "status", "PATCH"),
)
KEPT_DAYS = 90
"""The shortest history that libraries.yaml allows: after it, nothing may grow with the time that has passed."""
TABLES = ("changes", "runs", "source_events", "ticket_events", "links", "rejections", "former_links")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is at one moment: rows by table, memory in kB, bytes of log since the start, files of the lake.

    Of its files those that a reader opens: what earlier versions leave goes by a clock that cannot be moved on here.
    """

    rows: dict[str, int]
    memory: int
    log: int
    files: int


@dataclass(slots=True)
class Year:
    """What people do; the same in each year, with the same weeks."""

    world: World
    lake: Lake
    folder: Path
    dice: random.Random = field(default_factory=lambda: random.Random(2026))
    planned: list[str] = field(default_factory=list)
    logged: int = 0

    def weeks(self, weeks: int = WEEKS) -> Iterator[Size]:
        """Play the weeks, and yield how much there is after each."""
        with self._counting_the_log():
            for week in range(weeks):
                self._people(week)
                self._days(week)
                yield self.size()

    def settle(self) -> None:
        """Let two quiet runs pass, in which what vanished last is absent twice."""
        self.world.sandbox.faults.clear()
        for _ in range(3):
            self.world.ahead += HOUR
            raised = self.world.run(allow_mass_removal=True).raised
            assert raised == {}, raised

    def size(self) -> Size:
        """Return how much there is now."""
        rows = {table: self.world.rows(f"SELECT count(*) AS n FROM sync.{table}")[0]["n"] for table in TABLES}
        tables = (DeltaTable(str(log.parent)) for log in self.folder.rglob("_delta_log"))
        return Size(rows, _memory(), self.logged, sum(len(table.file_uris()) for table in tables))

    def _people(self, week: int) -> None:
        """Publish three events, change two, cancel or delete one, and sell some tickets."""
        start = self.world.now().replace(minute=0, second=0, microsecond=0)
        for number in range(3):
            when = start + (8 + self.dice.randrange(25)) * DAY
            self.planned.append(self.world.add(f"Uge {week} nr. {number}", 50 + number, 20, start=when))
        ahead = [uuid for uuid in self.planned if self._is_ahead(uuid)]
        for uuid in self.dice.sample(ahead, min(2, len(ahead))):
            self.world.site.edit(uuid, title=f"Ny titel {week}", ticket_capacity=20 + week % 7)
        gone = self.dice.choice(ahead)
        if week % 2:
            self.world.site.edit(gone, state="Cancelled")
        else:
            self.world.site.remove(gone)
            self.planned.remove(gone)

    def _days(self, week: int) -> None:
        """Let two days of the week have a run by day and a night; on one of them something may be down."""
        for day in range(2):
            self._buy()
            self.world.ahead += 3 * DAY + HOUR * (12 if day else 0)
            if day and week % 3 == 0:
                self.world.sandbox.faults.add(*OUTAGES[week // 3 % len(OUTAGES)], times=6)  # type: ignore[arg-type]
            self.world.run()
            self.world.sandbox.faults.clear()
            self.world.ahead += HOUR
            self.world.run()
        self._night()

    def _buy(self) -> None:
        on_sale = [event for event in self.world.sandbox.place2book.events if event.active(self.world.now())]
        for event in self.dice.sample(on_sale, min(3, len(on_sale))):
            try:
                bought = self.world.sandbox.place2book.buy(event.id, quantity=1 + self.dice.randrange(3))
            except SaleRefusedError:
                continue
            if self.dice.random() < 0.2:
                self.world.sandbox.place2book.refund(bought.id)

    def _night(self) -> None:
        """Remove old history and personal data, and look after the files."""
        world, now = self.world, self.world.now
        settings = world.libraries[LIBRARY]
        kept = Kept(id=LIBRARY, retention=Retention(days=60), settings=settings)
        drop = Privacy(policy=PersonalDataPolicy.DROP)
        keep_in_order(world.engine, world.engine, kept, lambda _: drop, Keys(), self.lake, now)
        tidy_files(world.engine, world.engine, LIBRARY, self.lake, now)
        self.lake.remove_expired()
        history = History(days=KEPT_DAYS, quiet_runs_days=31)
        prune(world.engine, Prunable(id=LIBRARY, history=history, read_back_days=settings.lookback_days + 1), now())

    def _is_ahead(self, uuid: str) -> bool:
        event = self.world.site.get(uuid)
        return event.start > self.world.now() + 2 * DAY and event.fields.get("state") != "Cancelled"

    @contextmanager
    def _counting_the_log(self) -> Iterator[None]:
        handler = _Counting(self)
        ours = logging.getLogger("billetbro")
        level = ours.level
        ours.addHandler(handler)
        ours.setLevel(logging.INFO)
        try:
            yield
        finally:
            ours.setLevel(level)
            ours.removeHandler(handler)


class _Counting(logging.Handler):
    def __init__(self, year: Year) -> None:
        super().__init__(logging.INFO)
        self._year = year

    def emit(self, record: logging.LogRecord) -> None:
        self._year.logged += len(record.getMessage()) + 1


def disagreements(world: World) -> list[str]:
    """Return where the three systems differ: wanted and not on sale, on sale and not wanted, or not counted."""
    events = {event.id: event for event in world.sandbox.place2book.events}
    live = {uuid: link for uuid, link in world.ours().items() if link.status == "live"}
    found = [f"not linked: {event.fields.name}" for event in _to_come(events, world) if not _linked(event, live)]
    for uuid, link in live.items():
        source, event = world.site.get(uuid), events.get(link.event_id)
        if event is None or (event.fields.name, event.fields.capacity) != (source.fields["title"], _capacity(source)):
            found.append(f"other in Place2book: {link.title}")
        elif world.link_shown(uuid) != link.sales_location and source.fields["state"] != "Cancelled":
            found.append(f"no link: {link.title}")
    query = "SELECT event_id, tickets_sold FROM warehouse.event_sales"
    for row in world.rows(query):
        event = events.get(row["event_id"])
        if event is not None and event.sold() != row["tickets_sold"]:
            found.append(f"sold {event.sold()}, counted {row['tickets_sold']}: {event.fields.name}")
    return found


def _to_come(events: dict[int, Event], world: World) -> list[Event]:
    return [event for event in events.values() if event.fields.begin_at > world.now() and not event.sold()]


def _linked(event: Event, live: dict[str, Any]) -> bool:
    return any(link.event_id == event.id for link in live.values())


def _capacity(source: Any) -> object:
    return source.fields["ticket_capacity"]


def _memory() -> int:
    """Return how much memory this process uses now, in kB."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
