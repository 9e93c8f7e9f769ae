"""Numbers as Danish spreadsheets read them, and how they are rounded."""

from __future__ import annotations

MINUS = "\N{MINUS SIGN}"


def decimal(hundredths: int, thousands: str = ".") -> str:
    """Return hundredths as a number with two decimals: 1.234,50."""
    units, rest = divmod(abs(hundredths), 100)
    sign = MINUS if hundredths < 0 else ""
    return f"{sign}{units:,}".replace(",", thousands) + f",{rest:02d}"


def percentage(part: int, of: int) -> int:
    """Return how many percent one number is of another, which is not 0; halves are rounded up."""
    return round_half_up(100 * part, of)


def round_half_up(number: int, divisor: int) -> int:
    """Divide whole numbers and round to the nearest, halves away from zero."""
    quotient = (2 * abs(number) + divisor) // (2 * divisor)
    return -quotient if number < 0 else quotient
