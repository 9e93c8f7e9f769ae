"""How long personal data is kept, in the library's own days."""

from datetime import UTC, datetime, timedelta

import pytest

from billetbro.warehouse.privacy.retention_rule import Retention

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)  # the day after Denmark put its clocks forward
THIRTY = Retention(days=30)
MIDNIGHT = datetime(2026, 2, 27, 23, tzinfo=UTC)
EARLIER, LATER = MIDNIGHT - timedelta(seconds=1), MIDNIGHT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("retention", "now", "kept_from"),
    [
        (THIRTY, NOW, MIDNIGHT),
        (THIRTY, datetime(2026, 3, 30, 21, 59, tzinfo=UTC), MIDNIGHT),
        (THIRTY, datetime(2026, 3, 30, 22, 0, tzinfo=UTC), MIDNIGHT + timedelta(days=1)),
        (Retention(days=30, timezone="America/Nuuk"), NOW, datetime(2026, 2, 28, 2, tzinfo=UTC)),
        (Retention(days=1), NOW, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (Retention(days=10**9), NOW, datetime(1926, 1, 13, 23, tzinfo=UTC)),
    ],
    ids=["winter time then", "late in the evening", "past midnight", "another zone", "across the change", "for ever"],
)
def test_kept_from_is_a_midnight_of_the_library(retention: Retention, now: datetime, kept_from: datetime) -> None:
    assert retention.kept_from(now) == kept_from


@pytest.mark.parametrize(
    ("ended_at", "began_at", "bought_at", "past"),
    [
        (EARLIER, EARLIER, EARLIER, True),
        (MIDNIGHT, EARLIER, EARLIER, False),
        (None, EARLIER, LATER, True),
        (None, LATER, EARLIER, False),
        (None, None, EARLIER, True),
        (None, None, LATER, False),
        (None, None, None, True),
    ],
    ids=["ended", "ended on the first day kept", "began", "began later", "bought", "bought later", "nothing known"],
)
def test_is_past_goes_by_the_end_the_start_or_the_purchase(
    ended_at: datetime | None, began_at: datetime | None, bought_at: datetime | None, past: bool
) -> None:
    assert THIRTY.is_past(ended_at, began_at, bought_at, NOW) is past
