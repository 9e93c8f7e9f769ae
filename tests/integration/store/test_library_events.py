"""The events on a library's page: searched, filtered and paged in the database (behaviour 12)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from billetbro.models import (
    CurrentEvent,
    CurrentPrice,
    Link,
    LinkStatus,
    Mapped,
    Outcome,
    Rejection,
    SourceEvent,
    SourceState,
)
from billetbro.reconcile.mapping.warnings import STILL_CLONED, warnings_of
from billetbro.store.links import save_link
from billetbro.store.pages.events import PAGE_SIZE, Only, Wanted, When, read_events
from billetbro.store.pages.overview import count_sales
from billetbro.store.rejections import report_rejections
from billetbro.store.schema.records import CURRENT_EVENT, MAPPED, SOURCE_EVENT, link_to_row
from billetbro.store.snapshots import store_mapped, store_snapshot, store_ticket_events
from tests.cases import cases
from tests.integration.store import examples
from tests.integration.store.examples import HOUR, LIBRARY, NOW, rows_of

DAY = timedelta(days=1)
SOON = CurrentPrice(price_id=1, name="Voksen", value_ore=5000, sale_begin_at=NOW + HOUR)
MANY = 5000
NOT_OURS = replace(examples.MAPPED, outcome=Outcome.SKIPPED, code="not_relevant", desired=None)


def source(uuid: str, title: str, **changes: Any) -> SourceEvent:
    times = {"starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR}
    return replace(examples.SOURCE_EVENT, uuid=uuid, title=title, url=None, **(times | changes))


def mapped(event: SourceEvent, **changes: Any) -> Mapped:
    return replace(
        examples.MAPPED,
        uuid=event.uuid,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        link=event.link,
        state=event.state,
        **changes,
    )


def link(event: SourceEvent, number: int, **changes: Any) -> Link:
    values = {"drift": {}, "starts_at": event.starts_at, "ends_at": event.ends_at} | changes
    return replace(examples.LINK, uuid=event.uuid, event_id=number, seccode=f"sec{number}", **values)


def current(number: int, **changes: Any) -> CurrentEvent:
    values = {"capacity": 50, "available_tickets": 20, "prices": (), "paused": False} | changes
    return replace(examples.CURRENT, event_id=number, **values)


OPEN = source("open", "I salg", link="https://www.place2book.com/da/sw2/sales/sec1")
SOLD_OUT = source("sold out", "Udsolgt", starts_at=NOW + 2 * DAY, ends_at=None, link="https://place2book.com/x")
TURNING = source("turning", "Åbner snart", starts_at=NOW + 3 * DAY, ends_at=NOW + 4 * DAY, link="https://p.example/t")
PASSIVE = source("passive", "Uden salg", starts_at=NOW + 4 * DAY, ends_at=NOW + 5 * DAY)
CANCELLED = source("cancelled", "Aflyst", state=SourceState.CANCELLED, starts_at=NOW + 5 * DAY, ends_at=NOW + 6 * DAY)
CLONED = source("cloned", "Foredrag \u2013CLONED", starts_at=NOW + 6 * DAY, ends_at=NOW + 7 * DAY)
UNDATED = source("undated", "Uden tid", starts_at=None, ends_at=None)
DONE = source("done", "Slut", starts_at=NOW - DAY, ends_at=NOW - HOUR, link="https://www.place2book.com/e/sec9")
UNDER_WAY = source("under way", "I gang", starts_at=NOW - DAY, ends_at=NOW + HOUR, link="https://a.example/b")
ALL = (OPEN, SOLD_OUT, TURNING, PASSIVE, CANCELLED, CLONED, UNDATED, DONE, UNDER_WAY)


@pytest.fixture
def events(connection: Connection) -> Connection:
    store_snapshot(connection, LIBRARY, rows_of(ALL), NOW - HOUR)
    store_snapshot(connection, "nordvig", rows_of([source("elsewhere", "I salg i Nordvig")]), NOW)
    ours = {PASSIVE.uuid: {"outcome": Outcome.PASSIVE_EVENT}, CANCELLED.uuid: {"outcome": Outcome.CANCELLED}}
    store_mapped(connection, LIBRARY, [mapped(one, **ours.get(one.uuid, {})) for one in ALL])
    save_link(connection, LIBRARY, link(OPEN, 1, drift={"capacity": 60}))
    save_link(connection, LIBRARY, link(SOLD_OUT, 2))
    save_link(connection, LIBRARY, link(TURNING, 3))
    save_link(connection, LIBRARY, link(PASSIVE, 4))
    save_link(connection, LIBRARY, link(DONE, 9, status=LinkStatus.RETIRED, drift={"capacity": 60}))
    stands = [
        current(1),
        current(2, available_tickets=0),
        current(3, prices=(replace(SOON, sale_begin_at=NOW - HOUR / 2),)),
        current(4, passive=True),
        current(9),
    ]
    store_ticket_events(connection, LIBRARY, stands, NOW - HOUR)
    refused = Rejection(uuid="undated", title="Uden tid", code="times_missing")
    report_rejections(connection, LIBRARY, [refused], "run", NOW)
    return connection


def uuids(connection: Connection, **wanted: Any) -> list[str]:
    return [one.uuid for one in read_events(connection, LIBRARY, Wanted(**wanted), NOW).events]


def test_events_to_come_are_in_order_of_their_start_and_those_without_one_last(events: Connection) -> None:
    coming = ["under way", "open", "sold out", "turning", "passive", "cancelled", "cloned", "undated"]
    assert uuids(events) == coming
    assert uuids(events, when=When.PAST) == ["done"]
    latest_first = ["cloned", "cancelled", "passive", "turning", "sold out", "open"]
    assert uuids(events, when=When.ALL) == [*latest_first, "done", "under way", "undated"]


@cases(
    "only found",
    ("on sale, also one whose sale opened since it was read", Only.OPEN, ["open", "turning"]),
    ("sold out", Only.SOLD_OUT, ["sold out"]),
    ("not upcoming any more", Only.UPCOMING, []),
    ("no button", Only.NO_BUTTON, ["passive", "cancelled", "cloned", "undated"]),
    ("rejected", Only.REJECTED, ["undated"]),
    ("drift of what is live", Only.DRIFT, ["open"]),
    ("cancelled", Only.CANCELLED, ["cancelled"]),
    ("passive", Only.PASSIVE, ["passive"]),
    ("cloned, whatever its case and dash", Only.CLONED, ["cloned"]),
)
def test_filter_finds_what_it_names(events: Connection, only: Only, found: list[str]) -> None:
    assert uuids(events, only=only) == found


def test_each_event_shows_the_state_that_it_is_found_by(events: Connection) -> None:
    found = read_events(events, LIBRARY, Wanted(when=When.ALL), NOW).events
    sales = {one.uuid: one.sale for one in found if one.sale}
    assert sales == {"open": "open", "sold out": "sold_out", "turning": "open", "passive": "passive", "done": "over"}
    for only in (Only.OPEN, Only.SOLD_OUT, Only.CLOSED, Only.WAITING_LIST, Only.UPCOMING):
        assert set(uuids(events, only=only, when=When.ALL)) == {uuid for uuid, sale in sales.items() if sale == only}
    counted = count_sales(events, [LIBRARY], NOW)[LIBRARY]
    assert counted == {"open": 2, "sold_out": 1, "passive": 1}


@cases(
    "sought found",
    ("part of a title, whatever its case", "i SALG", ["open"]),
    ("uuid, whatever the filter", "done", ["done"]),
    ("number in Place2book", "2", ["sold out"]),
    ("sales link", "https://www.place2book.com/da/sw2/sales/sec3", ["turning"]),
    ("percent is no wildcard", "%", []),
    ("nor is an underscore", "_", []),
    ("nor does a backslash escape anything", "\\", []),
    ("event of another library", "elsewhere", []),
    ("quotation marks", "'\"; DROP TABLE sync.links --", []),
    ("only white space is no search", " \u200b ", [one.uuid for one in (UNDER_WAY, OPEN, SOLD_OUT, TURNING)]),
)
def test_search_finds_an_event_by_what_names_it_or_by_its_title(
    events: Connection, sought: str, found: list[str]
) -> None:
    assert uuids(events, sought=sought)[:4] == found


@cases(
    "title cloned",
    ("as the website writes it", "Foredrag - cloned", True),
    ("without a blank", "Foredrag -cloned", True),
    ("in capitals with a long dash", "Foredrag \u2014 CLONED", True),
    ("with what is not seen", "Foredrag\u00a0-\u200b\u00a0clo\u00adned ", True),
    ("as an entity", "Foredrag &#45; cloned", True),
    ("a word that ends so", "uncloned", False),
    ("not at the end", "Foredrag - cloned igen", False),
    ("without a dash", "Dolly, cloned", False),
)
def test_cloned_is_told_as_the_report_tells_it(connection: Connection, title: str, cloned: bool) -> None:
    one = source("u1", title)
    store_snapshot(connection, LIBRARY, rows_of([one]), NOW)
    plain = title.replace("&#45;", "-")
    store_mapped(connection, LIBRARY, [replace(mapped(one), title=plain)])
    assert (uuids(connection, only=Only.CLONED) == ["u1"]) is cloned
    assert (STILL_CLONED in warnings_of(plain, Outcome.TICKET_EVENT)) is cloned


@contextmanager
def statements(connection: Connection) -> Iterator[list[int]]:
    """Give the number of rows of each statement that is sent."""
    rows: list[int] = []

    def count(_: object, cursor: Any, *_rest: object) -> None:
        rows.append(cursor.rowcount)

    event.listen(connection, "after_cursor_execute", count)
    yield rows
    event.remove(connection, "after_cursor_execute", count)


FILL = (
    """INSERT INTO sync.source_events (library, uuid, title, present, payload, mapped, first_seen_at, last_seen_at)
    SELECT :library, 'u' || n, 'Koncert ' || n, true,
        CAST(:source AS jsonb) || jsonb_build_object('starts_at', to_char(CAST(:now AS timestamptz) AT TIME ZONE 'UTC'
            + n * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'ends_at', NULL, 'body', (
            SELECT string_agg(md5(n || '/' || part), ' ') FROM generate_series(1, 60) AS part)),
        CAST(:mapped AS jsonb) || jsonb_build_object('title', 'Koncert ' || n, 'description', (
            SELECT string_agg(md5(n || '/' || part), ' ') FROM generate_series(1, 60) AS part)), :now, :now
    FROM generate_series(1, :many) AS n""",
    """INSERT INTO sync.links
    SELECT (jsonb_populate_record(null::sync.links, CAST(:link AS jsonb) || jsonb_build_object(
        'uuid', 'u' || n, 'event_id', n, 'seccode', 's' || n, 'ends_at', NULL, 'drift_accepted', '{}',
        'created_at', CAST(:now AS timestamptz), 'updated_at', CAST(:now AS timestamptz)))).*
    FROM generate_series(1, :many) AS n""",
    """INSERT INTO sync.ticket_events (library, event_maker, event_id, payload, read_at, sale)
    SELECT :library, 5000, n, CAST(:current AS jsonb) || jsonb_build_object('event_id', n), :now,
        CASE WHEN n % 5 = 0 THEN 'sold_out' ELSE 'open' END
    FROM generate_series(1, :many) AS n""",
)


def test_five_thousand_events_are_paged_in_the_database(connection: Connection) -> None:
    values = {
        "library": LIBRARY,
        "many": MANY,
        "now": NOW,
        "source": json.dumps(SOURCE_EVENT.stored(examples.SOURCE_EVENT)),
        "mapped": json.dumps(MAPPED.stored(examples.MAPPED)),
        "current": json.dumps(CURRENT_EVENT.stored(examples.CURRENT)),
        "link": json.dumps(link_to_row(LIBRARY, examples.LINK), default=str),
    }
    for statement in FILL:
        connection.execute(text(statement), values)
    last = MANY // 5 // PAGE_SIZE
    for wanted, number, shown in (
        (Wanted(), MANY, PAGE_SIZE),
        (Wanted(only=Only.SOLD_OUT, page=last), MANY // 5, PAGE_SIZE),
        (Wanted(sought="koncert 49", page=10**6), 111, 11),
        (Wanted(only=Only.CLONED), 0, 0),
    ):
        with statements(connection) as rows:
            page = read_events(connection, LIBRARY, wanted, NOW)
        assert (page.number, len(page.events)) == (number, shown)
        assert (len(rows) <= 4, sum(rows) <= PAGE_SIZE + 2) == (True, True)
    assert page.page == 1
