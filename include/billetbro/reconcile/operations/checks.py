"""Whether Place2book did what it said yes to, as far as tickets would otherwise be sold wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from billetbro.errors import Refused
from billetbro.models import Change, FieldChange, Written
from billetbro.reconcile.planning.owned_fields import is_there, read_time, same_minute

DECIDES_A_SALE = frozenset({"begin_at", "end_at", "capacity", "passive", "value", "sale_close_at", "sale_end_at"})
"""Fields of which it must be seen that an update of them was carried out."""


class SoldMeanwhile(Refused):
    """Tickets were sold between planning a removal and carrying it out."""


class NotTaken(Refused):
    """Place2book said yes to an update and left what decides a sale as it was: it was not carried out."""


def unchanged(change: Change, stands: Mapping[str, Written]) -> str:
    """Name the fields that decide a sale and still have the value that was to be replaced."""
    sent = (field for field in change.fields if field.field in DECIDES_A_SALE and not is_there(field))
    return ", ".join(field.field for field in sent if stands.get(field.field) == field.old)


def has_closed(stands: datetime | None, sent: FieldChange) -> bool:
    """Return whether a sale ends when it was to end, or before."""
    end = read_time(sent.new)
    return stands is not None and end is not None and (stands < end or same_minute(stands, end))
