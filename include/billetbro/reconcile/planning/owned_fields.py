"""The source-owned fields of an event in their written-down form: flat names, JSON's scalars.

This is the list of behaviour 3: what stands here belongs to the source, everything else to Place2book's staff. The
same names stand in `sync.links.applied`, in `sync.changes.fields`, and in what is sent to Place2book.
"""

from datetime import UTC, datetime, timedelta

from billetbro.models import Address, CurrentEvent, FieldChange, Link, TicketEvent, Written
from billetbro.models.text import same_text
from billetbro.reconcile.mapping.html import same_html

TIMES = ("begin_at", "end_at")
LONG_TEXT = "description_long"
ADDRESS_PARTS = ("name", "address1", "address2", "postal_code", "city", "phone", "country")


def written_time(moment: datetime | None) -> str | None:
    """Return the moment as Place2book writes it, `YYYY-MM-DDTHH:MM:SSZ` in UTC."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(written: Written) -> datetime | None:
    """Return the aware UTC moment that `written_time` wrote down."""
    return datetime.fromisoformat(written) if isinstance(written, str) and written else None


def same_minute(one: datetime | None, other: datetime | None) -> bool:
    """Return whether two moments are the same but for the seconds, which Place2book need not keep."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < timedelta(minutes=1)


def same_value(field: str, one: Written, other: Written) -> bool:
    """Return whether a field's two values are one: texts in the one normal form, whoever wrote them."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    return same_html(one, other) if field == LONG_TEXT else same_text(one, other)


def is_there(change: FieldChange) -> bool:
    """Return whether a field already has the value that it is to have."""
    return same_value(change.field, change.old, change.new)


def shows(field: str, shown: Written, value: Written, link: Link) -> bool:
    """Return whether what Place2book shows of a field is this value, or what it made of our own write (`echo`)."""
    return same_value(field, shown, value) or same_value(field, shown, link.echo.get(field))


def desired_fields(event: TicketEvent) -> dict[str, Written]:
    """Return what the source wants an event's fields to be."""
    return {
        "name": event.name,
        "description_short": event.description_short,
        "description_long": event.description_long,
        "begin_at": written_time(event.begin_at),
        "end_at": written_time(event.end_at),
        "capacity": event.capacity,
        "passive": event.passive,
        **_address_fields(event.address),
    }


def current_fields(event: CurrentEvent) -> dict[str, Written]:
    """Return the same fields as they stand in Place2book; unlimited capacity is written `∞`."""
    return {
        "name": event.name,
        "description_short": event.description_short,
        "description_long": event.description_long,
        "begin_at": written_time(event.begin_at),
        "end_at": written_time(event.end_at),
        "capacity": "∞" if event.capacity is None else event.capacity,
        "passive": event.passive,
        **_address_fields(event.address),
    }


def _address_fields(address: Address | None) -> dict[str, Written]:
    return {f"address.{part}": None if address is None else getattr(address, part) for part in ADDRESS_PARTS}
