"""Numbers in JSON and in texts.

Floating point adds noise: 29.95 may arrive as 29.949999999999999. A number within a millionth of a whole number of
hundredths is rounded to it. A text is a number only in plain digits: not "1_000", digits of other scripts, "1e3" or
"Infinity", which Python would read.
"""

import re
from decimal import Decimal

NOISE = Decimal("0.000001")
_HUNDREDTH = Decimal("0.01")
_MOST_DIGITS = 40
_PLAIN = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))\s*")
_MOST = 10**20
_TOO_LARGE = Decimal(_MOST)


def number(value: object) -> Decimal:
    """Return a JSON number, or a numeric text, exactly as sent; raises ValueError for anything else."""
    match value:
        case bool():
            raise ValueError("a number is needed")
        case int() | Decimal():
            exact = Decimal(value)
        case float():
            exact = Decimal(repr(value))
        case str() if (found := _PLAIN.fullmatch(value)) and len(found[1]) <= _MOST_DIGITS:
            exact = Decimal(found[1])
        case _:
            raise ValueError("a number is needed")
    if not exact.is_finite() or abs(exact) >= _TOO_LARGE:
        raise ValueError("a number of ordinary size is needed")
    return exact


def without_noise(exact: Decimal, step: Decimal = _HUNDREDTH) -> Decimal:
    """Return the multiple of `step` within NOISE of a number, else the number unchanged."""
    nearest = exact.quantize(step)
    return nearest if exact != nearest and abs(exact - nearest) <= NOISE else exact


def amount(value: object) -> Decimal:
    """Return an amount of money without noise; raises ValueError."""
    return without_noise(number(value))


def whole(value: object) -> int:
    """Return a count without noise; raises ValueError."""
    if type(value) is int and abs(value) < _MOST:
        return value
    return _as_int(without_noise(number(value), Decimal(1)))


def exactly_whole(value: object) -> int:
    """Return a whole number, such as an id, without tolerating noise; raises ValueError."""
    if type(value) is int and abs(value) < _MOST:
        return value
    return _as_int(number(value))


def as_text(value: object) -> object:
    """Return a number as text, 2735.0 as "2735"; anything else unchanged."""
    if isinstance(value, Decimal) and value.is_finite():
        whole_number = abs(value) < _TOO_LARGE and value == value.to_integral_value()
        return str(int(value)) if whole_number else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_int(exact: Decimal) -> int:
    if exact != exact.to_integral_value():
        raise ValueError("a whole number is needed")
    return int(exact)
