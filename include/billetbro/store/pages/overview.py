"""The overview: what needs somebody, and how many events of each library are in which state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, and_, any_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.models import LinkStatus
from billetbro.reconcile.sale_status.write_back import sale_shown
from billetbro.store.schema.records import CURRENT_EVENT
from billetbro.store.schema.tables import links, rejections, ticket_events


def count_sales(connection: Connection, libraries: Sequence[str], now: datetime) -> Mapping[str, Counter[str]]:
    """Return how many events to come are in which sale state, by library.

    An event whose sale opened or closed since it was last read is counted as it is by now.
    """
    outdated = or_(ticket_events.c.sale.is_(None), ticket_events.c.next_turn_at <= now)
    of_link = and_(
        *(ticket_events.c[name] == links.c[name] for name in ("library", "event_maker", "event_id")),
    )
    live = [
        links.c.library == any_(literal(list(libraries), ARRAY(Text))),
        links.c.status == LinkStatus.LIVE,
        or_(links.c.ends_at.is_(None), links.c.ends_at > now),
    ]
    sale = case((outdated, None), else_=ticket_events.c.sale).label("sale")
    counts = (
        select(links.c.library, sale, func.count())
        .join(ticket_events, of_link)
        .where(*live)
        .group_by(links.c.library, sale)
    )
    found: dict[str, Counter[str]] = {library: Counter() for library in libraries}
    left = False
    for library, state, number in connection.execute(counts):
        if state is None:
            left = True
        else:
            found[library][state] += number
    if left:
        query = select(links.c.library, cast(ticket_events.c.payload, Text)).join(ticket_events, of_link)
        for library, payload in connection.execute(query.where(*live, outdated)):
            found[library][sale_shown(CURRENT_EVENT.validate_json(payload), now)] += 1
    return found


def count_open(connection: Connection, libraries: Sequence[str]) -> Mapping[str, int]:
    """Return how many rejections are open, by library."""
    query = (
        select(rejections.c.library, func.count().label("number"))
        .where(rejections.c.library == any_(literal(list(libraries), ARRAY(Text))), rejections.c.resolved_at.is_(None))
        .group_by(rejections.c.library)
    )
    return {row.library: row.number for row in connection.execute(query)}


def count_drift(connection: Connection, libraries: Sequence[str]) -> Mapping[str, int]:
    """Return how many live links have fields that staff changed in Place2book, by library."""
    query = (
        select(links.c.library, func.count().label("number"))
        .where(links.c.library == any_(literal(list(libraries), ARRAY(Text))), links.c.drift != {})
        .where(links.c.status == LinkStatus.LIVE)
        .group_by(links.c.library)
    )
    return {row.library: row.number for row in connection.execute(query)}
