"""Fifth step: export purchases into the warehouse, even if load or write-back failed (behaviour 9)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import NotFound, Retriable
from billetbro.models import CurrentEvent, LinkStatus, Mode, SourceEvent, TicketEventKey
from billetbro.models.message import Message
from billetbro.steps.load.observe import with_prices
from billetbro.steps.request import LibraryRun, NothingToDo, RunRequest
from billetbro.store.database import ensure_schema_is_current, library_lock
from billetbro.store.linked_sales import LinkedSale, read_linked_sales
from billetbro.store.runs import RunRecord, note_progress, read_run
from billetbro.store.schema.metadata import warehouse_metadata
from billetbro.store.snapshots import forget_ticket_events, read_source_events, read_ticket_events, store_ticket_events
from billetbro.warehouse.ingest.purchases import (
    Export,
    ExportSummary,
    ReadPurchases,
    Vanished,
    due_events,
    export_purchases,
)
from billetbro.warehouse.ingest.reading import ExportEvent, Listed
from billetbro.warehouse.ingest.tombstones import mark_events_gone
from billetbro.warehouse.privacy.pseudonymise import Privacy

TOLD = 5
"""How many failed events the error names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """A library's linked events whose purchases are read.

    `looked_at`: how many events they were chosen from; `over`: past events; `asked`: the ids of all, deleted ones too;
    `there`: those that Place2book showed.
    """

    events: Sequence[ExportEvent]
    looked_at: int
    over: frozenset[TicketEventKey]
    asked: frozenset[int]
    there: frozenset[TicketEventKey]

    def vanished(self, gone: Collection[TicketEventKey]) -> frozenset[int]:
        """Return the events that Place2book no longer has: we deleted them, or they were not found."""
        return self.asked - {event_id for _, event_id in self.there.difference(gone)}


def export(
    run: LibraryRun, client: Place2bookClient, privacy: Privacy, warehouse: Engine | None = None
) -> ExportSummary:
    """Export one library's due purchases; at the end raises Retriable with the events that failed.

    Uses the state of Place2book that `load` read in this run, or reads it if load could not. Mode `plan` raises
    NothingToDo. `warehouse`: the engine of the warehouse's database, if it is another one.
    """
    if run.mode is Mode.PLAN:
        raise NothingToDo(run.id)
    warehouse = warehouse or run.engine
    ensure_schema_is_current(warehouse, warehouse_metadata)
    with library_lock(run.engine, run.id):
        ours = _read_ours(run, client, warehouse)
        gone: list[TicketEventKey] = []
        work = Export(
            engine=warehouse,
            library=run.id,
            read_purchases=_reader(client, gone, ours.over),
            privacy=privacy,
            force=_is_forced(run),
            at_once=run.library.requests.concurrency,
        )
        summary = replace(export_purchases(work, ours.events, run.now), events_looked_at=ours.looked_at)
        mark_events_gone(warehouse, run.id, ours.vanished(gone), run.now)
        _note(run, summary, gone)
    if summary.failures:
        more = len(summary.failures) - TOLD
        rest = (Message("error.more_events", {"number": more}),) if more > 0 else ()
        raise Retriable("error.purchases_unread", events=(*summary.failures[:TOLD], *rest))
    return summary


