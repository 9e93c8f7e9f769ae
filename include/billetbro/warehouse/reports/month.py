"""A calendar month, with its exact limits in a library's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month that a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Return the month that is written as 2026-10; raises ValueError for anything else."""
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text.strip())
        if match is None or match[1] == "0000":
            raise ValueError(f"'{text}' is not a month")
        return cls(int(match[1]), int(match[2]))

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Return its last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def days(self) -> tuple[date, ...]:
        """Return each of its days."""
        return tuple(self.first_day + timedelta(days=after) for after in range(self.last_day.day))

    @property
    def next(self) -> Month:
        """Return the month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> Month:
        """Return the month before it."""
        return Month.of(self.first_day - timedelta(days=1))

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Return its first moment: midnight where the library is, whatever the clocks do during the month."""
        return datetime(self.year, self.number, 1, tzinfo=zone)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """Return the first moment that is not its any more."""
        return self.next.begins_at(zone)

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.number)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def last_month(now: datetime, zone: ZoneInfo) -> Month:
    """Return the month before the one that `now` lies in, where the library is."""
    return Month.of(now.astimezone(zone).date()).before
