"""Create, update and delete a price, and end its sale."""

from contextlib import suppress
from dataclasses import replace

from billetbro.errors import NotFound
from billetbro.models import AppliedPrice, Change, CurrentEvent, CurrentPrice, Kind, Link, WriteInDoubt, Written
from billetbro.models.text import same_text
from billetbro.reconcile.operations.confirming import as_applied, price_in_doubt, sent_key, was_carried_out
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.operations.remember import remember_price, without
from billetbro.reconcile.operations.sending import new_values, price_of, still_open, unchanged, update_price
from billetbro.reconcile.planning.owned_fields import read_time, same_minute, written_time


class CreatePrice(Operation, kind=Kind.CREATE_PRICE):
    """Add the price of a ticket category that has none."""

    sends_price = True
    touches_prices = True
    section = ReportSection.UPDATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        new = new_values(change)
        price = client.create_price(*change.key, name=str(new["name"]), value_ore=int(new["value"] or 0))
        remember_price(event, change, price.price_id)

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        claimed = {price.price_id for price in link.prices.values()}
        name, value = str(change.new["name"]), change.new["value"]
        same = (price for price in current.prices or () if price.value_ore == value and same_text(price.name, name))
        made = next((price for price in same if price.price_id not in claimed), None)
        return replace(link, prices={**link.prices, sent_key(made): as_applied(made)}) if made else None


class UpdatePrice(Operation, kind=Kind.UPDATE_PRICE):
    """Update a price."""

    sends_price = True
    touches_prices = True
    section = ReportSection.UPDATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        update_price(client, change, lambda price: unchanged(change, _fields(price)))
        *_, price_id = price_of(change)
        remember_price(event, change, price_id)

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        key, price = price_in_doubt(change, link, current)
        if key is None or price is None or not was_carried_out(change, _fields(price)):
            return None
        ours = link.prices[key]
        given = AppliedPrice(
            price_id=price.price_id,
            name=price.name if "name" in change.new else ours.name,
            value_ore=price.value_ore if "value" in change.new else ours.value_ore,
        )
        settled = [f"price.{price.price_id}.{name}" for name in change.new]
        return replace(link, prices={**link.prices, key: given}, drift=without(link.drift, settled))


def _fields(price: CurrentPrice) -> dict[str, Written]:
    return {"name": price.name, "value": price.value_ore, "sale_end_at": written_time(price.sale_end_at)}


class EndPriceSale(Operation, kind=Kind.END_PRICE_SALE):
    """End the sale of a price with sales whose ticket category was removed."""

    touches_prices = True
    varies_with_time = True
    section = ReportSection.SALE_ENDED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Set the end of the price's sale to the time of planning."""
        end = change.fields[0]
        update_price(client, change, lambda price: still_open(end, price.sale_end_at))
        link, key = event.linked, change.price_key or ""
        ended = replace(link.prices[key], ended_at=read_time(end.new), ended_before=read_time(end.old))
        event.link = replace(link, prices={**link.prices, key: ended})

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        end = read_time(change.new["sale_end_at"])
        key, price = price_in_doubt(change, link, current)
        if key is None or price is None or not same_minute(price.sale_end_at, end):
            return None
        ended = replace(link.prices[key], ended_at=end, ended_before=read_time(change.old["sale_end_at"]))
        return replace(link, prices={**link.prices, key: ended})


class DeletePrice(Operation, kind=Kind.DELETE_PRICE):
    """Delete a price whose ticket category was removed."""

    touches_prices = True
    section = ReportSection.UPDATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Delete the price, which may already be gone."""
        with suppress(NotFound):
            client.delete_price(*price_of(change))
        event.link = _forgotten(event.linked, change.price_key, change.price_id)

    def _confirm(self, change: WriteInDoubt, link: Link, current: CurrentEvent, /) -> Link | None:
        key, price = price_in_doubt(change, link, current)
        if key is None or price is not None or current.prices is None:
            return None
        return _forgotten(link, key, change.price_id)


def _forgotten(link: Link, gone: str | None, price_id: int | None) -> Link:
    prices = {key: price for key, price in link.prices.items() if key != gone}
    edited = [name for name in link.drift if name.startswith(f"price.{price_id}.")]
    return replace(link, prices=prices, drift=without(link.drift, edited))
