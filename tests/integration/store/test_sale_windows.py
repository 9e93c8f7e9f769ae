"""What leaves the database for the five-minute run: everything that the rules call due, and not every event."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import Connection, Engine

from billetbro.models import CurrentPrice, LinkStatus, SourceState
from billetbro.reconcile.sale_status.windows import is_due
from billetbro.store.database import connect, lineage, migrate
from billetbro.store.sale_windows import LastReading, bounds_in_reach
from billetbro.store.schema.metadata import metadata
from billetbro.store.schema.records import MAPPED, SOURCE_EVENT, link_to_row
from billetbro.store.schema.tables import links, source_events
from billetbro.store.snapshots import store_ticket_events
from tests.integration.store import examples
from tests.integration.store.examples import CURRENT, LINK, NOW
from tests.integration.store.examples import MAPPED as WANTED

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MINUTES = (None, None, -3000, -200, -61, -60, -59, -31, -30, -29, -1, 0, 1, 100)


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


def any_event(number: int, random: Random) -> LastReading:
    def moment() -> datetime | None:
        minutes = random.choice(MINUTES)
        return None if minutes is None else (NOW + timedelta(minutes=minutes)).astimezone(COPENHAGEN)

    def price(price_id: int) -> CurrentPrice:
        begin, end = moment(), moment()
        return CurrentPrice(price_id=price_id, name="Voksen", value_ore=0, sale_begin_at=begin, sale_end_at=end)

    uuid = f"u{number:03}"
    changes = {
        "paused": random.choice([None, False, True]),
        "active": random.choice([None, False, True]),
        "passive": random.random() < 0.05,
        "sale_open_at": moment(),
        "sale_close_at": moment(),
        "prices": random.choice([None, *(tuple(price(id) for id in range(count)) for count in range(4))]),
    }
    link = replace(
        LINK,
        uuid=uuid,
        event_id=number,
        status=random.choice([LinkStatus.LIVE, LinkStatus.LIVE, LinkStatus.RETIRED]),
        ends_at=random.choice([None, NOW, NOW + timedelta(days=1)]),
        state_written=random.choice([None, SourceState.ACTIVE, SourceState.TICKET_SALE_NOT_OPEN]),
    )
    return LastReading(
        library=random.choice(["solbjerg", "nordvig"]),
        mapped=replace(WANTED, uuid=uuid),
        link=link,
        event=replace(CURRENT, event_id=number, **changes),
        read_at=NOW - timedelta(minutes=random.choice([0, 1, 30, 90, 250, 4000])),
    )


def store(connection: Connection, told: list[LastReading], *, present: bool = True) -> None:
    seen = {"title": "Koncert", "present": present, "first_seen_at": NOW, "last_seen_at": NOW}
    shown = SOURCE_EVENT.stored(examples.SOURCE_EVENT)
    sources = [{"library": of.library, "uuid": of.link.uuid, "payload": shown, **seen} for of in told]
    mapped = [MAPPED.stored(of.mapped) for of in told]
    connection.execute(links.insert(), [link_to_row(of.library, of.link) for of in told])
    connection.execute(source_events.insert(), [{**row, "mapped": to} for row, to in zip(sources, mapped, strict=True)])
    for of in told:
        store_ticket_events(connection, of.library, [of.event], of.read_at)


def test_bounds_in_reach_leave_out_nothing_that_is_due_and_much_that_is_not(connection: Connection) -> None:
    random = Random(20260301)
    told = {f"u{number:03}": any_event(number, random) for number in range(600)}
    store(connection, list(told.values()))
    due = {of.link.uuid for of in told.values() if is_due(of.mapped, of.link, of.event, of.read_at, NOW)}
    found = {of.link.uuid: of for of in bounds_in_reach(connection, NOW)}
    assert (due - found.keys(), len(due) > 50, len(found) < 400) == (set(), True, True)
    assert found == {uuid: told[uuid] for uuid in found}
    of_one = {of.link.uuid for of in bounds_in_reach(connection, NOW, "nordvig")}
    assert of_one == {uuid for uuid, of in found.items() if of.library == "nordvig"}


def test_bounds_in_reach_of_an_event_that_its_source_no_longer_shows_are_none(connection: Connection) -> None:
    opened = any_event(1, Random(1))
    link = replace(LINK, uuid="u1", event_id=1, status=LinkStatus.LIVE, ends_at=None)
    opened = replace(opened, link=link, event=replace(opened.event, sale_open_at=NOW))
    store(connection, [opened], present=False)
    assert bounds_in_reach(connection, NOW) == ()


def test_tables_without_turns_are_given_them_and_nothing_that_is_due_is_left_out(empty: Engine) -> None:
    random = Random(20260302)
    told = {f"u{number:03}": any_event(number, random) for number in range(300)}
    migrate(empty)
    with empty.begin() as connection:
        store(connection, list(told.values()))
        command.downgrade(lineage(connection, metadata), "0015_reason_codes")
    migrate(empty)
    with empty.begin() as connection:
        found = {of.link.uuid for of in bounds_in_reach(connection, NOW)}
    due = {of.link.uuid for of in told.values() if is_due(of.mapped, of.link, of.event, of.read_at, NOW)}
    assert (due - found, len(due) > 25, len(found) < 200) == (set(), True, True)