def _read_ours(run: LibraryRun, client: Place2bookClient, warehouse: Engine) -> _Ours:
    """Return the events that are due, found by their counts alone; no other is read whole."""
    request = run.request
    with run.engine.connect() as connection:
        record = read_run(connection, run.run_id, run.id)
        # Events long over are not read: the cost of a run must not grow with all that was ever sold.
        since = run.now - timedelta(days=max(run.library.lookback_days, 1))
        recent = read_linked_sales(connection, run.id, since)
    concerned = [sale for sale in recent if _concerns(sale, request)]
    if record.observed_at is None and (seen := _observe(run, client, concerned, record)):
        concerned = [replace(sale, current=seen.get(sale.key, sale.current)) for sale in concerned]
    # An event shared by a live and a retired link is exported once, for the live one.
    by_event = {sale.key: sale for sale in sorted(concerned, key=lambda sale: sale.status is LinkStatus.LIVE)}
    counted = {key: _export_event(sale, sale.current, None) for key, sale in by_event.items() if sale.current}
    due = [event for event, _ in due_events(warehouse, run.id, list(counted.values()), run.now, force=_is_forced(run))]
    with run.engine.connect() as connection:
        currents = read_ticket_events(connection, run.id, [event.event_id for event in due])
        sources = read_source_events(connection, run.id, [event.uuid for event in due])
    chosen = [by_event[TicketEventKey(event.event_maker, event.event_id)] for event in due]
    return _Ours(
        events=[
            _export_event(sale, currents[sale.key], sources.get(sale.uuid)) for sale in chosen if sale.key in currents
        ],
        looked_at=sum(not event.current.passive for event in counted.values()),
        over=frozenset(key for key, sale in by_event.items() if sale.status is LinkStatus.RETIRED),
        asked=frozenset(sale.event_id for sale in recent if not request.events or sale.uuid in request.events),
        there=frozenset(counted),
    )


def _is_forced(run: LibraryRun) -> bool:
    """Return whether every event is exported, whatever is known of it."""
    return run.mode is Mode.RESYNC


def _note(run: LibraryRun, summary: ExportSummary, gone: Sequence[TicketEventKey]) -> None:
    """Store the export's result; an event that no longer exists is not read until it is seen again."""
    values: dict[str, object] = {"purchases": asdict(summary) | {"failures": len(summary.failures)}}
    if not summary.failures:
        values["exported_at"] = run.now
    with run.engine.begin() as connection:
        forget_ticket_events(connection, run.id, gone)
        note_progress(connection, run.run_id, run.id, "export_purchases", **values)


def _reader(client: Place2bookClient, gone: list[TicketEventKey], over: Collection[TicketEventKey]) -> ReadPurchases:
    """Return a reader of purchases that adds missing events to `gone`; a missing past event is no failure."""

    def read(event_maker: int, event_id: int) -> Listed:
        key = TicketEventKey(event_maker, event_id)
        try:
            return client.purchases(*key)
        except NotFound:
            gone.append(key)
            if key in over:
                raise Vanished from None
            raise

    return read


def _concerns(sale: LinkedSale, request: RunRequest) -> bool:
    """Return whether the link's purchases are to be read; deleted events had none."""
    return sale.status is not LinkStatus.DELETED and (not request.events or sale.uuid in request.events)


def _observe(
    run: LibraryRun, client: Place2bookClient, links: Sequence[LinkedSale], record: RunRecord
) -> dict[TicketEventKey, CurrentEvent]:
    library, now = run.library, run.now
    first_day = now.astimezone(ZoneInfo(library.timezone)).date() - timedelta(days=library.lookback_days)
    window_start = record.window_start or datetime.combine(first_day, time(), ZoneInfo(library.timezone))
    wanted = {link.key: link.status for link in links}
    makers = dict.fromkeys(maker for maker, _ in wanted)
    listed = [event for maker in makers for event in client.events(maker, begin_at_after=window_start)]
    ours = [event for event in listed if event.key in wanted]
    live = [event for event in ours if wanted[event.key] is LinkStatus.LIVE]
    last = {link.key: link.current for link in links}
    found = {event.key: event for event in ours} | with_prices(client, live, last)
    with run.engine.begin() as connection:
        store_ticket_events(connection, run.id, found.values(), now)
    return found


def _export_event(link: LinkedSale, current: CurrentEvent, source: SourceEvent | None) -> ExportEvent:
    return ExportEvent(
        uuid=link.uuid,
        title=link.title,
        event_maker=link.event_maker,
        event_id=link.event_id,
        begin_at=link.starts_at,
        end_at=link.ends_at,
        current=current,
        branch=next(iter(source.branches), None) if source else None,
        category=next(iter(source.categories), None) if source else None,
    )
