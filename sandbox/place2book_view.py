"""How Place2book's answers are spelt."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.place2book_records import Event, EventMaker, Price


@dataclass(frozen=True, slots=True)
class Variant:
    """The spelling of responses, which differs between the live API and its documentation."""

    wrap_single: bool
    metadata_spelling: str
    deletable_spelling: str


LIVE = Variant(wrap_single=True, metadata_spelling="meta_data", deletable_spelling="deletable")
DOCUMENTED = Variant(wrap_single=False, metadata_spelling="metadata", deletable_spelling="deleteable")


def event_url(public_url: str, event: Event) -> str:
    """Return the address of an event in the API."""
    return f"{public_url}/event_makers/{event.event_maker}/events/{event.id}"


def event_json(event: Event, variant: Variant, public_url: str, now: datetime, *, deletable: bool) -> dict[str, object]:
    """Show an event with everything that is computed."""
    return {
        "id": event.id,
        "seccode": event.seccode,
        **event.fields.as_json(),
        "state": event.current_state,
        "active": event.active(now),
        "waiting_list": event.waiting_list,
        variant.metadata_spelling: {
            "event_state": event.event_state,
            "sales_status": event.sales_status(now),
            "available_tickets": event.available,
            "scanned_tickets": event.scanned,
            variant.deletable_spelling: _flag(variant, deletable),
        },
        "links": {
            "prices": f"{event_url(public_url, event)}/prices",
            "sales_location": f"{public_url}/da/sw2/sales/{event.seccode}",
        },
    }


def price_json(event: Event, price: Price, variant: Variant) -> dict[str, object]:
    """Show a price with what was sold of it."""
    sold = event.sold(price.id)
    return {
        "id": price.id,
        **price.fields.as_json(),
        "sold_tickets": sold,
        "door_sales": 0,
        variant.metadata_spelling: {variant.deletable_spelling: _flag(variant, sold == 0)},
    }


def maker_json(maker: EventMaker, public_url: str) -> dict[str, object]:
    """Show an event maker."""
    url = f"{public_url}/event_makers/{maker.id}"
    return {
        "id": maker.id,
        "name": maker.name,
        "cvr": None,
        "company_name": maker.name,
        "support_email": "support@example.com",
        "mute": False,
        "address": {
            "address1": maker.address1,
            "address2": "",
            "postal_code": maker.postal_code,
            "city": maker.city,
            "phone": "",
            "country": "DK",
        },
        "links": {"events": f"{url}/events", "bank_accounts": f"{url}/bank_accounts"},
    }


def _flag(variant: Variant, value: bool) -> bool | int:
    """Return a truth value as the API that spells it so does: the documentation has an integer."""
    return int(value) if variant.deletable_spelling == "deleteable" else value
