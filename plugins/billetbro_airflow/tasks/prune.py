"""Airflow's side of the nightly pruning of `sync`."""

import logging
import time
from collections.abc import Sequence

from billetbro.settings.libraries import load_settings
from billetbro.steps.prune import prunable_libraries, prune
from billetbro.steps.request import utc_now
from billetbro.store.database import migrate
from billetbro.store.pruning import stored_libraries
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors
from billetbro_airflow.tasks.personal_data import together

LONGEST = 30 * 60.0
"""Seconds after which a night prunes no more libraries; the rest waits for the next."""
WAIT_SECONDS = 120.0
"""How long a batch waits for another task that works on its library."""
log = logging.getLogger(__name__)


def prune_history(libraries: Sequence[str]) -> dict[str, dict[str, int]]:
    """Prune the history of these libraries (default: all), and return how many rows went by library and table.

    Goes on after a library's failure, and raises at the end, naming the libraries that failed.
    """
    state = billetbro_engine()
    migrate(state)
    with state.connect() as connection:
        stored = stored_libraries(connection)
    removed: dict[str, dict[str, int]] = {}
    failed: dict[str, Exception] = {}
    until = time.monotonic() + LONGEST
    for library in prunable_libraries(load_settings(), stored, libraries):
        if time.monotonic() > until:
            log.warning("%s: not pruned this night, which was too short for all", library.id)
            continue
        try:
            with values_kept_out_of_errors():
                removed[library.id] = prune(state, library, utc_now(), wait_seconds=WAIT_SECONDS)
        except Exception as error:
            failed[library.id] = error
    for library_id, counts in removed.items():
        log.info("%s: %s", library_id, ", ".join(f"{table}: {count}" for table, count in counts.items()) or "nothing")
    if failed:
        raise together(failed)
    return {library: counts for library, counts in removed.items() if counts}
