"""Times with an offset from UTC, as various languages write them.

ISO 8601 with T or a blank, optional seconds and fraction; Z, UTC, GMT, +01, +0100 or +01:00, and optionally a zone's
name, which is ignored. 24:00 is the midnight at the end of the day. A time without an offset is not accepted.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

_TIME = re.compile(
    r"""\s*(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}) (?:T|\s+)
        (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)? \s*
        (?: Z | UTC | GMT | (?P<sign>[+\-\u2212])(?P<hours>[0-9]{2}) (?: :?(?P<minutes>[0-9]{2}) )?
          (?: \s+[a-z]{3,5} )? )
        (?: \[[a-z0-9_/+\-]+\] )? \s*""",
    re.VERBOSE | re.IGNORECASE,
)
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
"""As most times are written: read by Python alone, and five times as fast."""
_MIDNIGHT = (24, 0, 0, 0)


def moment(value: object) -> datetime:
    """Return a text as a time in UTC; raises ValueError for any other value, and outside the calendar."""
    if isinstance(value, str) and _USUAL.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a time with its distance from UTC is needed")
    try:
        return (_local(found) - _ahead_of_utc(found)).replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("a time within the calendar is needed") from None


def _local(found: re.Match[str]) -> datetime:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    microsecond = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    day = datetime.fromisoformat(found["day"])
    if (hour, minute, second, microsecond) == _MIDNIGHT:
        return day + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=second, microsecond=microsecond)


def _ahead_of_utc(found: re.Match[str]) -> timedelta:
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("a distance of less than a day from UTC is needed")
    ahead = timedelta(hours=hours, minutes=minutes)
    return ahead if found["sign"] == "+" else -ahead
