"""Create an event, and recognise it when the answer was lost."""

import re
from collections.abc import Mapping

from billetbro.models import Change, CurrentEvent, Kind, Link, Mapped, WriteInDoubt, Written
from billetbro.models.text import normal_form
from billetbro.reconcile.matching.prices import claim_prices, prices_as_made
from billetbro.reconcile.operations.confirming import as_applied, sent_key
from billetbro.reconcile.operations.operation import EventState, Operation, ReportSection, TicketSystem
from billetbro.reconcile.planning.owned_fields import (
    LONG_TEXT,
    current_fields,
    desired_fields,
    read_time,
    same_value,
    written_time,
)

_LINK = re.compile(r"""href=["']([^"']+)""")


class Create(Operation, kind=Kind.CREATE):
    """Create an event with its prices.

    `confirm` has no link to judge by: `SIGNS` recognise the event, and `created_link` makes its link.
    """

    makes_event = True
    starts_event = True
    sends_price = True
    touches_prices = True
    needs_link = True
    section = ReportSection.CREATED

    def apply(self, client: TicketSystem, change: Change, event: EventState, /) -> None:
        """Create the event and link it; its prices are matched when they are read."""
        mapped = event.wanted
        assert mapped.desired is not None
        current = event.current = client.create_event(change.event_maker, mapped.desired, mapped.on_create)
        event.link = new_link(mapped, current, applied=desired_fields(mapped.desired), echo=current_fields(current))


def new_link(
    mapped: Mapped, current: CurrentEvent, *, applied: Mapping[str, Written], echo: Mapping[str, Written]
) -> Link:
    """Return the link of a source event with its Place2book event, without prices."""
    return Link(
        uuid=mapped.uuid,
        event_maker=current.event_maker,
        event_id=current.event_id,
        seccode=current.seccode,
        sales_location=sales_location(current),
        title=mapped.title,
        series_uuid=mapped.series_uuid,
        starts_at=mapped.starts_at,
        ends_at=mapped.ends_at,
        applied=applied,
        echo=echo,
    )


def sales_location(current: CurrentEvent) -> str:
    """Return where the event is sold: by Place2book, else by its seccode; empty while it has neither."""
    of_seccode = f"https://www.place2book.com/da/sw2/sales/{current.seccode}" if current.seccode else ""
    return current.sales_location or of_seccode


def created_link(create: WriteInDoubt, current: CurrentEvent, mapped: Mapped | None) -> Link:
    """Return the link of a create that was carried out after all.

    Its prices are recognised by their names. Their ticket categories were not sent: they are matched by name and value,
    like any price whose category got another uuid.
    """
    stands = current_fields(current)
    desired = mapped.desired.prices if mapped and mapped.desired else ()
    names = {normal_form(name) for name in create.new if name.startswith("price.")}
    ours = (price for price in current.prices or () if normal_form(f"price.{price.name}") in names)
    sent = {sent_key(price): as_applied(price) for price in ours}
    prices = claim_prices(desired, sent, {}, adopting=False)
    return Link(
        uuid=create.uuid,
        event_maker=current.event_maker,
        event_id=current.event_id,
        seccode=current.seccode,
        sales_location=sales_location(current),
        title=create.title,
        series_uuid=create.series_uuid,
        starts_at=read_time(create.new.get("begin_at")),
        ends_at=read_time(create.new.get("end_at")),
        applied={name: value for name, value in create.new.items() if name in stands},
        echo=stands,
        prices=prices or prices_as_made(desired, {price.price_id: price for price in current.prices or ()}),
    )


def _bears_name_and_start(event: CurrentEvent, sent: Mapping[str, Written]) -> bool:
    same_start = written_time(event.begin_at) == sent.get("begin_at")
    return bool(event.name) and same_start and same_value("name", event.name, sent.get("name"))


def _bears_description(event: CurrentEvent, sent: Mapping[str, Written]) -> bool:
    said = event.description_long
    return bool(said) and same_value(LONG_TEXT, said, sent.get(LONG_TEXT))


def _names_the_page(event: CurrentEvent, sent: Mapping[str, Written]) -> bool:
    """Return whether the description links to the page that we sent last in it, even if it was rewritten."""
    pages = _LINK.findall(str(sent.get(LONG_TEXT) or ""))
    return bool(pages) and pages[-1] in _LINK.findall(event.description_long)


SIGNS = (_bears_name_and_start, _bears_description, _names_the_page)
"""How an event is recognised by what its create sent, most certain first."""
