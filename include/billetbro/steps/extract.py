"""First step: read the source's complete snapshot and store it, or fail before anything is changed."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from billetbro.models import KnownRows, Snapshot, Window
from billetbro.sources import ReadsRows, Source
from billetbro.steps.login import OpenedSource, ensure_login_works, needs_no_login
from billetbro.steps.request import LibraryRun
from billetbro.store.database import library_lock
from billetbro.store.runs import note_progress
from billetbro.store.snapshots import known_rows, store_snapshot, store_validator


def extract(run: LibraryRun, opened: OpenedSource) -> int:
    """Store the library's source events and return their number.

    The window starts `lookback_days` before today in the library's time zone. Raises the source's errors, also those of
    trying a login in doubt; the previous snapshot then stays.
    """
    first_day, window = _window(run)
    with library_lock(run.engine, run.id):
        with run.engine.connect() as connection:
            known = known_rows(connection, run.id)
        read = read_rows(opened.source, first_day, known)
        rows = read.rows
        has_news = len(rows) != len(known.uuids) or any(row.event is not None for row in rows)
        if has_news or not needs_no_login(run):
            ensure_login_works(run, opened)
        with run.engine.begin() as connection:
            store_snapshot(connection, run.id, rows, run.now)
            if read.validator != known.validator:
                store_validator(connection, run.id, read.validator)
            note_progress(
                connection,
                run.run_id,
                run.id,
                "extract",
                extracted_at=run.now,
                window_start=window.start,
                window_end=window.end,
                source_events=len(rows),
            )
    return len(rows)


def read_rows(source: Source, first_day: date, known: KnownRows) -> Snapshot:
    """Read the complete snapshot, without the content of what is known."""
    if isinstance(source, ReadsRows):
        return source.read_rows(first_day, known)
    events = source.read(first_day)
    return Snapshot(rows=tuple(known.row_of(event.uuid, msgspec.json.encode(event), event) for event in events))


def _window(run: LibraryRun) -> tuple[date, Window]:
    """Return the first day that is asked for, and which events the snapshot holds."""
    zone, reach = ZoneInfo(run.library.timezone), run.library.source.reach
    today = run.now.astimezone(zone).date()
    first_day = today - timedelta(days=run.library.lookback_days)
    # The last day is outside the window: its end depends on the source's clock.
    end = datetime.combine(today + reach, time(), zone) if reach else None
    return first_day, Window(start=datetime.combine(first_day, time(), zone), end=end)
