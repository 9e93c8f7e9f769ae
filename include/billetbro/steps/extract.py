"""First step: read the source's complete snapshot and store it, or fail before anything is changed."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from billetbro.steps.login import OpenedSource, ensure_login_works
from billetbro.steps.request import LibraryRun
from billetbro.store.database import library_lock
from billetbro.store.runs import note_progress
from billetbro.store.snapshots import store_snapshot


def extract(run: LibraryRun, opened: OpenedSource) -> int:
    """Store the library's source events and return their number.

    The window starts `lookback_days` before today in the library's time zone. Raises the source's errors, also those of
    trying a login in doubt; the previous snapshot then stays.
    """
    library, now = run.library, run.now
    today = now.astimezone(ZoneInfo(library.timezone)).date()
    first_day = today - timedelta(days=library.lookback_days)
    reach = library.source.reach
    zone = ZoneInfo(library.timezone)
    # The last day is outside the window: its end depends on the source's clock.
    window_end = datetime.combine(today + reach, time(), zone) if reach else None
    with library_lock(run.engine, run.id):
        with run.engine.begin() as connection:
            # A restarted run must not continue with what it read before.
            begun_anew: dict[str, object] = dict.fromkeys(("extracted_at", "transformed_at", "observed_at"))
            note_progress(connection, run.run_id, run.id, "extract", **begun_anew)
        events = opened.source.read(first_day)
        ensure_login_works(run, opened)
        with run.engine.begin() as connection:
            store_snapshot(connection, run.id, events, now)
            note_progress(
                connection,
                run.run_id,
                run.id,
                "extract",
                extracted_at=now,
                window_start=datetime.combine(first_day, time(), zone),
                window_end=window_end,
                source_events=len(events),
            )
    return len(events)
