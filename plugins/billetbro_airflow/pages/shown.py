"""How times, money and counts are shown, in the reader's language and the library's time zone."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

DANISH = ZoneInfo("Europe/Copenhagen")


def moment(value: datetime | None, language: str, zone: ZoneInfo = DANISH) -> str:
    """Return a time as `tir. 1.12.2026 10.00`; a dash for none."""
    return "–" if value is None else format_datetime(value, "EEE d.M.y HH:mm", tzinfo=zone, locale=language)


def day(value: date | None, language: str) -> str:
    """Return a day as `1. dec. 2026`; a dash for none."""
    return "–" if value is None else format_date(value, "medium", locale=language)


@lru_cache(maxsize=4096)
def money(ore: int | None, language: str, currency: str = "DKK") -> str:
    """Return an amount in øre as an amount in the currency; a dash for none."""
    return "–" if ore is None else format_currency(Decimal(ore) / 100, currency, locale=language)


@lru_cache(maxsize=4096)
def number(value: int | None, language: str) -> str:
    """Return a count; a dash for none."""
    return "–" if value is None else format_decimal(value, locale=language)


def bars(values: Sequence[int]) -> str:
    """Return the path of a small bar for each value, four wide, 24 high, the highest value as high as that."""
    top = max(1, *values)
    heights = (round(22 * value / top + 1, 1) for value in values)
    return "".join(f"M{4 * place} 24v-{height:g}h3v{height:g}z" for place, height in enumerate(heights))


def percent(part: int, whole: int, language: str) -> str:
    """Return a share; a dash when there is no whole."""
    return "–" if not whole else format_percent(part / whole, locale=language)


def web_address(link: str | None) -> str | None:
    """Return a link that leads to a page; None for any other, such as a script."""
    text = (link or "").strip()
    return text if text.lower().startswith(("http://", "https://")) else None


def duration(seconds: int | None, language: str) -> str:
    """Return a time as `2 min. 5 sek.`; a dash for none."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(seconds, 60)
    told = [format_unit(minutes, "duration-minute", "short", locale=language)] if minutes else []
    return " ".join([*told, format_unit(rest, "duration-second", "short", locale=language)])
