"""How long personal data is kept: a number of days after the event, in the library's time zone.

| known | kept until |
|---|---|
| the event's end, else its start | midnight after `days` whole days have passed since |
| neither, but when the purchase was made | the same, from the purchase |
| none of them | not stored: nothing would say when to remove it |
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONGEST_DAYS = 100 * 366
"""Within the range of datetime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days after an event personal data is kept, counted in a time zone."""

    days: int = 365
    timezone: str = "Europe/Copenhagen"

    def kept_from(self, now: datetime) -> datetime:
        """Return the midnight, in the library's zone, before which an event's end means that its data is removed."""
        return _midnight(self.days, self.timezone, now)

    def is_past(
        self, ended_at: datetime | None, began_at: datetime | None, bought_at: datetime | None, now: datetime
    ) -> bool:
        """Return whether the personal data of a purchase must be removed."""
        moment = ended_at or began_at or bought_at
        return moment is None or moment < self.kept_from(now)


@lru_cache
def _midnight(days: int, timezone: str, now: datetime) -> datetime:
    zone = ZoneInfo(timezone)
    first_day = now.astimezone(zone).date() - timedelta(days=min(days, LONGEST_DAYS))
    return datetime.combine(first_day, time(), zone)
