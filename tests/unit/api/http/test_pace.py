"""At most so many requests in any second, and nearly as many when there is enough to send."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from billetbro.api.http.pace import Pace


@dataclass
class Clock:
    """A clock that only moves when somebody waits, each time a little longer than asked."""

    seconds: float = 0
    late: random.Random = field(default_factory=lambda: random.Random(7))

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds + self.late.uniform(0, 0.004)


def leave(per_second: float, number: int, *, latency: float = 0) -> list[float]:
    """Return when so many requests leave, each sent as soon as it may."""
    clock = Clock()
    pace = Pace(per_second, clock=clock.now, pause=clock.wait)
    left = []
    for _ in range(number):
        clock.wait(latency)
        pace.wait()
        left.append(clock.seconds)
    return left


@pytest.mark.parametrize("per_second", [0.5, 1, 2.5, 10, 50, 1000])
def test_pace_lets_no_more_through_in_any_second_than_permitted(per_second: float) -> None:
    most, seconds = max(1, int(per_second)), max(1, 1 / per_second)
    left = leave(per_second, most * 5)
    assert all(later - earlier > seconds for earlier, later in zip(left, left[most:], strict=False))


@pytest.mark.parametrize("per_second", [10, 50])
def test_pace_uses_nine_tenths_of_what_is_permitted(per_second: int) -> None:
    left = leave(per_second, per_second * 20, latency=0.2 / per_second)
    assert len(left) / left[-1] >= 0.9 * per_second


def test_pace_lets_as_many_as_permitted_leave_at_once() -> None:
    assert leave(10, 10)[-1] < 0.1 < 1 < leave(10, 11)[-1]
