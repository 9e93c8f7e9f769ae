"""The time of a webhook's request, to the second."""

from datetime import UTC, datetime

from billetbro.api.yesplan.webhook import is_recent
from tests.cases import cases

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@cases(
    "seconds recent",
    ("too old", -301, False),
    ("just young enough", -300, True),
    ("a clock ahead", 300, True),
    ("a clock too far ahead", 301, False),
)
def test_time_of_a_request_may_be_five_minutes_off(seconds: int, recent: bool) -> None:
    assert is_recent(str(int(NOW.timestamp()) + seconds), NOW) is recent
