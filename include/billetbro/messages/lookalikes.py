"""What staff are told of a Place2book event that looks like a source event."""

from billetbro.models.message import Message
from billetbro.store.lookalikes import Lookalike


def lookalike_message(one: Lookalike) -> Message:
    """Return its name, number and sales link in one sentence."""
    return Message("lookalike.one", {"name": one.name, "event_id": one.event_id, "link": one.sales_location or "-"})
