"""Between two hourly runs: update the buttons of events whose sale windows open or close now (behaviour 7).

What is due is found in our tables. Only those events are read in Place2book. The source is read only before a state is
written, because our snapshot can be an hour old: an event may have been cancelled, withdrawn or recreated since, or its
state set by hand.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, Refused, Retriable, message_of
from billetbro.messages.catalogue import Translator
from billetbro.messages.pluralize import pluralize
from billetbro.models import CurrentEvent, Mode, TicketEventKey
from billetbro.reconcile.mapping.event import map_event
from billetbro.reconcile.sale_status.replaced_link import LINK_REPLACED
from billetbro.reconcile.sale_status.write_back import NEVER_OVERWRITTEN, due_state
from billetbro.settings.libraries import Library
from billetbro.sources import Source
from billetbro.steps.due_sales import due_sales
from billetbro.steps.due_write_backs import Due, WriteBackView, what_is_due
from billetbro.steps.library_rules import rules_of
from billetbro.steps.library_threads import LibraryThreads, Limits
from billetbro.steps.request import LibraryRun
from billetbro.steps.writeback import GIVE_UP_AFTER, WrittenBack, send
from billetbro.store.changes import failed_write_backs
from billetbro.store.database import library_lock, migrate
from billetbro.store.rejections import open_codes
from billetbro.store.runs import note_error, note_progress, start_run
from billetbro.store.sale_windows import LastReading
from billetbro.store.snapshots import note_written_back, store_ticket_events

STEP = "ticket_status"
"""The step in `sync.runs.errors`, and the mode of its rows, which are not runs of the hourly job."""

LIMITS = Limits(libraries=4, seconds=120, altogether=8 * 60)
"""The next run is five minutes later, and the task has ten."""

LEFT_ALONE = "is being worked on by the hourly run, which writes its states"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The result for one library: events read again, states written, and states refused by the source."""

    read: int
    written: int
    refused: int

    def __str__(self) -> str:
        """Return a line for the task's log."""
        return f"{pluralize(self.read, 'event', 'events')} read again, {self.written} written, {self.refused} refused"


@dataclass(slots=True, kw_only=True)
class Round:
    """The result of a round by library: a sentence for each that had something due, and the errors."""

    said: dict[str, str] = field(default_factory=dict)
    failed: dict[str, BaseException] = field(default_factory=dict)

    def failures(self, say: Translator) -> str:
        """Return which libraries failed and why; empty if none did."""
        failed = [f"{library}: {say.say(message_of(error))}" for library, error in sorted(self.failed.items())]
        number, reasons = len(self.said) + len(failed), " | ".join(failed)
        return say("summary.failed", failed=len(failed), number=number, reasons=reasons) if failed else ""


def for_each_due(
    engine: Engine, run_id: str, libraries: Sequence[Library], work: Callable[[Library], Followed | None]
) -> Round:
    """Do the work for each library independently, a few side by side; failures are stored in `sync.runs`.

    Work returns None when another task holds the library. The schema is migrated first: this may be the first run of a
    new version.
    """
    migrate(engine)
    result = Round()
    of_id = {library.id: library for library in libraries}
    at_work = LibraryThreads([[library] for library in of_id], lambda library: work(of_id[library]), LIMITS)
    with closing(iter(at_work)) as all_ended:
        for ended in all_ended:
            if ended.error is None:
                result.said[ended.library] = str(ended.result or LEFT_ALONE)
                continue
            note_error(engine, run_id, ended.library, STEP, ended.error)
            result.failed[ended.library] = ended.error
    return result


def follow_sale_windows(run: LibraryRun, source: Source, client: Place2bookClient) -> Followed | None:
    """Read what is due for one library again and write its states; None when another task works on the library.

    At the end raises what stopped Place2book or the source; what was not written stays due. Of a library that is not
    live nothing is read or written.
    """
    if run.mode is Mode.PLAN:
        return Followed(read=0, written=0, refused=0)
    with ExitStack() as held:
        try:
            held.enter_context(library_lock(run.engine, run.id, wait_seconds=0))
        except Retriable:
            return None
        due = due_sales(run.engine, run.now, run.id)
        if not due:
            return Followed(read=0, written=0, refused=0)
        start_run(run.engine, run.run_id, [run.id], STEP, by_hand=False, now=run.now)
        stands, errors = _read_again(client, due)
        with run.engine.begin() as connection:
            store_ticket_events(connection, run.id, stands.values(), run.now)
        result = _write_states(run, source, client.host, due, stands)
        errors += result.errors
        if not errors:
            with run.engine.begin() as connection:
                note_progress(connection, run.run_id, run.id, STEP, observed_at=run.now, written_back_at=run.now)
    if errors:
        raise errors[0]
    return Followed(read=len(stands), written=result.written, refused=len(result.rejections))


def _read_again(
    client: Place2bookClient, due: Collection[LastReading]
) -> tuple[dict[TicketEventKey, CurrentEvent], list[BilletbroError]]:
    """Return the current events, and the errors of those that could not be read.

    An event that Place2book refuses is left to the hourly run, which tells staff. After a few errors Place2book counts
    as down, and the rest is not read.
    """
    errors: list[BilletbroError] = []

    def read(reading: LastReading) -> CurrentEvent | None:
        if len(errors) >= GIVE_UP_AFTER:
            return None
        try:
            return replace(client.event(*reading.link.key), prices=client.prices(*reading.link.key))
        except Refused:
            return None
        except Retriable as error:
            errors.append(error)
            return None

    found = [event for event in client.map_concurrently(read, due) if event is not None]
    return {event.key: event for event in found}, errors


def _write_states(
    run: LibraryRun,
    source: Source,
    sales_host: str,
    due: Collection[LastReading],
    stands: Mapping[TicketEventKey, CurrentEvent],
) -> WrittenBack:
    """Write the events' new states by the hourly run's rules, and no other differences."""
    now = run.now
    changed = [
        reading
        for reading in due
        if (current := stands.get(reading.link.key))
        and due_state(reading.mapped, reading.link, current, now) is not None
    ]
    with run.engine.connect() as connection:
        replaced = {uuid for uuid, code in open_codes(connection, run.id) if code == LINK_REPLACED}
    changed = [reading for reading in changed if reading.mapped.uuid not in replaced]
    if not changed:
        return WrittenBack()
    events = {event.uuid: event for event in source.read(_first_day(run.library, changed, now))}
    with run.engine.begin() as connection:
        rules = rules_of(connection, run.library, sales_host)
        shown = [map_event(event, rules, now) for reading in changed if (event := events.get(reading.mapped.uuid))]
        for mapped in shown:
            if mapped.state in NEVER_OVERWRITTEN:
                note_written_back(connection, run.id, mapped.uuid, {"state": mapped.state})
        failed = failed_write_backs(connection, run.id)
    links = {reading.mapped.uuid: reading.link for reading in changed}
    view = WriteBackView(snapshot=shown, links=links, currents=stands, sales_hosts=rules.sales_hosts, failed=failed)
    states = [_of_state(item) for item in what_is_due(view, now) if item.state is not None]
    return send(run, source, states, judged=[item.mapped.uuid for item in states])


def _of_state(item: Due) -> Due:
    """Return what is due, without a PATCH that writes no state: the hourly run writes links."""
    writes = item.change is not None and any(field.field == "state" for field in item.change.fields)
    return item if writes else replace(item, change=None)


def _first_day(library: Library, events: Collection[LastReading], now: datetime) -> date:
    starts = (reading.mapped.starts_at or reading.link.starts_at or now for reading in events)
    return min(starts).astimezone(ZoneInfo(library.timezone)).date()
