"""Every library as the first of a country is after its first transfer: the same events, under ids of their own.

The first library's ids are such that they can be found in any text: its name, its event maker, and the beginnings of
its uuids and of its numbers in Place2book.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from benchmarks.country import FIRST_MAKER, uuid_of
from sandbox.cms_event import CmsEvent
from sandbox.place2book_records import Event, Price

NUMBERS_OF_ONE = 1_000_000
FIRST_NUMBER = 1_000_000_000 + NUMBERS_OF_ONE
AFTER_EVERY_COPY = 2_000_000_000
IDS = re.compile(rf"{uuid_of(1, 0)[:-12]}|(?<![0-9a-z])(?:{FIRST_MAKER}|1001\d{{6}}|[0-9a-z]{{10}})(?![0-9a-z])")
TABLES = """
    SELECT table_schema, table_name, array_agg(column_name::text ORDER BY ordinal_position)
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema IN ('sync', 'warehouse') AND table_type = 'BASE TABLE'
    AND is_identity = 'NO' AND is_generated = 'NEVER'
    GROUP BY 1, 2 HAVING 'library' = ANY(array_agg(column_name::text))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A library that is as the first one; `place` counts from one, `known` has what is replaced whole."""

    library: str
    place: int
    known: Mapping[str, str]

    def translated(self, text: str) -> str:
        """Return a text with this library's ids in place of the first one's."""
        return IDS.sub(lambda found: self._own(found[0]), text)

    def number(self, number: int) -> int:
        """Return a number of Place2book's."""
        return number + (self.place - 1) * NUMBERS_OF_ONE

    def _own(self, found: str) -> str:
        if found.endswith("-"):
            return uuid_of(self.place, 0)[:-12]
        if found in self.known:
            return self.known[found]
        return str(self.number(int(found))) if found.startswith("1001") and found.isdecimal() else found


def copy_of(first: str, library: str, place: int, codes: Iterable[str]) -> Copy:
    """Return the copy of the first library, whose sales links have these codes."""
    known = {code: f"{code[:7]}{place:03}" for code in codes}
    return Copy(
        library=library, place=place, known=known | {first: library, str(FIRST_MAKER): str(FIRST_MAKER + place - 1)}
    )


def copied_page(event: CmsEvent, copy: Copy) -> CmsEvent:
    """Return a website's event as another website has it."""
    own = json.loads(copy.translated(json.dumps(event.own)))
    return replace(event, uuid=copy.translated(event.uuid), own=own)


def copied_ticket_event(event: Event, copy: Copy) -> Event:
    """Return an event of Place2book as another event maker has it; nothing was sold of it."""
    prices = [Price(copy.number(price.id), price.fields) for price in event.prices.values()]
    extra = json.loads(copy.translated(json.dumps(event.fields.extra)))
    return Event(
        copy.number(event.id),
        FIRST_MAKER + copy.place - 1,
        copy.translated(event.seccode),
        replace(event.fields, extra=extra),
        {price.id: price for price in prices},
    )


def copy_rows(database_url: str, first: str, copies: Iterable[Copy]) -> None:
    """Give every library the rows of the first one, in all tables that have a library."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")  # rows may come before those that they refer to
        for schema, table, columns in connection.execute(TABLES).fetchall():
            place = sql.SQL("{} ({})").format(
                sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            chosen = sql.SQL("COPY (SELECT {} FROM {} WHERE library = {}) TO STDOUT").format(
                names, sql.Identifier(schema, table), sql.Literal(first)
            )
            with connection.cursor() as cursor, cursor.copy(chosen) as read:
                rows = b"".join(read).decode()
            with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(place)) as written:
                for copy in copies:
                    written.write(copy.translated(rows))
