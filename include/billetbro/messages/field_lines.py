"""A field's label, and its old and new value: Danish times, kroner, and the difference between texts."""

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from billetbro.messages.catalogue import Translator
from billetbro.models import FieldChange, Kind, Written
from billetbro.reconcile.operations import operation_of

TIMEZONE = ZoneInfo("Europe/Copenhagen")
LONG_TEXTS = frozenset({"description_short", "description_long"})
WIDTH = 96
"""Characters of a long text on a line."""
CONTEXT = 24
"""Characters shown before a difference."""
ADDRESSES = frozenset({"url", "admin_url"})


def shown_value(say: Translator, field: str, value: Written) -> str:
    """Return a value for staff: Danish time, øre as kroner, a state in the source's word; "-" for none."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return say("value.yes" if value else "value.no")
    if field.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")
    if isinstance(value, int) and (field == "value" or field.startswith("price.")):
        return kroner(value)
    return say(f"state.{value}") if field == "state" else str(value)


def kroner(ore: int) -> str:
    """Return øre as kroner."""
    return f"{ore // 100},{ore % 100:02d} kr."


def field_lines(say: Translator, kind: Kind, change: FieldChange, prices: Mapping[str, str]) -> list[str]:
    """Return a field's change in one line, or three for a long text; `prices` maps ids to names."""
    label = label_of(say, change.field, prices)
    if change.field in LONG_TEXTS:
        lines = difference(_folded(change.old), _folded(change.new))
        made = operation_of(kind).makes_event
        return [f"{label}: {lines[0][2:]}"] if made else [f"{label}:", *(f"  {line}" for line in lines)]
    new = shown_value(say, change.field, change.new)
    if operation_of(kind).makes_event:
        return [f"{label}: {new}"]
    if kind is Kind.WRITE_BACK and change.field in ADDRESSES and change.new is None:
        new = say("value.given_by_place2book")
    return [f"{label}: {shown_value(say, change.field, change.old)} -> {new}"]


def label_of(say: Translator, field: str, prices: Mapping[str, str]) -> str:
    """Return a field's label; `prices` maps ids, by which fields name prices, to names.

    A new event's prices are named directly: `price.Voksen`.
    """
    if not field.startswith("price."):
        return say(f"label.{field}")
    name = field.removeprefix("price.")
    known, _, part = name.rpartition(".")
    if part not in ("name", "value") or not known.isdigit():
        return say("label.price", price=name)
    price = prices.get(known) or say("label.price_number", id=known)
    return say("label.price_part", price=price, part=say(f"label.{part}"))


def difference(old: str, new: str) -> list[str]:
    """Return the first difference of two texts, in context: a line of the old text and one of the new."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = max(0, old.rfind(" ", 0, max(0, same - CONTEXT)) + 1)
    lines = [f"{sign} {_excerpt(text, start)}" for sign, text in (("-", old), ("+", new)) if text]
    return lines or ["  -"]


def _excerpt(text: str, start: int) -> str:
    before, rest = ("… " if start else ""), text[start:]
    return before + (rest if len(rest) <= WIDTH else f"{rest[: WIDTH - 1]}…")


def _folded(value: Written) -> str:
    return " ".join(str(value or "").split())
