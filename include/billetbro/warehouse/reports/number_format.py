"""Whose report it is, and numbers, amounts and dates as the reader's language writes them. Spaces in them are fixed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from billetbro.messages.catalogue import Translator
from billetbro.warehouse.reports.danish import MINUS, percentage, round_half_up
from billetbro.warehouse.reports.month import Month

SPACE = "\N{NO-BREAK SPACE}"
NOTHING = "–"
"""What stands where there is no figure to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose report it is: the library's name, its zone, its currency and the language."""

    library: str
    zone: ZoneInfo
    currency: str = "DKK"
    say: Translator = field(default_factory=Translator)

    def whole(self, number: int) -> str:
        """Return a whole number: 1.234."""
        return self._number(number, "#,##0")

    def amount(self, ore: int) -> str:
        """Return an amount given in øre: 1.234,50 kr."""
        units, rest = divmod(abs(ore), 100)
        exact = f"{'-' if ore < 0 else ''}{units}.{rest:02d}"
        return self.say("month.amount", amount=self._number(exact, "#,##0.00"), currency=self._currency)

    def round_amount(self, ore: int) -> str:
        """Return an amount given in øre without its decimals, for where there is little room: 1.235 kr."""
        return self.say("month.amount", amount=self.whole(round_half_up(ore, 100)), currency=self._currency)

    def percent(self, part: int, of: int) -> str:
        """Return how much one number is of another: 75 %; nothing of nothing is no figure."""
        return f"{self.whole(percentage(part, of))}{SPACE}%" if of else NOTHING

    def share(self, share: float) -> str:
        """Return a share as percent."""
        return self.percent(round(share * 1000), 1000)

    def month(self, month: Month, *, year: bool = False) -> str:
        """Return a month, with its year where that is wanted: oktober 2026."""
        pattern = "LLLL y" if year else "LLLL"
        return format_date(date(month.year, month.number, 1), pattern, locale=self.say.language)

    def short_day(self, day: date) -> str:
        """Return a day with its weekday: lør. 3. okt."""
        return format_date(day, self.say("month.short_day"), locale=self.say.language)

    def long_day(self, day: date) -> str:
        """Return a day with its year: 31. oktober 2026."""
        return format_date(day, self.say("month.long_day"), locale=self.say.language)

    def moment(self, at: datetime) -> str:
        """Return a moment as it was where the library is: lør. 3. okt. kl. 14.00."""
        return format_datetime(at, self.say("month.moment"), tzinfo=self.zone, locale=self.say.language)

    def long_moment(self, at: datetime) -> str:
        """Return a moment with its year: 1. november 2026 kl. 04.00."""
        return format_datetime(at, self.say("month.long_moment"), tzinfo=self.zone, locale=self.say.language)

    @property
    def _currency(self) -> str:
        return self.say("month.kroner") if self.currency == "DKK" else self.currency

    def _number(self, number: int | str, pattern: str) -> str:
        return format_decimal(number, pattern, locale=self.say.language).replace("-", MINUS)
