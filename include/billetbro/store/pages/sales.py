"""The sale state of linked events by now, as a column: stored when an event was read, and told anew since.

The sale of an event to come may have opened or closed since it was last read. There are few such events between two
hours. Their states are told from what was read, and take the place of the stored ones.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Text,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.models import LinkStatus
from billetbro.models.ticketing import SaleState
from billetbro.reconcile.sale_status.write_back import sale_shown
from billetbro.store.schema.records import CURRENT_EVENT
from billetbro.store.schema.tables import links, ticket_events

OF_LINK = and_(*(ticket_events.c[name] == links.c[name] for name in ("library", "event_maker", "event_id")))


def on_sale_until(now: datetime) -> ColumnElement[bool]:
    """Return the condition of links whose events are still to come or under way."""
    return and_(links.c.status == LinkStatus.LIVE, or_(links.c.ends_at.is_(None), links.c.ends_at > now))


def turned_sales(connection: Connection, libraries: Sequence[str], now: datetime) -> FromClause:
    """Return the rows (event_maker, event_id, sale) of these libraries' events whose stored state is outdated."""
    outdated = or_(ticket_events.c.sale.is_(None), ticket_events.c.next_turn_at <= now)
    query = (
        select(cast(ticket_events.c.payload, Text))
        .join(links, OF_LINK)
        .where(links.c.library == any_(literal(list(libraries), ARRAY(Text))), on_sale_until(now), outdated)
    )
    events = [CURRENT_EVENT.in_json(payload) for payload in connection.scalars(query)]
    values = (
        literal([event.event_maker for event in events], ARRAY(BigInteger)),
        literal([event.event_id for event in events], ARRAY(BigInteger)),
        literal([sale_shown(event, now) for event in events], ARRAY(Text)),
    )
    return func.unnest(*values).table_valued("event_maker", "event_id", "sale", name="turned").render_derived()


def is_turned(turned: FromClause) -> ColumnElement[bool]:
    """Return the condition that joins `turned_sales` to the links."""
    return and_(turned.c.event_maker == links.c.event_maker, turned.c.event_id == links.c.event_id)


def sale_now(turned: FromClause, now: datetime) -> ColumnElement[str | None]:
    """Return a link's sale state by now; null while nothing of it was read, and once its event is deleted."""
    over = or_(links.c.status == LinkStatus.RETIRED, and_(links.c.status == LinkStatus.LIVE, links.c.ends_at <= now))
    return case(
        (over, SaleState.OVER.value),
        (links.c.status == LinkStatus.LIVE, func.coalesce(turned.c.sale, ticket_events.c.sale)),
        else_=None,
    )
