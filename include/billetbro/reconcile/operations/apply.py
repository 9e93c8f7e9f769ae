"""Carry out one change at Place2book, and say what the link is afterwards.

Each kind of change has one function, here or, of prices, in apply_prices.py. None of them touches the database:
pipeline/carry_out.py commits `applying` before and the outcome after.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from billetbro.errors import NotFound, after_a_write
from billetbro.models import Change, CurrentEvent, Kind, Link, LinkStatus, Written
from billetbro.reconcile.operations.checks import NotTaken, SoldMeanwhile, has_closed, unchanged
from billetbro.reconcile.operations.event_state import EventState, current_of, event_id_of, link_of, mapped_of
from billetbro.reconcile.operations.prices import (
    create_price,
    delete_price,
    end_price_sale,
    remember_price,
    update_price,
)
from billetbro.reconcile.operations.ticket_system import TicketSystem
from billetbro.reconcile.planning.owned_fields import current_fields, desired_fields, read_time, written_time
from billetbro.reconcile.planning.removal import is_sold
from billetbro.reconcile.reasons import Why


def carry_out(client: TicketSystem, change: Change, event: EventState) -> None:
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


def _create(client: TicketSystem, change: Change, event: EventState) -> None:
    mapped = mapped_of(event)
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


def _adopt(_change: Change, event: EventState) -> None:
    mapped, current = mapped_of(event), current_of(event)
    event.link = replace(
        link_of(event),
        sales_location=sales_location(current),
        series_uuid=mapped.series_uuid,
        starts_at=mapped.starts_at,
        ends_at=mapped.ends_at,
        prices=event.ours,
    )


def _move(_change: Change, event: EventState) -> None:
    """Let the link follow to the new instance, to which no state was ever written."""
    mapped = mapped_of(event)
    event.link = replace(
        link_of(event),
        uuid=mapped.uuid,
        series_uuid=mapped.series_uuid,
        starts_at=mapped.starts_at,
        ends_at=mapped.ends_at,
        echo={name: value for name, value in link_of(event).echo.items() if name in link_of(event).applied},
        absences=0,
        prices=event.ours,
        state_written=None,
    )


def _update(client: TicketSystem, change: Change, event: EventState) -> None:
    new: dict[str, Written] = {field.field: field.new for field in change.fields}
    _replace_current(event, client.update_event(change.event_maker, event_id_of(change), new))
    if unchanged(change, current_fields(current_of(event))):
        _read_again(client, change, event)
    if kept := unchanged(change, current_fields(current_of(event))):
        raise NotTaken(f"Place2book took the update but kept {kept} as it was.", said=f"{kept}: unchanged")
    _remember(event, new)


def _record(change: Change, event: EventState) -> None:
    if change.price_key is None:
        _remember(event, {field.field: field.new for field in change.fields})
    else:
        assert change.price_id is not None
        remember_price(event, change, change.price_id)


def _remember(event: EventState, new: dict[str, Written]) -> None:
    link, stands = link_of(event), current_fields(current_of(event))
    event.link = replace(
        link,
        applied={**link.applied, **new},
        echo={**link.echo, **{name: stands[name] for name in new}},
        drift={name: value for name, value in link.drift.items() if name not in new},
    )


def _drift(change: Change, event: EventState) -> None:
    """Remember what staff edited, or that they took it back."""
    link, shown = link_of(event), {field.field: field.new for field in change.fields}
    others = {name: value for name, value in link.drift.items() if name not in shown}
    event.link = replace(link, drift=others if change.why == Why.UNDONE_BY_STAFF else others | shown)


def _end_sale(client: TicketSystem, change: Change, event: EventState) -> None:
    field = change.fields[0]
    _replace_current(event, client.update_event(change.event_maker, event_id_of(change), {"sale_close_at": field.new}))
    if not has_closed(current_of(event).sale_close_at, field):
        _read_again(client, change, event)
    if not has_closed(current_of(event).sale_close_at, field):
        raise NotTaken("Place2book took the update but did not end the sale.", said="sale_close_at: unchanged")
    event.link = replace(link_of(event), sale_closed_at=read_time(field.new), sale_closed_before=read_time(field.old))


def _reopen_sale(client: TicketSystem, change: Change, event: EventState) -> None:
    if change.fields:
        new = {"sale_close_at": change.fields[0].new}
        _replace_current(event, client.update_event(change.event_maker, event_id_of(change), new))
        if unchanged(change, {"sale_close_at": written_time(current_of(event).sale_close_at)}):
            _read_again(client, change, event)
        if unchanged(change, {"sale_close_at": written_time(current_of(event).sale_close_at)}):
            raise NotTaken("Place2book took the update but did not open the sale.", said="sale_close_at: unchanged")
    event.link = replace(link_of(event), sale_closed_at=None, sale_closed_before=None)


def _delete(client: TicketSystem, change: Change, event: EventState) -> None:
    """Delete the event, once more making sure that nothing was sold."""
    maker, event_id = change.event_maker, event_id_of(change)
    with suppress(NotFound):
        now = client.event(maker, event_id)
        now = replace(now, prices=client.prices_or_none(maker, event_id))
        if is_sold(now):
            event.current = now
            raise SoldMeanwhile("Tickets were sold in the meantime; the event stays.", said="")
        client.delete_event(maker, event_id)
    event.current = None
    event.link = replace(link_of(event), status=LinkStatus.DELETED)


def _retire(_change: Change, event: EventState) -> None:
    status = LinkStatus.DELETED if event.current is None else LinkStatus.RETIRED
    event.link = replace(link_of(event), status=status)


def _read_again(client: TicketSystem, change: Change, event: EventState) -> None:
    with after_a_write():
        _replace_current(event, client.event(change.event_maker, event_id_of(change)))


def _replace_current(event: EventState, current: CurrentEvent) -> None:
    event.current = replace(current, prices=event.current.prices if event.current else None)


_NOTES: dict[Kind, Callable[[Change, EventState], None]] = {
    Kind.ADOPT: _adopt,
    Kind.MOVE: _move,
    Kind.RECORD: _record,
    Kind.DRIFT: _drift,
    Kind.RETIRE: _retire,
}
NO_REQUEST = frozenset(_NOTES)
"""Kinds that only change what we remember."""

_REQUESTS: dict[Kind, Callable[[TicketSystem, Change, EventState], None]] = {
    Kind.CREATE: _create,
    Kind.UPDATE: _update,
    Kind.CREATE_PRICE: create_price,
    Kind.UPDATE_PRICE: update_price,
    Kind.END_PRICE_SALE: end_price_sale,
    Kind.DELETE_PRICE: delete_price,
    Kind.END_SALE: _end_sale,
    Kind.REOPEN_SALE: _reopen_sale,
    Kind.DELETE: _delete,
}
