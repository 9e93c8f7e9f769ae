"""The overview: what needs somebody, and how many events of each library are in which state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from billetbro.store.drift import has_open_drift
from billetbro.store.pages.sales import OF_LINK, is_turned, on_sale_until, sale_now, turned_sales
from billetbro.store.schema.tables import links, rejections, ticket_events


def count_sales(connection: Connection, libraries: Sequence[str], now: datetime) -> Mapping[str, Counter[str]]:
    """Return how many events to come are in which sale state, by library.

    An event whose sale opened or closed since it was last read is counted as it is by now.
    """
    turned = turned_sales(connection, libraries, now)
    sale = sale_now(turned, now)
    counts = (
        select(links.c.library, sale, func.count())
        .join(ticket_events, OF_LINK)
        .outerjoin(turned, is_turned(turned))
        .where(links.c.library == any_(literal(list(libraries), ARRAY(Text))), on_sale_until(now))
        .group_by(links.c.library, sale)
    )
    found: dict[str, Counter[str]] = {library: Counter() for library in libraries}
    for library, state, number in connection.execute(counts):
        found[library][state] += number
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
    """Return how many live links have fields that staff changed in Place2book and nobody accepted, by library."""
    query = (
        select(links.c.library, func.count().label("number"))
        .where(links.c.library == any_(literal(list(libraries), ARRAY(Text))), has_open_drift())
        .group_by(links.c.library)
    )
    return {row.library: row.number for row in connection.execute(query)}
