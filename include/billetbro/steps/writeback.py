"""Fourth step: write ticket link, admin link and sale state back to the source (behaviour 7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from sqlalchemy import Connection

from billetbro.api.http.side_by_side import side_by_side
from billetbro.errors import (
    BilletbroError,
    InternalServerError,
    OutcomeUnknown,
    PartlyRefused,
    Refused,
    Retriable,
    WrongCredentials,
)
from billetbro.models import Change, Mode, Rejection
from billetbro.reconcile.planning.plan import UNREADABLE
from billetbro.reconcile.policies import fingerprint, refused_before
from billetbro.reconcile.sale_status.replaced_link import LINK_REPLACED
from billetbro.reconcile.sale_status.unsavable_event import UNSAVED, fails_for_good
from billetbro.reconcile.sale_status.write_back import STILL_SHOWN
from billetbro.sources import Source
from billetbro.steps.due_write_backs import (
    Due,
    WriteBackView,
    addresses_written,
    shown_after,
    ticket_status_of,
    what_is_due,
    what_is_still_shown,
)
from billetbro.steps.library_rules import rules_of
from billetbro.steps.request import LibraryRun, NothingToDo, utc_now
from billetbro.store import changes as stored
from billetbro.store.database import library_lock
from billetbro.store.links import note_written_back as note_written
from billetbro.store.links import read_links
from billetbro.store.logins import doubt_login
from billetbro.store.rejections import open_codes, read_refusals, report_rejections, resolve_rejections
from billetbro.store.runs import note_progress, read_run
from billetbro.store.settled import confirm_settled
from billetbro.store.snapshots import note_written_back, read_mapped, read_ticket_events
from billetbro.store.write_back_attempts import failing_write_back

REFUSED = "cms_refused"
NOTHING_WRITTEN_WITH = (UNREADABLE, LINK_REPLACED)
"""Open rejections with which nothing is written back to an event."""
GIVE_UP_AFTER = 5
"""This many failed PATCHes in a run mean that the source is down; the rest stays due."""


@dataclass(slots=True, kw_only=True)
class WrittenBack:
    """The result of a library's write-back; `unsaved`: what the source cannot save, with its change."""

    written: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    unsaved: dict[Rejection, Change] = field(default_factory=dict)
    errors: list[BilletbroError] = field(default_factory=list)

    @property
    def tried(self) -> dict[str, str]:
        """Return the fingerprint of each unsaved change, by event."""
        return {change.uuid: fingerprint([change]) for change in self.unsaved.values()}


def write_back(run: LibraryRun, source: Source, sales_host: str) -> WrittenBack:
    """Write back what is due; what fails stays due. Mode `plan` has forecast it during load (forecast.py).

    Raises NothingToDo when Place2book was not read in this run, and at the end what stopped the source.
    """
    if run.mode is Mode.PLAN:
        with run.engine.connect() as connection:
            _ensure_place2book_was_read(connection, run)
        return WrittenBack()
    with library_lock(run.engine, run.id):
        if _load_found_nothing_new(run):
            return WrittenBack()
        view = _read_view(run, sales_host)
        shown, judged = what_is_still_shown(view), run.request.events or None
        due = what_is_due(view, run.now)
        result = send(run, source, due, judged=judged)
        with run.engine.begin() as connection:
            report_rejections(connection, run.id, shown, run.run_id, run.now)
            still = {(rejection.uuid, rejection.code) for rejection in shown}
            resolve_rejections(connection, run.id, run.now, still=still, codes=[STILL_SHOWN], uuids=judged)
            if not result.errors:
                note_progress(connection, run.run_id, run.id, "writeback", written_back_at=run.now)
            if not due:
                confirm_settled(connection, run.id, run.run_id)
    if result.errors:
        raise result.errors[0]
    return result


def _load_found_nothing_new(run: LibraryRun) -> bool:
    """Return whether this run's load found all as in a run whose write-back had nothing to do; it is then done."""
    with run.engine.begin() as connection:
        unchanged = read_run(connection, run.run_id, run.id).unchanged
        if unchanged:
            note_progress(connection, run.run_id, run.id, "writeback", written_back_at=run.now)
    return unchanged


def send(run: LibraryRun, source: Source, due: Sequence[Due], *, judged: Collection[str] | None) -> WrittenBack:
    """Store these PATCHes as planned, send them, and return the result; only under the library's lock.

    Refusals of the events `judged` (None: all) that no longer occur are resolved, unless the source was down. What it
    could not save is retried once a day, after a change, or by hand. A login that it did not accept is tried by the
    next run before anything else.
    """
    with run.engine.begin() as connection:
        refusals = read_refusals(connection, run.id, UNSAVED)
        planned = [item.change for item in due if item.change]
        resting = refused_before(planned, refusals, run.now, by_hand=run.request.by_hand)
        tried = [change for change in planned if change.uuid not in resting]
        ids = stored.store_planned(connection, run.run_id, run.id, tried, run.now)
    sender = _Sender(run=run, source=source, unsaved=refusals.keys())
    sender.write([item for item in due if item.mapped.uuid not in resting], ids)
    result = sender.result
    with run.engine.begin() as connection:
        stored.close_unsent(connection, run.run_id, run.id, run.now)
        if any(isinstance(error, WrongCredentials) for error in result.errors):
            doubt_login(connection, run.id)
        report_rejections(connection, run.id, result.rejections, run.run_id, run.now)
        report_rejections(connection, run.id, list(result.unsaved), run.run_id, run.now, result.tried)
        still = {(rejection.uuid, rejection.code) for rejection in [*result.rejections, *result.unsaved]}
        still |= {(uuid, UNSAVED) for uuid in resting}
        if not result.errors:
            resolve_rejections(connection, run.id, run.now, still=still, codes=[REFUSED, UNSAVED], uuids=judged)
    return result


