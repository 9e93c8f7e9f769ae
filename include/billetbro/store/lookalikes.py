"""Place2book events that look like a source event, and what people said (`reconcile/matching/lookalikes.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_, update

from billetbro.models import CurrentEvent, LinkStatus, LookalikeChoice, TicketEventKey
from billetbro.reconcile.state import ReconcileState
from billetbro.store.bulk import upsert_many
from billetbro.store.schema.tables import links, lookalikes, ticket_events


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A Place2book event of which nobody has said yet whether it is the source event's."""

    event_maker: int
    event_id: int
    name: str
    sales_location: str | None


def read_choices(connection: Connection, library: str) -> Mapping[tuple[str, TicketEventKey], LookalikeChoice]:
    """Return what people said, by source event and Place2book event."""
    columns = lookalikes.c.uuid, lookalikes.c.event_maker, lookalikes.c.event_id, lookalikes.c.choice
    query = select(*columns).where(lookalikes.c.library == library, lookalikes.c.choice.is_not(None))
    return {
        (uuid, TicketEventKey(maker, event_id)): LookalikeChoice(choice)
        for uuid, maker, event_id, choice in connection.execute(query)
    }


def refresh_lookalikes(
    connection: Connection, library: str, found: Mapping[str, Sequence[CurrentEvent]], state: ReconcileState
) -> None:
    """Store what a load found; forget what nobody decided and is no longer so, and choices about events that are gone.

    A run that is limited to some events says nothing of the others.
    """
    asked_for = {uuid: events for uuid, events in found.items() if state.run.asked_for(uuid)}
    stands = {(uuid, *event.key) for uuid, events in asked_for.items() for event in events}
    listed = {event.key for event in state.listed}
    key = lookalikes.c.uuid, lookalikes.c.event_maker, lookalikes.c.event_id
    gone = [
        (uuid, maker, event_id)
        for uuid, maker, event_id, choice in connection.execute(
            select(*key, lookalikes.c.choice).where(lookalikes.c.library == library)
        )
        if state.run.asked_for(uuid)
        and ((maker, event_id) not in listed if choice else (uuid, maker, event_id) not in stands)
    ]
    if gone:
        connection.execute(delete(lookalikes).where(lookalikes.c.library == library, tuple_(*key).in_(gone)))
    rows = [
        {
            "library": library,
            "uuid": uuid,
            "event_maker": event.event_maker,
            "event_id": event.event_id,
            "name": event.name,
            "sales_location": event.sales_location,
            "first_seen_at": state.run.now,
        }
        for uuid, events in asked_for.items()
        for event in events
    ]
    upsert_many(connection, lookalikes, rows, update=("name", "sales_location"))


def read_undecided(connection: Connection, library: str, uuid: str) -> tuple[Lookalike, ...]:
    """Return what looks like a source event, and nobody has said what it is."""
    names = Lookalike.__dataclass_fields__
    query = select(*(lookalikes.c[name] for name in names)).where(
        lookalikes.c.library == library, lookalikes.c.uuid == uuid, lookalikes.c.choice.is_(None)
    )
    rows = connection.execute(query.order_by(lookalikes.c.event_id)).mappings()
    return tuple(Lookalike(**row) for row in rows)


def is_adoptable(connection: Connection, library: str, uuid: str) -> bool:
    """Return whether a source event has no ticket event: it may get one of those that look like it."""
    own = (ticket_events.c.event_maker == links.c.event_maker) & (ticket_events.c.event_id == links.c.event_id)
    has_one = (
        select(links.c.uuid)
        .join(ticket_events, (ticket_events.c.library == links.c.library) & own)
        .where(links.c.library == library, links.c.uuid == uuid, links.c.status == LinkStatus.LIVE)
    )
    return connection.scalar(has_one) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says of the lookalikes of a source event, or of one of them."""

    choice: LookalikeChoice
    by: str
    at: datetime
    event_id: int | None = None


def choose(connection: Connection, library: str, uuid: str, said: Said) -> int:
    """Store what a person says of what nobody has decided; return of how many."""
    statement = update(lookalikes).where(
        lookalikes.c.library == library, lookalikes.c.uuid == uuid, lookalikes.c.choice.is_(None)
    )
    if said.event_id is not None:
        statement = statement.where(lookalikes.c.event_id == said.event_id)
    values = {"choice": said.choice.value, "chosen_by": said.by, "chosen_at": said.at}
    return connection.execute(statement.values(**values)).rowcount
