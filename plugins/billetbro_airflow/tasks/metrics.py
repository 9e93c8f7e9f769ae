"""Metrics through Airflow's own, StatsD or OpenTelemetry as it is set up (docs/running.md names them).

Library and kind are part of a name, since plain StatsD has no tags. Nothing is looked up while metrics are off.
"""

import logging
from collections.abc import Sequence

from airflow.sdk.configuration import conf
from airflow.sdk.observability import stats
from sqlalchemy import Engine

from billetbro.models import Mode
from billetbro.steps.request import RunRequest, utc_now
from billetbro.store.runs import RunRecord

log = logging.getLogger(__name__)


def are_on() -> bool:
    """Return whether Airflow sends metrics anywhere."""
    return any(conf.getboolean("metrics", name, fallback=False) for name in ("statsd_on", "otel_on"))


def send_request_counts() -> None:
    """Send how many requests this task has sent, by connection."""
    if not are_on():
        return
    from billetbro.api.http.counted import taken_counts

    for connection, count in taken_counts().items():
        stats.incr(f"billetbro.requests.{stats.normalize_name_for_stats(connection)}", count)


def send_run_metrics(engine: Engine, request: RunRequest, records: Sequence[RunRecord], *, good: bool) -> None:
    """Send what came of a run, and how its libraries are; mode `plan` has no metrics. It never fails a run."""
    if request.mode is Mode.PLAN or not are_on():
        return
    try:
        _send(engine, request, records, good=good)
    except Exception as error:
        log.warning("The metrics could not be sent: %s", type(error).__name__)


def _send(engine: Engine, request: RunRequest, records: Sequence[RunRecord], *, good: bool) -> None:
    from billetbro.store.metrics import changes_by_kind, open_rejections
    from billetbro.store.pages.freshness import read_library_runs

    libraries, now = [record.library for record in records], utc_now()
    with engine.connect() as connection:
        changed = changes_by_kind(connection, request.run_id)
        rejected = open_rejections(connection, libraries)
        runs = read_library_runs(connection, libraries)
    stats.incr(f"billetbro.runs.{'good' if good else 'failed'}")
    if records:
        stats.timing("billetbro.run.duration", now - min(record.started_at for record in records))
    for kind, count in changed.items():
        stats.incr(f"billetbro.changes.{kind}", count)
    for run in runs:
        stats.gauge(f"billetbro.library.{run.library}.rejections_open", rejected.get(run.library, 0))
        if run.good_at is not None:
            stats.gauge(f"billetbro.library.{run.library}.last_good_run_age", (now - run.good_at).total_seconds())
