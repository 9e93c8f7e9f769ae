"""The fields of one linked event: which are pushed, which Place2book would refuse, which staff edited. Pure.

The rules are in plan.py's table (behaviour 3 and 6). All values are in stored form (owned_fields.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from billetbro.models import AppliedPrice, CurrentEvent, CurrentPrice, FieldChange, Link, Written
from billetbro.reconcile.planning.owned_fields import TIMES, is_there, read_time, same_value, shows
from billetbro.reconcile.planning.withdrawn_event import is_sold, tickets_sold


def pushed_fields(
    link: Link, desired: Mapping[str, Written], current: Mapping[str, Written], *, resync: bool
) -> tuple[FieldChange, ...]:
    """Return the fields to push, with Place2book's values as the old ones.

    A value that Place2book only normalised after our own write (`echo`) is not a difference.
    """
    changed = {name for name, value in desired.items() if not same_value(name, link.applied.get(name), value)}
    if resync:
        changed |= {name for name, value in desired.items() if not shows(name, current.get(name), value, link)}
    return tuple(FieldChange(field=n, old=current.get(n), new=v) for n, v in desired.items() if n in changed)


def refused_fields(pushed: Sequence[FieldChange], current: CurrentEvent, timezone: str) -> dict[str, str]:
    """Return the fields that Place2book would not accept, each with its code (behaviour 6).

    Dates are compared in the library's time zone, not in UTC.
    """
    new = {change.field: change.new for change in pushed if not is_there(change)}
    refused: dict[str, str] = {}
    zone = ZoneInfo(timezone)
    begins = read_time(new.get("begin_at"))
    earlier = begins and current.begin_at and begins.astimezone(zone).date() < current.begin_at.astimezone(zone).date()
    if earlier and is_sold(current):
        refused |= dict.fromkeys(TIMES, "begin_at_locked")
    capacity = new.get("capacity")
    if isinstance(capacity, int) and capacity < tickets_sold(current):
        refused["capacity"] = "capacity_below_sold"
    return refused


def edited_fields(
    link: Link, desired: Mapping[str, Written], current: Mapping[str, Written], pushed: Sequence[FieldChange]
) -> tuple[FieldChange, ...]:
    """Return the fields that staff edited in Place2book and that are not being pushed."""
    names = {change.field for change in pushed}
    return tuple(
        FieldChange(field=name, old=value, new=current.get(name))
        for name, value in desired.items()
        if name not in names
        and same_value(name, link.applied.get(name), value)
        and not shows(name, current.get(name), value, link)
    )


def not_recorded(link: Link, edited: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    """Return the edits that are not recorded as drift yet."""
    known = link.drift
    return tuple(e for e in edited if e.field not in known or not same_value(e.field, known[e.field], e.new))


def undone_edits(link: Link, current: Mapping[str, Written]) -> tuple[FieldChange, ...]:
    """Return the recorded edits that staff undid: Place2book shows again what was last applied.

    `current` includes the prices' fields, by their names in drift.
    """
    applied = {**link.applied, **price_fields(link.prices.values())}
    return tuple(
        FieldChange(field=name, old=noted, new=current[name])
        for name, noted in link.drift.items()
        if name in applied
        and name in current
        and any(same_value(name, current[name], ours) for ours in (applied[name], link.echo.get(name, applied[name])))
    )


def price_fields(prices: Iterable[AppliedPrice | CurrentPrice]) -> dict[str, Written]:
    """Return the prices' names and values as fields, by price id because two prices can have the same name."""
    return {
        f"price.{price.price_id}.{name}": value
        for price in prices
        for name, value in (("name", price.name), ("value", price.value_ore))
    }
