"""How long personal data is kept, in the library's own days."""

from datetime import UTC, datetime, timedelta

from billetbro.warehouse.privacy.retention_rule import Retention
from tests.cases import cases

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)  # the day after Denmark put its clocks forward
THIRTY = Retention(days=30)
MIDNIGHT = datetime(2026, 2, 27, 23, tzinfo=UTC)
EARLIER, LATER = MIDNIGHT - timedelta(seconds=1), MIDNIGHT + timedelta(hours=1)


@cases(
    "retention now kept_from",
    ("winter time then", THIRTY, NOW, MIDNIGHT),
    ("late in the evening", THIRTY, datetime(2026, 3, 30, 21, 59, tzinfo=UTC), MIDNIGHT),
    ("past midnight", THIRTY, datetime(2026, 3, 30, 22, 0, tzinfo=UTC), MIDNIGHT + timedelta(days=1)),
    ("another zone", Retention(days=30, timezone="America/Nuuk"), NOW, datetime(2026, 2, 28, 2, tzinfo=UTC)),
    ("across the change", Retention(days=1), NOW, datetime(2026, 3, 28, 23, tzinfo=UTC)),
    ("for ever", Retention(days=10**9), NOW, datetime(1926, 1, 13, 23, tzinfo=UTC)),
)
def test_kept_from_is_a_midnight_of_the_library(retention: Retention, now: datetime, kept_from: datetime) -> None:
    assert retention.kept_from(now) == kept_from


@cases(
    "ended_at began_at bought_at past",
    ("ended", EARLIER, EARLIER, EARLIER, True),
    ("ended on the first day kept", MIDNIGHT, EARLIER, EARLIER, False),
    ("began", None, EARLIER, LATER, True),
    ("began later", None, LATER, EARLIER, False),
    ("bought", None, None, EARLIER, True),
    ("bought later", None, None, LATER, False),
    ("nothing known", None, None, None, True),
)
def test_is_past_goes_by_the_end_the_start_or_the_purchase(
    ended_at: datetime | None, began_at: datetime | None, bought_at: datetime | None, past: bool
) -> None:
    assert THIRTY.is_past(ended_at, began_at, bought_at, NOW) is past
