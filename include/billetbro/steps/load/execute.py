"""Carry out the changes that passed the policies, each committed as `applying` before its request leaves.

The changes of one event are carried out in order, several events at a time. A problem of one event becomes its
rejection; a problem of Place2book or the connection stops the library.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event, Lock

from sqlalchemy import Engine

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, NotFound, OutcomeUnknown, Refused
from billetbro.messages.pluralize import pluralize
from billetbro.models import Change, CurrentEvent, Rejection
from billetbro.reconcile.matching.prices import prices_as_made
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.operations.delete import SoldMeanwhile
from billetbro.reconcile.operations.operation import EventState
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.state import ReconcileState
from billetbro.steps.request import LibraryRun, utc_now
from billetbro.store import changes as stored
from billetbro.store.links import remove_link, save_link
from billetbro.store.snapshots import forget_ticket_events, store_ticket_events


@dataclass(slots=True, kw_only=True)
class LoadResult:
    """The result of a library's changes: ids applied, events settled, what was refused, what stopped it.

    `planned`: the number of changes in mode `plan`.
    """

    applied: set[int] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    rejections: list[Rejection] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    planned: int | None = None

    def __str__(self) -> str:
        """Return a line for the task's log."""
        if self.planned is not None:
            return f"{pluralize(self.planned, 'change', 'changes')} planned, none made"
        applied = pluralize(len(self.applied), "change", "changes")
        errors = pluralize(len(self.errors), "error", "errors")
        return f"{applied} applied, {len(self.rejections)} refused or uncertain, {errors}"


def execute(
    run: LibraryRun, client: Place2bookClient, state: ReconcileState, plan: Plan, planned: Sequence[tuple[int, Change]]
) -> LoadResult:
    """Carry out the changes, given with their ids, and return the result; the APIs' errors are in it, not raised."""
    runner = _ChangeRunner(run.engine, run.id, client)
    by_event: dict[str, list[tuple[int, Change]]] = {}
    for change_id, change in planned:
        by_event.setdefault(change.uuid, []).append((change_id, change))

    def one_event(uuid: str) -> None:
        runner.run(by_event[uuid], event_state(by_event[uuid][0][1], state, plan))

    client.map_concurrently(one_event, list(by_event))
    return runner.result


class _ChangeRunner:
    """Carries out one library's planned changes, several events at a time."""

    def __init__(self, engine: Engine, library: str, client: Place2bookClient) -> None:
        self._engine = engine
        self._library = library
        self._client = client
        self.result = LoadResult()
        self._stop = Event()
        self._lock = Lock()

    def run(self, planned: Sequence[tuple[int, Change]], event: EventState) -> None:
        """Carry out one event's changes; after a refused one the others go on, unless they depend on it."""
        refused = False
        for change_id, change in planned:
            if self._stop.is_set():
                return
            try:
                self._change(change_id, change, event)
            except (Refused, OutcomeUnknown) as error:
                refused = True
                self._failed(change_id, change, error)
                if operation_of(change.kind).starts_event or isinstance(error, OutcomeUnknown):
                    break
            except Exception as error:
                self._stop.set()
                self._failed(change_id, change, error)
                return
        try:
            self._read_prices_again([change for _, change in planned], event)
        except BilletbroError as error:
            with self._lock:
                self.result.errors.append(error)
        if not refused:
            with self._lock:
                self.result.settled.add(planned[0][1].uuid)

    def _change(self, change_id: int, change: Change, event: EventState) -> None:
        operation = operation_of(change.kind)
        if operation.sends_to_place2book:
            with self._engine.begin() as connection:
                stored.mark_applying(connection, change_id, utc_now())
        before = event.current
        operation.apply(self._client, change, event)
        self._save(change_id, change, event, before, utc_now())
        with self._lock:
            self.result.applied.add(change_id)

    def _save(
        self, change_id: int, change: Change, event: EventState, before: CurrentEvent | None, now: datetime
    ) -> None:
        with self._engine.begin() as connection:
            if change.moved_from:
                remove_link(connection, self._library, change.moved_from)
            if operation_of(change.kind).makes_event:
                # The link of an event that was removed before, with its counts.
                remove_link(connection, self._library, change.uuid)
            if event.link is not None:
                save_link(connection, self._library, event.link)
            if event.current is not None:
                store_ticket_events(connection, self._library, [event.current], now)
            elif before is not None:
                forget_ticket_events(connection, self._library, [before.key])
            event_id = event.link.event_id if event.link else change.event_id
            stored.mark_applied(connection, change_id, now, event_id, event.price_of(change))

    def _read_prices_again(self, changes: Sequence[Change], event: EventState) -> None:
        """Read the prices again after they changed, and match those of a new event."""
        current, link = event.current, event.link
        if current is None or link is None or not any(operation_of(change.kind).touches_prices for change in changes):
            return
        event.current = replace(current, prices=self._client.prices_or_none(*current.key))
        created = any(operation_of(change.kind).makes_event for change in changes)
        with self._engine.begin() as connection:
            if created and not link.prices and event.mapped and event.mapped.desired:
                standing = {price.price_id: price for price in event.current.prices or ()}
                event.link = replace(link, prices=prices_as_made(event.mapped.desired.prices, standing))
                save_link(connection, self._library, event.link)
            store_ticket_events(connection, self._library, [event.current], utc_now())

    def _failed(self, change_id: int, change: Change, error: Exception) -> None:
        unknown = isinstance(error, OutcomeUnknown) or not isinstance(error, BilletbroError)
        with self._engine.begin() as connection:
            stored.mark_failed(connection, change_id, utc_now(), error, outcome_unknown=unknown)
        with self._lock:
            vanished = isinstance(error, NotFound) and not operation_of(change.kind).makes_event
            if isinstance(error, Refused) and not (vanished or isinstance(error, SoldMeanwhile)):
                detail = error.said or f"status {error.status}"
                self.result.rejections.append(_rejection(change, "refused_by_place2book", detail))
            elif isinstance(error, OutcomeUnknown):
                self.result.rejections.append(_rejection(change, "outcome_unknown", None))
                self.result.errors.append(error)
            elif not isinstance(error, Refused):
                self.result.errors.append(error)


def event_state(first: Change, state: ReconcileState, plan: Plan) -> EventState:
    """Return the state of an event before its changes, of which `first` is the first, are carried out."""
    identity = state.identities.get(first.uuid)
    return EventState(
        mapped=state.mapped.get(first.uuid),
        link=plan.links.get(first.uuid, state.link_of.get(first.uuid)),
        current=state.currents.get(first.key, identity.current if identity else None),
    )


def _rejection(change: Change, code: str, detail: str | None) -> Rejection:
    names = ", ".join(field.field for field in change.fields) or None
    return Rejection(uuid=change.uuid, title=change.title, code=code, field=names, detail=detail)
