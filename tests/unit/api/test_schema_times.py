"""Times are read as other languages write them, and never guessed."""

from datetime import UTC, datetime

import pytest

from billetbro.api.schema_times import moment

EVENING = datetime(2027, 3, 27, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-27T20:00:00+01:00",
        "2027-03-27T20:00:00+01",
        "2027-03-27T20:00:00+0100",
        "2027-03-27T20:00+01:00",
        "2027-03-27 20:00:00 +0100",
        "2027-03-27 20:00:00 +0100 CET",
        "2027-03-27T20:00:00+01:00[Europe/Copenhagen]",
        "2027-03-27T14:00:00\u221205:00",
        "2027-03-27T19:00:00Z",
        "2027-03-27t19:00:00z",
        "2027-03-27T19:00:00-00:00",
        "2027-03-27 19:00:00 UTC",
        "2027-03-27 19:00:00 +0000 UTC",
        "2027-03-27T19:00:00 GMT",
        "2027-03-27T19:00:00Z[UTC]",
        "2027-03-27T19:00:00.000Z",
        " 2027-03-27  19:00:00\xa0UTC\n",
    ],
)
def test_time_is_read_however_it_is_written(text: str) -> None:
    assert moment(text) == EVENING
    assert moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "2027-03-27T24:00:00+01:00", datetime(2027, 3, 27, 23, 0, tzinfo=UTC), id="the day's last midnight"
        ),
        pytest.param("2026-12-31T24:00Z", datetime(2027, 1, 1, 0, 0, tzinfo=UTC), id="the year's"),
        pytest.param("2026-11-01 10:00:00 UTC", datetime(2026, 11, 1, 10, 0, tzinfo=UTC), id="in words"),
        pytest.param("2027-03-27T20:00:00.123456789Z", datetime(2027, 3, 27, 20, 0, 0, 123456, UTC), id="nanoseconds"),
        pytest.param("2027-03-27T20:00:00,5Z", datetime(2027, 3, 27, 20, 0, 0, 500000, UTC), id="half a second"),
        pytest.param("2027-03-27T20:00:00+05:45", datetime(2027, 3, 27, 14, 15, tzinfo=UTC), id="quarters of an hour"),
        pytest.param("2027-03-28T03:00:00+02:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC), id="summer"),
    ],
)
def test_time_is_read_as_the_moment_that_it_tells(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2027-03-27T20:00:00", id="no distance from UTC"),
        pytest.param("2027-03-27T20:00:00 CET", id="a zone's name alone"),
        pytest.param("2027-03-27T20:00:00[Europe/Copenhagen]", id="a zone's name in brackets alone"),
        pytest.param("2027-03-27T20:00:00 GMT+0100", id="two distances"),
        pytest.param("2027-03-27", id="a day"),
        pytest.param("2027-03-27T24:00:01Z", id="past midnight"),
        pytest.param("2027-03-27T25:00:00Z", id="hour"),
        pytest.param("2027-03-27T20:60:00Z", id="minute"),
        pytest.param("2027-02-29T20:00:00Z", id="day of the month"),
        pytest.param("2027-03-27T20:00:00+24:00", id="a day from UTC"),
        pytest.param("2027-03-27T20:00:00+01:60", id="minutes from UTC"),
        pytest.param("٢٠٢٧-03-27T20:00:00Z", id="digits of another script"),
        pytest.param("1764612000", id="seconds since 1970 in a text"),
        pytest.param(1764612000, id="seconds since 1970"),
        pytest.param("27.03.2027 20:00:00 +01:00", id="Danish order"),
        pytest.param("0001-01-01T00:00:00+01:00", id="before the calendar"),
        pytest.param("9999-12-31T24:00:00Z", id="after the calendar"),
        pytest.param("i morgen", id="words"),
        pytest.param(None, id="null"),
    ],
)
def test_value_that_tells_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"time|day|hour|minute|from UTC"):
        moment(value)
