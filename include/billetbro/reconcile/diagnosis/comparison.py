"""What the source says, what Place2book has, and what we last applied, field by field. Pure.

| source and Place2book | the mark |
|---|---|
| one of them says nothing | none |
| the same, or Place2book's own form of what we applied | `same` |
| different, and the source's is not applied yet | `pending` |
| different, and staff changed it in Place2book | `drift` |
| otherwise | `different` |
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from billetbro.models import AppliedPrice, CurrentEvent, CurrentPrice, DesiredPrice, Link, Written
from billetbro.reconcile.diagnosis.facts import EventFacts
from billetbro.reconcile.diagnosis.why import shows_the_link
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields, same_value, shows, written_time
from billetbro.reconcile.sale_status.write_back import IN_SOURCE_WORDS, sale_state


class Mark(StrEnum):
    """What to say of a field's values."""

    SAME = "same"
    PENDING = "pending"
    DRIFT = "drift"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A field, in stored form (owned_fields.py); `mark` is None where there is nothing to compare."""

    field: str
    source: Written
    current: Written
    applied: Written
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPrice:
    """A price, as (name, øre); `mark` is None for one that the source does not have."""

    source: tuple[str, int] | None
    current: tuple[str, int] | None
    applied: tuple[str, int] | None
    mark: Mark | None


def compare_fields(facts: EventFacts) -> tuple[Compared, ...]:
    """Return the fields that the source owns, and what is written back to it."""
    source = _of_source(facts)
    current = current_fields(facts.current) if facts.current else {}
    applied = dict(facts.link.applied) if facts.link else {}
    names = dict.fromkeys((*source, *current, *applied))
    owned = tuple(
        Compared(
            field=name,
            source=source.get(name),
            current=current.get(name),
            applied=applied.get(name),
            mark=_mark(name, source, current, facts.link),
        )
        for name in names
    )
    return (*owned, *_written_back(facts))


def _of_source(facts: EventFacts) -> dict[str, Written]:
    """Return the fields after mapping; of an event that is not ours only the plain ones."""
    if facts.mapped is not None and facts.mapped.desired is not None:
        return desired_fields(facts.mapped.desired)
    source = facts.source
    if source is None:
        return {}
    return {
        "name": facts.mapped.title if facts.mapped else source.title,
        "begin_at": written_time(source.starts_at),
        "end_at": written_time(source.ends_at),
        "capacity": source.capacity,
    }


def _mark(name: str, source: dict[str, Written], current: dict[str, Written], link: Link | None) -> Mark | None:
    if name not in source or name not in current:
        return None
    if same_value(name, source[name], current[name]):
        return Mark.SAME
    if link is None or name not in link.applied or not same_value(name, source[name], link.applied[name]):
        return Mark.PENDING
    if shows(name, current[name], source[name], link):
        return Mark.SAME
    return Mark.DRIFT if name in link.drift else Mark.DIFFERENT


def _written_back(facts: EventFacts) -> Iterator[Compared]:
    """Yield the ticket link and the state: here it is the source that shows what Place2book has."""
    mapped, link, current = facts.mapped, facts.link, facts.current
    if mapped is None or link is None or current is None or current.passive:
        return
    sale = IN_SOURCE_WORDS.get(sale_state(current, facts.now))
    shown = {"url": mapped.link, "state": mapped.state}
    stands = {"url": link.sales_location or None, "state": sale}
    applied = {"url": link.echo.get("url"), "state": link.state_written}
    same = {"url": shows_the_link(mapped, link), "state": mapped.state == sale}
    for name in shown:
        mark = Mark.SAME if same[name] else Mark.DIFFERENT
        yield Compared(
            field=name,
            source=shown[name],
            current=stands[name],
            applied=applied[name],
            mark=None if stands[name] is None else mark,
        )


def compare_prices(facts: EventFacts) -> tuple[ComparedPrice, ...]:
    """Return each price of the source with its like; then those that only we applied, and those that staff added."""
    desired = facts.mapped.desired.prices if facts.mapped and facts.mapped.desired else ()
    applied = dict(facts.link.prices) if facts.link else {}
    current = {price.price_id: price for price in _prices_of(facts.current)}
    rows = []
    for wanted in desired:
        ours = applied.pop(wanted.key, None)
        rows.append(_price(wanted, current.pop(ours.price_id, None) if ours else None, ours))
    rows += [_price(None, current.pop(ours.price_id, None), ours) for ours in applied.values()]
    return (*rows, *(_price(None, price, None) for price in current.values()))


def _prices_of(event: CurrentEvent | None) -> tuple[CurrentPrice, ...]:
    return (event.prices or ()) if event else ()


def _price(wanted: DesiredPrice | None, current: CurrentPrice | None, ours: AppliedPrice | None) -> ComparedPrice:
    source, shown, applied = (None if one is None else (one.name, one.value_ore) for one in (wanted, current, ours))
    mark = None
    if source is not None and shown is not None:
        if _same_price(source, shown):
            mark = Mark.SAME
        else:
            mark = Mark.DRIFT if applied is not None and _same_price(source, applied) else Mark.PENDING
    elif source is not None:
        mark = Mark.PENDING if applied is None else Mark.DIFFERENT
    return ComparedPrice(source=source, current=shown, applied=applied, mark=mark)


def _same_price(one: tuple[str, int], other: tuple[str, int]) -> bool:
    return same_value("name", one[0], other[0]) and one[1] == other[1]