def _read_view(run: LibraryRun, sales_host: str) -> WriteBackView:
    with run.engine.connect() as connection:
        _ensure_place2book_was_read(connection, run)
        left_alone = {uuid for uuid, code in open_codes(connection, run.id) if code in NOTHING_WRITTEN_WITH}
        return WriteBackView(
            snapshot=[mapped for mapped in read_mapped(connection, run.id) if mapped.uuid not in left_alone],
            links={link.uuid: link for link in read_links(connection, run.id)},
            currents=read_ticket_events(connection, run.id),
            sales_hosts=rules_of(connection, run.library, sales_host).sales_hosts,
            failed=stored.failed_write_backs(connection, run.id),
            events=run.request.events,
        )


def _ensure_place2book_was_read(connection: Connection, run: LibraryRun) -> None:
    if read_run(connection, run.run_id, run.id).observed_at is None:
        raise NothingToDo(run.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """Sends a library's PATCHes, a few at a time, and stores each result; the events `unsaved` are known to fail."""

    run: LibraryRun
    source: Source
    unsaved: Collection[str]
    result: WrittenBack = field(default_factory=WrittenBack)
    _stop: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def write(self, due: Sequence[Due], ids: Sequence[int]) -> None:
        """Send each PATCH; a refused one does not stop the others, a source that is down does.

        They go one by one until the source has accepted one: a wrong login is tried once, and not by several at once.
        """
        with self.run.engine.begin() as connection:
            for item in due:
                if item.change is None:
                    self._note_shown(connection, item, {})
        patches = [(item, item.change) for item in due if item.change]
        waiting = zip(patches, ids, strict=True)
        for patch, change_id in waiting:
            self._send(*patch, change_id)
            if self.result.written:
                break
        side_by_side(lambda one: self._send(*one[0], one[1]), waiting, self.run.library.requests.concurrency)

    def _send(self, item: Due, change: Change, change_id: int) -> None:
        """Send a PATCH unless sending has stopped; what is under way then is still sent and recorded."""
        if self._stop.is_set():
            return
        try:
            with self.run.engine.begin() as connection:
                stored.mark_applying(connection, change_id, utc_now())
            try:
                self.source.write_back(item.mapped.uuid, ticket_status_of(item))
            except BilletbroError as error:
                self._failed(change_id, change, error)
                if isinstance(error, PartlyRefused):
                    self._note_part(item, error.fields)
                return
            self._note(item, change_id)
        except BaseException:
            self._stop.set()
            raise

    def _note(self, item: Due, change_id: int) -> None:
        with self.run.engine.begin() as connection:
            stored.mark_applied(connection, change_id, utc_now(), None, None)
            self._note_shown(connection, item, shown_after(item))
        with self._lock:
            self.result.written += 1

    def _note_part(self, item: Due, refused: Collection[str]) -> None:
        shown = {name: value for name, value in shown_after(item).items() if name not in refused}
        with self.run.engine.begin() as connection:
            self._note_shown(connection, item, shown, state="state" not in refused)

    def _note_shown(
        self, connection: Connection, item: Due, shown: Mapping[str, str | int | None], *, state: bool = True
    ) -> None:
        addresses = addresses_written(item, shown)
        note_written(connection, self.run.id, item.link.uuid, item.state if state else None, addresses)
        if shown:
            note_written_back(connection, self.run.id, item.mapped.uuid, shown)

    def _failed(self, change_id: int, change: Change, error: BilletbroError) -> None:
        with self.run.engine.begin() as connection:
            unknown = isinstance(error, OutcomeUnknown)
            stored.mark_failed(connection, change_id, utc_now(), error, outcome_unknown=unknown)
        for_good = isinstance(error, InternalServerError) and self._fails_for_good(change.uuid)
        with self._lock:
            if isinstance(error, Refused):
                detail = error.said or f"status {error.status}"
                self.result.rejections.append(_rejection(change, REFUSED, detail))
            elif for_good:
                self.result.unsaved[_rejection(change, UNSAVED)] = change
            else:
                self.result.errors.append(error)
            down = len(self.result.errors) >= GIVE_UP_AFTER
        if down or not isinstance(error, Refused | OutcomeUnknown | Retriable):
            self._stop.set()

    def _fails_for_good(self, uuid: str) -> bool:
        if uuid in self.unsaved:
            return True
        with self.run.engine.connect() as connection:
            return fails_for_good(failing_write_back(connection, self.run.id, uuid, self.unsaved), self.run.now)


def _rejection(change: Change, code: str, detail: str | None = None) -> Rejection:
    return Rejection(uuid=change.uuid, title=change.title, code=code, detail=detail)
