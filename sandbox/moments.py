"""How the stand-ins read and write points in time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def danish(moment: datetime) -> str:
    """Write a moment as the CMS does: ISO 8601 with the offset that Denmark has at that time."""
    return moment.astimezone(DENMARK).isoformat(timespec="seconds")


def zulu(moment: datetime | None) -> str | None:
    """Write a moment as Place2book does: UTC, with a Z."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """Read an ISO 8601 time as UTC; one without an offset counts as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def danish_day(now: datetime, days_ahead: int, at: str) -> datetime:
    """Return the wall-clock time `at` ("19:00", Danish time) so many days after today, as UTC."""
    day = now.astimezone(DENMARK).date() + timedelta(days=days_ahead)
    return datetime.combine(day, time.fromisoformat(at), DENMARK).astimezone(UTC)


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins in Denmark, as UTC."""
    return datetime.combine(day, time.min, DENMARK).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the last second of a day in Denmark, as UTC: the end that the CMS gives to what takes all day."""
    return datetime.combine(day, time(23, 59, 59), DENMARK).astimezone(UTC)


def unconverted(day: date) -> datetime:
    """Return the midnight at which a day begins, taken for UTC as it stands."""
    return datetime.combine(day, time.min, UTC)
