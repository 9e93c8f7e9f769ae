"""The results of the PATCHes sent to one source event, from the history of changes."""

from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, exists, select

from billetbro.errors import InternalServerError
from billetbro.reconcile.sale_status.unsavable_event import Failing
from billetbro.store.changes import WRITTEN_BACK
from billetbro.store.schema.tables import changes

FAILED_INSIDE = InternalServerError.code


def failing_write_back(connection: Connection, library: str, uuid: str, told: Collection[str]) -> Failing:
    """Return since when the latest write to an event has failed inside the source, and how others fared since.

    Attempts that failed otherwise, as in an outage, do not count. `told`: events known to fail permanently.
    """
    sent = (changes.c.library == library) & changes.c.kind.in_(WRITTEN_BACK) & changes.c.applying_at.is_not(None)
    query = select(changes).where(sent, changes.c.uuid == uuid).order_by(changes.c.id.desc())
    unsaved = takewhile(lambda row: row["status"] != "applied", connection.execute(query).mappings())
    failed = [row for row in unsaved if row["error_code"] == FAILED_INSIDE]
    same = list(takewhile(lambda row: _body(row) == _body(failed[0]), failed))
    since = sent & (changes.c.id > same[-1]["id"]) & (changes.c.uuid != uuid)
    failing = since & (changes.c.error_code == FAILED_INSIDE) & changes.c.uuid.not_in(told)
    return Failing(
        since=same[-1]["planned_at"],
        runs=len({row["run_id"] for row in same}),
        others_taken=bool(connection.scalar(select(exists().where(since, changes.c.status == "applied")))),
        others_fail=bool(connection.scalar(select(exists().where(failing)))),
    )


def _body(row: Mapping[Any, Any]) -> tuple[str, dict[str, object]]:
    return row["kind"], {field["field"]: field["new"] for field in row["fields"]}
