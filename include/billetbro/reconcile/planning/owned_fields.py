"""The source-owned fields of an event in stored form: flat names and JSON scalars.

This is the list of behaviour 3. The source owns these fields; staff own everything else in Place2book. The same names
are used in `sync.links.applied`, in `sync.changes.fields`, and in requests to Place2book.
"""

from datetime import UTC, datetime, timedelta

from billetbro.models import CurrentEvent, FieldChange, Link, TicketEvent, Written
from billetbro.models.text import same_text
from billetbro.reconcile.mapping.html import same_html

TIMES = ("begin_at", "end_at")
LONG_TEXT = "description_long"
ADDRESS_PARTS = ("name", "address1", "address2", "postal_code", "city", "phone", "country")


def written_time(moment: datetime | None) -> str | None:
    """Return the moment as Place2book writes it, `YYYY-MM-DDTHH:MM:SSZ` in UTC."""
    return None if moment is None else f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def read_time(written: Written) -> datetime | None:
    """Return the aware UTC moment that `written_time` formatted."""
    return datetime.fromisoformat(written) if isinstance(written, str) and written else None


def same_minute(one: datetime | None, other: datetime | None) -> bool:
    """Return whether two moments are less than a minute apart: Place2book need not keep seconds."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < timedelta(minutes=1)


def same_value(field: str, one: Written, other: Written) -> bool:
    """Return whether two values of a field are equal; texts are compared in their normal form."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    return same_html(one, other) if field == LONG_TEXT else same_text(one, other)


def is_there(change: FieldChange) -> bool:
    """Return whether the field already has its new value."""
    return same_value(change.field, change.old, change.new)


def shows(field: str, shown: Written, value: Written, link: Link) -> bool:
    """Return whether Place2book shows this value, or its own form of what we last wrote (`echo`)."""
    return same_value(field, shown, value) or same_value(field, shown, link.echo.get(field))


def desired_fields(event: TicketEvent) -> dict[str, Written]:
    """Return an event's fields as the source wants them."""
    return _fields(event, event.capacity)


def current_fields(event: CurrentEvent) -> dict[str, Written]:
    """Return an event's fields as Place2book has them; unlimited capacity is written `∞`."""
    return _fields(event, "∞" if event.capacity is None else event.capacity)


def _fields(event: TicketEvent | CurrentEvent, capacity: Written) -> dict[str, Written]:
    address = event.address
    return {
        "name": event.name,
        "description_short": event.description_short,
        "description_long": event.description_long,
        "begin_at": written_time(event.begin_at),
        "end_at": written_time(event.end_at),
        "capacity": capacity,
        "passive": event.passive,
        **{f"address.{part}": getattr(address, part) if address else None for part in ADDRESS_PARTS},
    }
