"""Times are read as other languages write them, and never guessed."""

from datetime import UTC, datetime

import pytest

from billetbro.api.schema_times import moment
from tests.cases import cases

EVENING = datetime(2027, 3, 27, 19, 0, tzinfo=UTC)


EVENING_AS_WRITTEN = [
    ["2027-03-27T20:00:00+01:00", "2027-03-27T20:00:00+01", "2027-03-27T20:00:00+0100", "2027-03-27T20:00+01:00"],
    ["2027-03-27 20:00:00 +0100", "2027-03-27 20:00:00 +0100 CET", "2027-03-27T20:00:00+01:00[Europe/Copenhagen]"],
    ["2027-03-27T14:00:00\u221205:00", "2027-03-27T19:00:00Z", "2027-03-27t19:00:00z", "2027-03-27T19:00:00-00:00"],
    ["2027-03-27 19:00:00 UTC", "2027-03-27 19:00:00 +0000 UTC", "2027-03-27T19:00:00 GMT"],
    ["2027-03-27T19:00:00Z[UTC]", "2027-03-27T19:00:00.000Z", " 2027-03-27  19:00:00\xa0UTC\n"],
]


@pytest.mark.parametrize("text", [text for row in EVENING_AS_WRITTEN for text in row])
def test_time_is_read_however_it_is_written(text: str) -> None:
    assert moment(text) == EVENING
    assert moment(text).tzinfo is UTC


@cases(
    "text expected",
    ("the day's last midnight", "2027-03-27T24:00:00+01:00", datetime(2027, 3, 27, 23, 0, tzinfo=UTC)),
    ("the year's", "2026-12-31T24:00Z", datetime(2027, 1, 1, 0, 0, tzinfo=UTC)),
    ("in words", "2026-11-01 10:00:00 UTC", datetime(2026, 11, 1, 10, 0, tzinfo=UTC)),
    ("nanoseconds", "2027-03-27T20:00:00.123456789Z", datetime(2027, 3, 27, 20, 0, 0, 123456, UTC)),
    ("half a second", "2027-03-27T20:00:00,5Z", datetime(2027, 3, 27, 20, 0, 0, 500000, UTC)),
    ("quarters of an hour", "2027-03-27T20:00:00+05:45", datetime(2027, 3, 27, 14, 15, tzinfo=UTC)),
    ("summer", "2027-03-28T03:00:00+02:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
)
def test_time_is_read_as_the_moment_that_it_tells(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@cases(
    "value",
    ("no distance from UTC", "2027-03-27T20:00:00"),
    ("a zone's name alone", "2027-03-27T20:00:00 CET"),
    ("a zone's name in brackets alone", "2027-03-27T20:00:00[Europe/Copenhagen]"),
    ("two distances", "2027-03-27T20:00:00 GMT+0100"),
    ("a day", "2027-03-27"),
    ("past midnight", "2027-03-27T24:00:01Z"),
    ("hour", "2027-03-27T25:00:00Z"),
    ("minute", "2027-03-27T20:60:00Z"),
    ("day of the month", "2027-02-29T20:00:00Z"),
    ("a day from UTC", "2027-03-27T20:00:00+24:00"),
    ("minutes from UTC", "2027-03-27T20:00:00+01:60"),
    ("digits of another script", "٢٠٢٧-03-27T20:00:00Z"),
    ("seconds since 1970 in a text", "1764612000"),
    ("seconds since 1970", 1764612000),
    ("Danish order", "27.03.2027 20:00:00 +01:00"),
    ("before the calendar", "0001-01-01T00:00:00+01:00"),
    ("after the calendar", "9999-12-31T24:00:00Z"),
    ("words", "i morgen"),
    ("null", None),
)
def test_value_that_tells_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"time|day|hour|minute|from UTC"):
        moment(value)
