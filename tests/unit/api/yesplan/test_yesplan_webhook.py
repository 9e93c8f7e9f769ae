"""The time of a webhook's request, to the second."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billetbro.api.yesplan.webhook import is_recent

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "recent"),
    [
        pytest.param(-301, False, id="too old"),
        pytest.param(-300, True, id="just young enough"),
        pytest.param(300, True, id="a clock ahead"),
        pytest.param(301, False, id="a clock too far ahead"),
    ],
)
def test_time_of_a_request_may_be_five_minutes_off(seconds: int, recent: bool) -> None:
    assert is_recent(str(int(NOW.timestamp()) + seconds), NOW) is recent
