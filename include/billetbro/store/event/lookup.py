"""Find a source event by whatever a person knows of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    exists,
    literal_column,
    select,
    tuple_,
    union,
)

from billetbro.models.sales_links import seccode_anywhere
from billetbro.models.text import normal_form
from billetbro.store.normal_form import normal_form_of
from billetbro.store.schema.tables import ADDRESS, changes, links, source_events

LARGEST_ID = 2**63 - 1
ADMIN_PAGE = re.compile(r".*/event_makers/[0-9]+/events/([0-9]+)(?:[/?#].*)?", re.IGNORECASE)
"""The event's page for staff in Place2book, which the CMS shows next to the sales link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvent:
    """A source event that was found; `present`: the CMS lists it."""

    library: str
    uuid: str
    title: str
    starts_at: datetime | None
    present: bool
    linked: bool


def find_events(
    connection: Connection, sought: str, libraries: Sequence[str] = (), *, now: datetime
) -> tuple[FoundEvent, ...]:
    """Return the events that a text identifies, the next to come first, of all libraries or of the given ones.

    The text is an event's uuid, its id or seccode in Place2book, its sales link or page for staff there, or its address
    in the CMS; otherwise a part of the title. Events found by title that left the CMS and are not linked (any more) are
    returned only if there are no others.
    """
    text = normal_form(sought)
    key = tuple_(source_events.c.library, source_events.c.uuid)
    found = _find(connection, key.in_(identified_by(text)), libraries)
    if not found and text:
        by_title = _find(connection, is_in_title(text), libraries)
        found = [event for event in by_title if event.present or event.linked] or by_title
    return tuple(sorted(found, key=lambda event: _distance(event, now)))


def never_seen(connection: Connection, uuids: Sequence[str], libraries: Sequence[str]) -> tuple[str, ...]:
    """Return the given uuids that these libraries never listed."""
    of_these = source_events.c.library.in_(libraries) & source_events.c.uuid.in_(uuids)
    seen = set(connection.scalars(select(source_events.c.uuid).where(of_these)))
    return tuple(uuid for uuid in uuids if uuid not in seen)


def _distance(event: FoundEvent, now: datetime) -> tuple[int, timedelta, str, str]:
    """Return the sort key: events to come, soonest first; past ones, latest first; undated ones."""
    if event.starts_at is None:
        return 2, timedelta(0), event.library, event.uuid
    return int(event.starts_at < now), abs(event.starts_at - now), event.library, event.uuid


def identified_by(text: str) -> CompoundSelect[Any]:
    """Return the query for the keys of the events that a text in normal form identifies.

    It has a part for each way, each with an index.
    """
    of_sources = select(source_events.c.library, source_events.c.uuid)
    of_links = select(links.c.library, links.c.uuid)
    ways = [
        of_sources.where(source_events.c.uuid == text),
        of_sources.where(literal_column(ADDRESS) == _address_of(text)),
        of_links.where(links.c.seccode == text),
        of_links.where(links.c.sales_location == text),
    ]
    if seccode := seccode_anywhere(text):
        ways.append(of_links.where(links.c.seccode == seccode))
    if (number := _number_in(text)) is not None:
        linked = exists().where(links.c.library == changes.c.library, links.c.uuid == changes.c.uuid)
        touched = select(changes.c.library, changes.c.uuid).where(changes.c.event_id == number, ~linked)
        ways += [of_links.where(links.c.event_id == number), touched]
    return union(*ways)


def is_in_title(text: str) -> ColumnElement[bool]:
    """Return the condition of events whose title contains a text in normal form, whatever its case."""
    return normal_form_of(source_events.c.shown_title).icontains(text, autoescape=True)


def _number_in(text: str) -> int | None:
    """Return the event's id in Place2book, given as such or in the address of its page for staff."""
    page = ADMIN_PAGE.fullmatch(text)
    digits = page[1] if page else text
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return number if (number := int(digits)) <= LARGEST_ID else None


def _find(connection: Connection, wanted: ColumnElement[bool], libraries: Sequence[str]) -> list[FoundEvent]:
    row = source_events.c
    query = (
        select(row.library, row.uuid, row.shown_title, row.present, row.starts_at, links.c.uuid)
        .outerjoin(links, (links.c.library == source_events.c.library) & (links.c.uuid == source_events.c.uuid))
        .where(wanted)
    )
    if libraries:
        query = query.where(source_events.c.library.in_(libraries))
    return [
        FoundEvent(
            library=library,
            uuid=uuid,
            title=title,
            starts_at=datetime.fromisoformat(start) if start else None,
            present=present,
            linked=link is not None,
        )
        for library, uuid, title, present, start, link in connection.execute(query)
    ]


def _address_of(text: str) -> str:
    bare = text.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return bare.partition("?")[0].partition("#")[0].rstrip("/")
