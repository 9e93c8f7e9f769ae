"""Fourth step: write ticket link, admin link and sale state back to the source (behaviour 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from include.api.errors import BilletbroError, OutcomeUnknown, PartlyRefused, Refused, Retriable, WrongCredentials
from include.models import (
    Change,
    CurrentEvent,
    Link,
    LinkStatus,
    Mapped,
    Mode,
    Rejection,
    SourceState,
    TicketStatus,
    Written,
)
from include.pipeline.request import NothingToDo, RunRequest, in_words, utc_now
from include.pipeline.rules import rules_of
from include.settings import Library
from include.sources import Source
from include.store import changes as stored
from include.store.database import library_lock
from include.store.links import note_written_back as note_written
from include.store.links import read_links
from include.store.logins import doubt_login
from include.store.rejections import open_codes, report_rejections, resolve_rejections
from include.store.runs import note_progress, read_run
from include.store.snapshots import note_written_back, read_mapped, read_ticket_events
from include.sync.error_texts import error_code
from include.sync.plan import UNREADABLE
from include.sync.ticket_status import SHOWN_AS, addresses_of, due_state, due_write_back

REFUSED = "cms_refused"
GIVE_UP_AFTER = 5
"""So many failed PATCHes of one run mean that the source is down; the rest stays due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A PATCH that is due, with the state that Place2book has taken on; `change` None: only the state is noted."""

    mapped: Mapped
    link: Link
    change: Change | None
    state: SourceState | None


@dataclass(slots=True, kw_only=True)
class WrittenBack:
    """What came of a library's write-back."""

    written: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    errors: list[BilletbroError] = field(default_factory=list)


def write_back(
    engine: Engine, library: Library, request: RunRequest, source: Source, sales_host: str, now: datetime
) -> WrittenBack:
    """Write back what is due; what fails stays due. A plan's write-backs were foreseen by its load (foresee.py).

    Raises NothingToDo when Place2book was not read in this run, and at the end what stopped the source.
    """
    if request.mode is Mode.PLAN:
        with engine.connect() as connection:
            _see_that_place2book_was_read(connection, library.id, request)
        return WrittenBack()
    with library_lock(engine, library.id):
        due = _what_is_due(engine, library, request, sales_host, now)
        result = send(engine, library, request.run_id, source, due, now, judged=request.events or None)
        if not result.errors:
            with engine.begin() as connection:
                note_progress(connection, request.run_id, library.id, "writeback", written_back_at=now)
    if result.errors:
        raise result.errors[0]
    return result


def send(
    engine: Engine,
    library: Library,
    run_id: str,
    source: Source,
    due: Sequence[Due],
    now: datetime,
    *,
    judged: Collection[str] | None,
) -> WrittenBack:
    """Store these PATCHes as planned, send them, and return what came of them; only under the library's lock.

    Of the events `judged` (None: all) what the source refused before and refuses no longer is resolved, unless the
    source was down. A login that it did not accept is tried by the next run before anything else is.
    """
    result = WrittenBack()
    with engine.begin() as connection:
        ids = stored.store_planned(connection, run_id, library.id, [item.change for item in due if item.change], now)
    _write(engine, library.id, source, due, ids, result)
    with engine.begin() as connection:
        stored.close_unsent(connection, run_id, library.id, now)
        if any(isinstance(error, WrongCredentials) for error in result.errors):
            doubt_login(connection, library.id)
        report_rejections(connection, library.id, library.source.words, result.rejections, run_id, now)
        still = {(rejection.uuid, rejection.code) for rejection in result.rejections}
        if not result.errors:
            resolve_rejections(connection, library.id, now, still=still, codes=[REFUSED], uuids=judged)
    return result


def _what_is_due(engine: Engine, library: Library, request: RunRequest, sales_host: str, now: datetime) -> list[Due]:
    with engine.connect() as connection:
        _see_that_place2book_was_read(connection, library.id, request)
        rules = rules_of(connection, library, sales_host)
        links = {link.uuid: link for link in read_links(connection, library.id)}
        currents = read_ticket_events(connection, library.id)
        unread = {uuid for uuid, code in open_codes(connection, library.id) if code == UNREADABLE}
        snapshot = [mapped for mapped in read_mapped(connection, library.id) if mapped.uuid not in unread]
        failed = stored.failed_write_backs(connection, library.id)
    return what_is_due(snapshot, links, currents, rules.sales_hosts, failed, request.events, now)


def _see_that_place2book_was_read(connection: Connection, library: str, request: RunRequest) -> None:
    if read_run(connection, request.run_id, library).observed_at is None:
        raise NothingToDo(library)


