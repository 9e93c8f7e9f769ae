"""The links between source events and Place2book events."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import (
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from billetbro.models import Link, LinkStatus, Mapped, TicketEventKey
from billetbro.reconcile.sale_status.write_back import CLEARED
from billetbro.store.bulk import update_many
from billetbro.store.drift import STILL_ACCEPTED
from billetbro.store.schema.records import LINK, link_to_row
from billetbro.store.schema.tables import former_links, links, source_events

NOT_SAVED = frozenset({"library", "uuid", "absences", "counted_run"})


def read_links(connection: Connection, library: str, ends_after: datetime | None = None) -> tuple[Link, ...]:
    """Return all links of the library, or only those of events that end after a moment or have no known end."""
    # As JSON: a row of this many columns costs several times as much.
    query = select(cast(func.pg_catalog.row_to_json(literal_column(links.name)), Text))
    query = query.select_from(links).where(links.c.library == library).order_by(links.c.uuid)
    if ends_after is not None:
        query = query.where(or_(links.c.ends_at.is_(None), links.c.ends_at > ends_after))
    return tuple(map(LINK.in_json, connection.scalars(query).all()))


def linked_by_other_libraries(
    connection: Connection, library: str, event_makers: Collection[int]
) -> list[tuple[str, str, TicketEventKey]]:
    """Return (library, uuid, Place2book event) of what other libraries sell for these event makers."""
    query = select(links.c.library, links.c.uuid, links.c.event_maker, links.c.event_id).where(
        links.c.library != library, links.c.event_maker.in_(event_makers), links.c.status == LinkStatus.LIVE
    )
    return [(row.library, row.uuid, TicketEventKey(row.event_maker, row.event_id)) for row in connection.execute(query)]


def sales_hosts(connection: Connection, library: str) -> frozenset[str]:
    """Return the hosts, with ports, of the library's sales links from Place2book."""
    host = func.lower(func.split_part(links.c.sales_location, "/", 3))
    standing = select(host).where(links.c.library == library).distinct()
    former = select(former_links.c.sales_host).where(former_links.c.library == library).distinct()
    return frozenset(filter(None, [*connection.scalars(standing), *connection.scalars(former)]))


def former_seccodes(connection: Connection, libraries: Collection[str]) -> frozenset[str]:
    """Return the seccodes of these libraries' pruned links."""
    query = select(former_links.c.seccode).where(former_links.c.library.in_(libraries))
    return frozenset(connection.scalars(query))


def save_link(connection: Connection, library: str, link: Link) -> None:
    """Store the link; only `count_absences` changes the absences of an existing one.

    What was accepted of its drift is forgotten once that is another one.
    """
    row = link_to_row(library, link)
    statement = insert(links).values(row)
    changed: dict[str, object] = {name: statement.excluded[name] for name in row if name not in NOT_SAVED}
    changed |= {"drift_accepted": STILL_ACCEPTED, "updated_at": func.now()}
    key = ["library", "uuid"]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def note_written_back(
    connection: Connection, library: str, uuid: str, state: str | None, addresses: Mapping[str, str]
) -> None:
    """Store what was written back to the source: the state, if any, and the addresses, in `echo`.

    A cleared link is kept there as CLEARED while the source still shows it (`forget_cleared`). `updated_at` is about
    Place2book and stays.
    """
    values: dict[str, object] = {"echo": links.c.echo.op("||")(cast(literal(dict(addresses), JSONB), JSONB))}
    if state is not None:
        values["state_written"] = state
    connection.execute(update(links).where(links.c.library == library, links.c.uuid == uuid).values(values))


def forget_cleared(connection: Connection, library: str) -> None:
    """Remove the record of cleared links that the latest snapshot no longer shows."""
    of_event = (source_events.c.library == links.c.library) & (source_events.c.uuid == links.c.uuid)
    shown = source_events.c.mapped["link"].as_string()
    gone = exists().where(of_event, source_events.c.present, shown.is_distinct_from(links.c.echo[CLEARED].as_string()))
    held = (links.c.library == library) & links.c.echo.has_key(CLEARED)
    connection.execute(update(links).where(held, gone).values(echo=links.c.echo.op("-")(CLEARED)))


def remove_link(connection: Connection, library: str, uuid: str) -> None:
    """Remove the link of a source event whose Place2book event has moved to another uuid."""
    connection.execute(delete(links).where(links.c.library == library, links.c.uuid == uuid))


def count_absences(
    connection: Connection, library: str, absences: Mapping[str, int], run_id: str, untouched: Collection[str] = ()
) -> None:
    """Store the absences of each source event, and reset all others except the `untouched`."""
    connection.execute(
        update(links)
        .where(links.c.library == library, links.c.absences > 0, links.c.uuid.not_in([*absences, *untouched]))
        .values(absences=0)
    )
    if absences:
        connection.execute(
            update(links)
            .where(links.c.library == library, links.c.uuid == bindparam("of_uuid"))
            .values(absences=bindparam("to_absences"), counted_run=run_id),
            [{"of_uuid": uuid, "to_absences": count} for uuid, count in absences.items()],
        )


def follow_source(connection: Connection, library: str, mapped: Iterable[Mapped]) -> None:
    """Copy each source event's title, series and times to its link, for when the event is gone."""
    rows = [
        {
            "library": library,
            "uuid": event.uuid,
            "title": event.title,
            "series_uuid": event.series_uuid,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
        }
        for event in mapped
        if event.starts_at and event.ends_at
    ]
    update_many(connection, links, rows, only="known.status = 'live'")
