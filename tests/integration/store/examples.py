"""Links, changes and events to be stored."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from billetbro.models import (
    Address,
    AppliedPrice,
    Change,
    CurrentEvent,
    CurrentPrice,
    DesiredPrice,
    FieldChange,
    Kind,
    KnownRows,
    Link,
    LinkStatus,
    Mapped,
    OnCreate,
    Outcome,
    SourceAddress,
    SourceEvent,
    SourceRow,
    SourceState,
    TicketCategory,
    TicketEvent,
)
from billetbro.store.snapshots import read_unmapped

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIBRARY = "solbjerg"

LINK = Link(
    uuid="u1",
    event_maker=5000,
    event_id=71,
    seccode="abc123",
    sales_location="https://www.place2book.com/da/sw2/sales/abc123",
    title="Rødgrød & fløde",
    status=LinkStatus.LIVE,
    series_uuid="s1",
    starts_at=NOW + HOUR,
    ends_at=NOW + 2 * HOUR,
    applied={"name": "Rødgrød & fløde", "capacity": 50, "passive": False, "end_at": None},
    echo={"name": "Rødgrød & fløde", "capacity": "∞", "passive": False, "end_at": None},
    drift={"capacity": 60},
    prices={"c1": AppliedPrice(price_id=9, name="Voksen", value_ore=7500, ended_at=NOW)},
    absences=0,
    sale_closed_at=NOW,
    sale_closed_before=NOW + HOUR,
    state_written=SourceState.SOLD_OUT,
)

SOURCE_EVENT = SourceEvent(
    uuid="u1",
    title="Rødgrød &amp; fløde",
    state=SourceState.ACTIVE,
    url="https://solbjerg.example.com/arrangementer/u1",
    starts_at=NOW + HOUR,
    ends_at=NOW + 2 * HOUR,
    branches=("Solbjerg Bibliotek",),
    address=SourceAddress(room="Salen", postal_code="0800"),
    ticket_categories=(TicketCategory(title="Voksen", uuid="c1", amount=Decimal("37.50"), currency="DKK"),),
    capacity=50,
    unreadable={"body": "7"},
)

MAPPED = Mapped(
    uuid="u1",
    title="Rødgrød & fløde",
    outcome=Outcome.TICKET_EVENT,
    starts_at=NOW + HOUR,
    ends_at=NOW + 2 * HOUR,
    series_uuid="s1",
    event_maker=5000,
    desired=TicketEvent(
        name="Rødgrød & fløde",
        description_short="",
        description_long="<p>Æ</p>",
        begin_at=NOW + HOUR,
        end_at=NOW + 2 * HOUR,
        capacity=50,
        passive=False,
        address=Address(name="Salen", address1="Algade 1", postal_code="0800", city="Solbjerg"),
        prices=(DesiredPrice(key="c1", name="Voksen", value_ore=3750),),
    ),
    on_create=OnCreate(mute=False, kultunaut_age_group="Børn"),
    state=SourceState.ACTIVE,
)

CURRENT = CurrentEvent(
    event_maker=5000,
    event_id=71,
    seccode="abc123",
    name="Rødgrød & fløde",
    begin_at=NOW + HOUR,
    capacity=None,
    state="published",
    active=True,
    available_tickets=200_000,
    prices=(CurrentPrice(price_id=9, name="Voksen", value_ore=3750, sold_tickets=2, deletable=False),),
)


def change(kind: Kind = Kind.UPDATE, uuid: str = "u1", **fields: str | int | None) -> Change:
    """Return a change that sets these fields."""
    return Change(
        kind=kind,
        uuid=uuid,
        title="Koncert",
        event_maker=5000,
        fields=tuple(FieldChange(field=name.replace("__", "."), old=None, new=new) for name, new in fields.items()),
        why="because",
    )


def rows_of(events: Iterable[SourceEvent]) -> list[SourceRow]:
    """Return the events as a source sends them that knows none of them."""
    return [KnownRows().row_of(event.uuid, msgspec.json.encode(event), event) for event in events]


def snapshot_of(connection: Connection, library: str) -> tuple[SourceEvent, ...]:
    """Return the events of the latest snapshot: all of them are new by rules that were never used."""
    return read_unmapped(connection, library, "rules that were never used", NOW)
