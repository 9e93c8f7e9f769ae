"""Carry out one change at Place2book, and say what the link is afterwards.

Each kind of change has one function here. None of them touches the database: pipeline/carry_out.py commits `applying`
before and the outcome after.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from include.api.errors import Missing
from include.models import (
    AppliedPrice,
    Change,
    CurrentEvent,
    CurrentPrice,
    Kind,
    Link,
    LinkStatus,
    Mapped,
    Written,
)
from include.sync.apply_checks import NotTaken, SoldMeanwhile, has_closed, unchanged
from include.sync.fields import current_fields, desired_fields, read_time, written_time
from include.sync.removal import is_sold
from include.sync.ticket_system import TicketSystem


@dataclass(slots=True, kw_only=True)
class Working:
    """One event while its changes are carried out: what it should be, its link, and how it stands in Place2book.

    `ours` are its prices as the plan claimed them.
    """

    mapped: Mapped | None
    link: Link | None
    current: CurrentEvent | None
    ours: dict[str, AppliedPrice]
    price_id: int | None = None


def carry_out(client: TicketSystem, change: Change, event: Working) -> None:
    """Carry out the change, and bring `event` to how things are afterwards. Raises what the client raises."""
    event.price_id = change.price_id
    if note := _NOTES.get(change.kind):
        note(change, event)
    else:
        _REQUESTS[change.kind](client, change, event)


def sales_location(current: CurrentEvent) -> str:
    """Return where the event is sold: what Place2book says, or else the address that its seccode stands for.

    Empty while Place2book tells neither.
    """
    of_seccode = f"https://www.place2book.com/da/sw2/sales/{current.seccode}" if current.seccode else ""
    return current.sales_location or of_seccode


def _create(client: TicketSystem, change: Change, event: Working) -> None:
    mapped = _mapped(event)
    assert mapped.desired is not None
    current = client.create_event(change.event_maker, mapped.desired, mapped.on_create)
    event.current = current
    event.ours = {}
    event.link = Link(
        uuid=mapped.uuid,
        event_maker=current.event_maker,
        event_id=current.event_id,
        seccode=current.seccode,
        sales_location=sales_location(current),
        title=mapped.title,
        series_uuid=mapped.series_uuid,
        starts_at=mapped.starts_at,
        ends_at=mapped.ends_at,
        applied=desired_fields(mapped.desired),
        echo=current_fields(current),
    )


def _adopt(_change: Change, event: Working) -> None:
    mapped, current = _mapped(event), _current(event)
    event.link = replace(
        _link(event),
        sales_location=sales_location(current),
        series_uuid=mapped.series_uuid,
        starts_at=mapped.starts_at,
        ends_at=mapped.ends_at,
        prices=event.ours,
    )


def _move(_change: Change, event: Working) -> None:
    """Let the link follow to the new instance, to which no state was ever written."""
    mapped = _mapped(event)
    event.link = replace(
        _link(event),
        uuid=mapped.uuid,
        series_uuid=mapped.series_uuid,
        starts_at=mapped.starts_at,
        ends_at=mapped.ends_at,
        echo={name: value for name, value in _link(event).echo.items() if name in _link(event).applied},
        absences=0,
        prices=event.ours,
        state_written=None,
    )


def _update(client: TicketSystem, change: Change, event: Working) -> None:
    new: dict[str, Written] = {field.field: field.new for field in change.fields}
    _replace_current(event, client.update_event(change.event_maker, _id(change), new))
    if unchanged(change, current_fields(_current(event))):
        _replace_current(event, client.event(change.event_maker, _id(change)))
    if kept := unchanged(change, current_fields(_current(event))):
        raise NotTaken(f"Place2book took the update but kept {kept} as it was.", said=f"{kept}: unchanged")
    _remember(event, new)


def _record(change: Change, event: Working) -> None:
    if change.price_key is None:
        _remember(event, {field.field: field.new for field in change.fields})
    else:
        assert change.price_id is not None
        _remember_price(event, change, change.price_id)


def _remember(event: Working, new: dict[str, Written]) -> None:
    link, stands = _link(event), current_fields(_current(event))
    event.link = replace(
        link,
        applied={**link.applied, **new},
        echo={**link.echo, **{name: stands[name] for name in new}},
        drift={name: value for name, value in link.drift.items() if name not in new},
    )


def _drift(change: Change, event: Working) -> None:
    link = _link(event)
    event.link = replace(link, drift={**link.drift, **{field.field: field.new for field in change.fields}})


def _create_price(client: TicketSystem, change: Change, event: Working) -> None:
    new = {field.field: field.new for field in change.fields}
    price = client.create_price(
        change.event_maker, _id(change), name=str(new["name"]), value_ore=int(new["value"] or 0)
    )
    event.price_id = price.price_id
    _remember_price(event, change, price.price_id)


def _update_price(client: TicketSystem, change: Change, event: Working) -> None:
    assert change.price_id is not None
    new: dict[str, Written] = {field.field: field.new for field in change.fields}
    price = client.update_price(change.event_maker, _id(change), change.price_id, new)
    if unchanged(change, _stands(price)):
        price = _price_read_again(client, change, price)
    if kept := unchanged(change, _stands(price)):
        raise NotTaken("Place2book took the update but kept the price as it was.", said=f"{kept}: unchanged")
    _remember_price(event, change, change.price_id)


def _stands(price: CurrentPrice) -> dict[str, Written]:
    return {"value": price.value_ore, "sale_end_at": written_time(price.sale_end_at)}


def _price_read_again(client: TicketSystem, change: Change, shown: CurrentPrice) -> CurrentPrice:
    standing = client.prices(change.event_maker, _id(change))
    return next((price for price in standing if price.price_id == change.price_id), shown)


def _remember_price(event: Working, change: Change, price_id: int) -> None:
    """Remember the price as its category wants it; what staff had edited of what was pushed is no drift any more."""
    link, key, desired = _link(event), change.price_key or "", _mapped(event).desired
    wanted = next(price for price in (desired.prices if desired else ()) if price.key == key)
    applied = AppliedPrice(price_id=price_id, name=wanted.name, value_ore=wanted.value_ore)
    before = link.prices.get(key, applied)
    settled = {f"price.{price_id}.{field.field}" for field in change.fields}
    if before.price_id != price_id or before.name != wanted.name:
        settled.add(f"price.{before.price_id}.name")
    if before.price_id != price_id or before.value_ore != wanted.value_ore:
        settled.add(f"price.{before.price_id}.value")
    event.link = replace(
        link,
        prices={**link.prices, key: applied},
        drift={name: value for name, value in link.drift.items() if name not in settled},
    )


def _end_price_sale(client: TicketSystem, change: Change, event: Working) -> None:
    assert change.price_id is not None
    field = change.fields[0]
    price = client.update_price(change.event_maker, _id(change), change.price_id, {"sale_end_at": field.new})
    if not has_closed(price.sale_end_at, field):
        price = _price_read_again(client, change, price)
    if not has_closed(price.sale_end_at, field):
        raise NotTaken("Place2book took the update but did not end the price's sale.", said="sale_end_at: unchanged")
    link, key = _link(event), change.price_key or ""
    ended = replace(link.prices[key], ended_at=read_time(field.new), ended_before=read_time(field.old))
    event.link = replace(link, prices={**link.prices, key: ended})


def _delete_price(client: TicketSystem, change: Change, event: Working) -> None:
    assert change.price_id is not None
    with suppress(Missing):
        client.delete_price(change.event_maker, _id(change), change.price_id)
    link = _link(event)
    event.link = replace(
        link,
        prices={key: price for key, price in link.prices.items() if key != change.price_key},
        drift={name: value for name, value in link.drift.items() if not name.startswith(f"price.{change.price_id}.")},
    )


def _end_sale(client: TicketSystem, change: Change, event: Working) -> None:
    field = change.fields[0]
    _replace_current(event, client.update_event(change.event_maker, _id(change), {"sale_close_at": field.new}))
    if not has_closed(_current(event).sale_close_at, field):
        _replace_current(event, client.event(change.event_maker, _id(change)))
    if not has_closed(_current(event).sale_close_at, field):
        raise NotTaken("Place2book took the update but did not end the sale.", said="sale_close_at: unchanged")
    event.link = replace(_link(event), sale_closed_at=read_time(field.new), sale_closed_before=read_time(field.old))


def _reopen_sale(client: TicketSystem, change: Change, event: Working) -> None:
    if change.fields:
        new = {"sale_close_at": change.fields[0].new}
        _replace_current(event, client.update_event(change.event_maker, _id(change), new))
        if unchanged(change, {"sale_close_at": written_time(_current(event).sale_close_at)}):
            _replace_current(event, client.event(change.event_maker, _id(change)))
        if unchanged(change, {"sale_close_at": written_time(_current(event).sale_close_at)}):
            raise NotTaken("Place2book took the update but did not open the sale.", said="sale_close_at: unchanged")
    event.link = replace(_link(event), sale_closed_at=None, sale_closed_before=None)


def _delete(client: TicketSystem, change: Change, event: Working) -> None:
    """Delete the event, once more making sure that nothing was sold."""
    maker, event_id = change.event_maker, _id(change)
    with suppress(Missing):
        now = client.event(maker, event_id)
        now = replace(now, prices=client.prices_or_none(maker, event_id))
        if is_sold(now):
            event.current = now
            raise SoldMeanwhile("Tickets were sold in the meantime; the event stays.", said="")
        client.delete_event(maker, event_id)
    event.current = None
    event.link = replace(_link(event), status=LinkStatus.DELETED)


def _retire(_change: Change, event: Working) -> None:
    status = LinkStatus.DELETED if event.current is None else LinkStatus.RETIRED
    event.link = replace(_link(event), status=status)


def _replace_current(event: Working, current: CurrentEvent) -> None:
    event.current = replace(current, prices=event.current.prices if event.current else None)


def _mapped(event: Working) -> Mapped:
    assert event.mapped is not None
    return event.mapped


def _link(event: Working) -> Link:
    assert event.link is not None
    return event.link


def _current(event: Working) -> CurrentEvent:
    assert event.current is not None
    return event.current


def _id(change: Change) -> int:
    assert change.event_id is not None
    return change.event_id


_NOTES: dict[Kind, Callable[[Change, Working], None]] = {
    Kind.ADOPT: _adopt,
    Kind.MOVE: _move,
    Kind.RECORD: _record,
    Kind.DRIFT: _drift,
    Kind.RETIRE: _retire,
}
NO_REQUEST = frozenset(_NOTES)
"""Kinds that only change what we remember."""

_REQUESTS: dict[Kind, Callable[[TicketSystem, Change, Working], None]] = {
    Kind.CREATE: _create,
    Kind.UPDATE: _update,
    Kind.CREATE_PRICE: _create_price,
    Kind.UPDATE_PRICE: _update_price,
    Kind.END_PRICE_SALE: _end_price_sale,
    Kind.DELETE_PRICE: _delete_price,
    Kind.END_SALE: _end_sale,
    Kind.REOPEN_SALE: _reopen_sale,
    Kind.DELETE: _delete,
}
