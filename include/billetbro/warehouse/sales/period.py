"""The days that somebody looks at: Danish days, the first and the last included."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DANISH = ZoneInfo("Europe/Copenhagen")
DEFAULT_DAYS = 30
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from the first to the last; raises ValueError when there is none."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not EARLIEST <= self.first <= self.last <= LATEST:
            raise ValueError(f"no period: {self.first} to {self.last}")

    @property
    def begins_at(self) -> datetime:
        """Return the moment at which the first day begins."""
        return datetime.combine(self.first, time(), DANISH)

    @property
    def ends_at(self) -> datetime:
        """Return the moment at which the last day is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), DANISH)

    @property
    def days(self) -> tuple[date, ...]:
        """Return each day."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


def period_asked_for(first: str, last: str, now: datetime) -> Period:
    """Return the period of two days as a form sends them, either may be empty; raises ValueError.

    By default it ends today and has 30 days.
    """
    end = date.fromisoformat(last) if last else now.astimezone(DANISH).date()
    if first:
        begin = date.fromisoformat(first)
        return Period(first=begin, last=end if last else max(begin, end))
    if end < EARLIEST:
        raise ValueError(f"too early: {end}")
    return Period(first=max(EARLIEST, end - timedelta(days=DEFAULT_DAYS - 1)), last=end)