def what_is_due(
    snapshot: Sequence[Mapped],
    links: Mapping[str, Link],
    currents: Mapping[tuple[int, int], CurrentEvent],
    sales_hosts: frozenset[str],
    failed: Collection[str],
    events: Collection[str],
    now: datetime,
) -> list[Due]:
    """Return what is due of a snapshot, by the links and ticket events as they stand; `events` empty is all."""
    due = []
    # What failed the last time comes last: a few events that the source cannot update must not keep the others waiting.
    for mapped in sorted(snapshot, key=lambda mapped: mapped.uuid in failed):
        link = links.get(mapped.uuid)
        if link is None or (events and mapped.uuid not in events):
            continue
        current = currents.get((link.event_maker, link.event_id))
        change = due_write_back(mapped, link, current, sales_hosts, now, failed=mapped.uuid in failed)
        live = current is not None and link.status is LinkStatus.LIVE and not current.passive
        state = due_state(mapped, link, current, now) if live and current else None
        if change or state:
            due.append(Due(mapped=mapped, link=link, change=change, state=state))
    return due


def _write(
    engine: Engine, library: str, source: Source, due: Sequence[Due], ids: Sequence[int], result: WrittenBack
) -> None:
    """Send each PATCH; an event that the source refuses does not stop the others, a source that is down does."""
    waiting = iter(ids)
    for item in due:
        if item.change is None:
            with engine.begin() as connection:
                _note_shown(connection, library, item, {})
            continue
        change_id = next(waiting)
        if len(result.errors) >= GIVE_UP_AFTER:
            return
        with engine.begin() as connection:
            stored.mark_applying(connection, change_id, utc_now())
        try:
            source.write_back(item.mapped.uuid, _status(item))
        except BilletbroError as error:
            _failed(engine, change_id, item.change, error, result)
            if isinstance(error, PartlyRefused):
                _note_part(engine, library, item, error.fields)
            if not isinstance(error, Refused | OutcomeUnknown | Retriable):
                return
            continue
        _note(engine, library, item, change_id)
        result.written += 1


def _note(engine: Engine, library: str, item: Due, change_id: int) -> None:
    """Note a PATCH that was carried out, and what the source shows since."""
    with engine.begin() as connection:
        stored.mark_applied(connection, change_id, utc_now(), None, None)
        _note_shown(connection, library, item, _shown_after(item))


def _note_part(engine: Engine, library: str, item: Due, refused: Collection[str]) -> None:
    """Note what of a PATCH was carried out; the rest stays due."""
    shown = {name: value for name, value in _shown_after(item).items() if name not in refused}
    with engine.begin() as connection:
        _note_shown(connection, library, item, shown, state="state" not in refused)


def _note_shown(
    connection: Connection, library: str, item: Due, shown: Mapping[str, str | int | None], *, state: bool = True
) -> None:
    addresses = {name: value for name, value in addresses_of(item.link).items() if value in shown.values()}
    note_written(connection, library, item.link.uuid, item.state if state else None, addresses)
    if shown:
        note_written_back(connection, library, item.mapped.uuid, shown)


def _status(item: Due) -> TicketStatus:
    """Return what the source is to show after the write: everything, with what of it is new."""
    new = _new(item)
    state = new.get("state")
    return TicketStatus(
        state=SourceState(str(state)) if state else None,
        link=_text(new.get("link", item.mapped.link)),
        admin_link=_text(new.get("admin_link", item.mapped.admin_link)),
        sold=_count(new.get("sold", item.mapped.sold)),
        available=_count(new.get("available", item.mapped.available)),
        changed=frozenset(new),
    )


def _new(item: Due) -> dict[str, Written]:
    """Return the new values of what is written, under the names of a ticket status."""
    fields = item.change.fields if item.change else ()
    return {SHOWN_AS.get(change.field, change.field): change.new for change in fields}


def _shown_after(item: Due) -> dict[str, str | int | None]:
    """Return what the source shows after the write, which set both links, and the state where it had one."""
    status = _status(item)
    shown: dict[str, str | int | None] = {"link": status.link, "admin_link": status.admin_link}
    shown |= {name: getattr(status, name) for name in ("sold", "available") if name in item.mapped.shows}
    return shown | ({"state": status.state.value} if status.state else {})


def _failed(engine: Engine, change_id: int, change: Change, error: BilletbroError, result: WrittenBack) -> None:
    with engine.begin() as connection:
        stored.mark_failed(
            connection,
            change_id,
            utc_now(),
            in_words(error),
            outcome_unknown=isinstance(error, OutcomeUnknown),
            code=error_code(error),
        )
    if isinstance(error, Refused):
        detail = error.said or str(error)
        result.rejections.append(Rejection(uuid=change.uuid, title=change.title, code=REFUSED, detail=detail))
    else:
        result.errors.append(error)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
