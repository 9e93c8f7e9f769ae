"""Numbers, amounts and dates as they are written in Danish. Spaces inside them do not break."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from billetbro.warehouse.reports.month import Month

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NOTHING = "–"
"""What stands where there is no figure to show, in Danish print."""

MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni"),
    *("juli", "august", "september", "oktober", "november", "december"),
)
SHORT_MONTHS = ("jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec.")
WEEKDAYS = ("man.", "tirs.", "ons.", "tors.", "fre.", "lør.", "søn.")
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
CURRENCY_WORDS = {"DKK": "kr."}


def whole(number: int) -> str:
    """Return a whole number: 1.234."""
    return f"{number:,}".replace(",", ".").replace("-", MINUS)


def decimal(hundredths: int, thousands: str = ".") -> str:
    """Return hundredths as a number with two decimals: 1.234,50."""
    units, rest = divmod(abs(hundredths), 100)
    sign = MINUS if hundredths < 0 else ""
    return f"{sign}{units:,}".replace(",", thousands) + f",{rest:02d}"


def amount(ore: int, currency: str = "DKK") -> str:
    """Return an amount given in øre: 1.234,50 kr."""
    return f"{decimal(ore)}{SPACE}{CURRENCY_WORDS.get(currency, currency)}"


def round_amount(ore: int, currency: str = "DKK") -> str:
    """Return an amount given in øre without its decimals, for where there is little room: 1.235 kr."""
    return f"{whole(round_half_up(ore, 100))}{SPACE}{CURRENCY_WORDS.get(currency, currency)}"


def percent(part: int, of: int) -> str:
    """Return how much one number is of another: 75 %; nothing of nothing is no figure."""
    return f"{whole(percentage(part, of))}{SPACE}%" if of else NOTHING


def percentage(part: int, of: int) -> int:
    """Return how many percent one number is of another, which is not 0; halves are rounded up."""
    return round_half_up(100 * part, of)


def round_half_up(number: int, divisor: int) -> int:
    """Divide whole numbers and round to the nearest, halves away from zero."""
    quotient = (2 * abs(number) + divisor) // (2 * divisor)
    return -quotient if number < 0 else quotient


def month_name(month: Month) -> str:
    """Return a month with its year: oktober 2026."""
    return f"{MONTHS[month.number - 1]} {month.year}"


def english_month_name(month: Month) -> str:
    """Return a month with its year in English."""
    return f"{ENGLISH_MONTHS[month.number - 1]} {month.year}"


def short_day(day: date) -> str:
    """Return a day with its weekday: lør. 3. okt."""
    return f"{WEEKDAYS[day.weekday()]}{SPACE}{day.day}.{SPACE}{SHORT_MONTHS[day.month - 1]}"


def long_day(day: date) -> str:
    """Return a day with its year: 31. oktober 2026."""
    return f"{day.day}.{SPACE}{MONTHS[day.month - 1]} {day.year}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as it was where the library is: lør. 3. okt. kl. 14.00."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())} kl.{SPACE}{local:%H.%M}"


def long_moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment with its year: 1. november 2026 kl. 04.00."""
    local = at.astimezone(zone)
    return f"{long_day(local.date())} kl.{SPACE}{local:%H.%M}"
