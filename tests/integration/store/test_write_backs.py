"""What the history of changes tells of a write-back at which the source fails."""

from datetime import datetime

from sqlalchemy import Connection

from billetbro.errors import BilletbroError, InternalServerError, OutcomeUnknown
from billetbro.models import Change, Kind
from billetbro.reconcile.sale_status.unsavable_event import Failing
from billetbro.store.changes import mark_applied, mark_applying, mark_failed, store_planned
from billetbro.store.write_back_attempts import failing_write_back
from tests.cases import cases
from tests.integration.store.examples import HOUR, LIBRARY, NOW, change

FAILED_INSIDE = InternalServerError("lost")
LINKS = change(Kind.WRITE_BACK, url="https://p.example/1", state="Active")
OTHER_BODY = change(Kind.WRITE_BACK, url="https://p.example/1", state="SoldOut")
OTHERS = change(Kind.WRITE_BACK, "u2", url="https://p.example/2")


def sent(
    connection: Connection,
    of: Change,
    at: datetime,
    error: BilletbroError | None = FAILED_INSIDE,
    *,
    library: str = LIBRARY,
) -> None:
    (change_id,) = store_planned(connection, f"run at {at:%H}", library, [of], at)
    mark_applying(connection, change_id, at)
    if error is None:
        mark_applied(connection, change_id, at, None, None)
    else:
        mark_failed(connection, change_id, at, error, outcome_unknown=True)


def failing(connection: Connection, *told: str) -> Failing:
    return failing_write_back(connection, LIBRARY, "u1", told)


def test_failing_since_the_first_try_of_the_same_body_in_so_many_runs(connection: Connection) -> None:
    sent(connection, LINKS, NOW)
    sent(connection, LINKS, NOW + HOUR)
    sent(connection, LINKS, NOW + HOUR)
    assert failing(connection) == Failing(since=NOW, runs=2, others_taken=False, others_fail=False)


@cases(
    "before error",
    ("another body", OTHER_BODY, FAILED_INSIDE),
    ("it was saved", LINKS, None),
    ("clearing", change(Kind.CLEAR_LINK, url="https://p.example/1", state="Active"), FAILED_INSIDE),
)
def test_failing_begins_anew_after(connection: Connection, before: Change, error: BilletbroError | None) -> None:
    sent(connection, LINKS, NOW)
    sent(connection, before, NOW + HOUR, error)
    sent(connection, LINKS, NOW + 2 * HOUR)
    assert failing(connection) == Failing(since=NOW + 2 * HOUR, runs=1, others_taken=False, others_fail=False)


def test_failing_is_not_interrupted_by_an_outage_which_counts_for_nothing(connection: Connection) -> None:
    sent(connection, LINKS, NOW)
    sent(connection, LINKS, NOW + HOUR, "OutcomeUnknown")
    sent(connection, LINKS, NOW + 2 * HOUR)
    assert failing(connection) == Failing(since=NOW, runs=2, others_taken=False, others_fail=False)


@cases(
    "error told taken fail",
    ("saved", None, (), True, False),
    ("failing too", FAILED_INSIDE, (), False, True),
    ("known to fail for good", FAILED_INSIDE, ("u2",), False, False),
    ("failing otherwise", OutcomeUnknown("lost"), (), False, False),
)
def test_failing_tells_what_became_of_others_since(
    connection: Connection, error: BilletbroError | None, told: tuple[str, ...], taken: bool, fail: bool
) -> None:
    sent(connection, LINKS, NOW)
    sent(connection, OTHERS, NOW + HOUR, error)
    sent(connection, LINKS, NOW + HOUR)
    assert failing(connection, *told) == Failing(since=NOW, runs=2, others_taken=taken, others_fail=fail)


def test_failing_tells_nothing_of_others_before_it_or_of_another_library(connection: Connection) -> None:
    sent(connection, OTHERS, NOW, None)
    sent(connection, LINKS, NOW + HOUR)
    sent(connection, OTHERS, NOW + HOUR, None, library="nordvig")
    assert failing(connection) == Failing(since=NOW + HOUR, runs=1, others_taken=False, others_fail=False)
