"""Between two hourly runs: buttons follow sales that open and close, and nobody is asked when none does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import Engine, text

from billetbro.errors import message_of
from billetbro.messages.catalogue import Translator
from billetbro.models import Mode
from billetbro.settings.libraries import Library
from billetbro.steps.due_sales import libraries_due
from billetbro.steps.report import make_report
from billetbro.steps.request import RunRequest
from billetbro.steps.sale_windows import LEFT_ALONE, Followed, Round, follow_sale_windows, for_each_due
from billetbro.store.database import connect, library_lock, lineage
from billetbro.store.event.facts import library_facts
from billetbro.store.schema.metadata import metadata
from sandbox.moments import end_of, start_of
from sandbox.place2book_records import Event
from sandbox.server import Sandbox
from tests.integration.steps.harness import LIBRARIES, World, new_world

pytestmark = pytest.mark.thorough

CMS, OTHER_CMS, PLACE2BOOK = "cms:solbjerg", "cms:nordvig", "place2book"
MINUTE = timedelta(minutes=1)
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
WITHOUT_PURCHASES = ("extract", "transform", "load", "writeback")


@pytest.fixture
def both(sandbox: Sandbox, engine: Engine) -> Iterator[World]:
    yield new_world(sandbox, engine, list(LIBRARIES), seeded=False)
    for name, running in sandbox.servers.items():
        if not running:
            sandbox.start_server(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One run of the DAG: the requests that it made, as (server, method, path), and what came of it."""

    requests: list[tuple[str, str, str]]
    result: Round


def look(world: World, run_id: str = "ticket_status__1") -> Looked:
    before = len(world.sandbox.log.entries)
    due = libraries_due(world.engine, world.now())

    def one(library: Library) -> Followed | None:
        with world.apis_of(library.id) as (source, client):
            return follow_sale_windows(world.library_run(RunRequest(run_id=run_id), library.id), source, client)

    libraries = [library for library in world.libraries.values() if library.id in due]
    result = for_each_due(world.engine, run_id, libraries, one)
    sent = sorted((entry.server, entry.method, entry.path) for entry in world.sandbox.log.entries[before:])
    return Looked(requests=sent, result=result)


def asked(world: World) -> list[tuple[str, str, str]]:
    looked = look(world)
    assert looked.result.failed == {}
    return looked.requests


def hour(world: World) -> list[tuple[str, str]]:
    happened = world.run(only=WITHOUT_PURCHASES)
    assert happened.raised == {}
    return happened.writes


def moment(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat()


def on_sale_in(world: World, until: timedelta, title: str = "Koncert") -> tuple[str, Event]:
    """Sell an event whose sale opens after a while, as staff set it, and return it as both systems know it."""
    uuid = world.add(title)
    hour(world)
    event = world.event_of(uuid)
    world.sandbox.place2book.staff_edit(event.id, sale_open_at=moment(world.now() + until))
    hour(world)
    assert world.state_shown(uuid) == "TicketSaleNotOpen"
    return uuid, event


def read_of(event: Event) -> list[tuple[str, str, str]]:
    path = f"/event_makers/{event.event_maker}/events/{event.id}"
    return [(PLACE2BOOK, "GET", path), (PLACE2BOOK, "GET", f"{path}/prices")]


def asked_and_told(uuid: str) -> list[tuple[str, str, str]]:
    return [(CMS, "GET", "/api/v1/events"), (CMS, "PATCH", f"/api/v1/events/{uuid}")]


def failed(looked: Looked, world: World) -> str:
    sentence = looked.result.failures(Translator("en"))
    for url in world.sandbox.urls.values():
        sentence = sentence.replace(url.rsplit(":", 1)[1], "0")
    return sentence


def test_sale_that_opens_is_read_and_written_once(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    assert look(world) == Looked(requests=[], result=Round())
    world.ahead = 21 * MINUTE
    looked = look(world)
    assert looked.requests == asked_and_told(uuid) + read_of(event)
    assert looked.result == Round(said={"solbjerg": "1 event read again, 1 written, 0 refused"})
    assert (world.state_shown(uuid), world.ours()[uuid].state_written) == ("Active", "Active")
    assert world.link_shown(uuid) == world.ours()[uuid].sales_location
    [listed] = [entry for entry in world.sandbox.log.entries if (entry.server, entry.method) == (CMS, "GET")][-1:]
    starts = world.site.get(uuid).start.astimezone(COPENHAGEN).date()
    assert listed.query["from_date"] == (starts - timedelta(days=1)).isoformat()
    assert asked(world) == []
    assert (hour(world), world.state_shown(uuid)) == ([], "Active")


def test_sale_of_what_takes_all_day_is_followed(world: World) -> None:
    uuid, _ = on_sale_in(world, 20 * MINUTE)
    today = world.now().astimezone(COPENHAGEN).date()
    world.site.edit(uuid, start=start_of(today), end=end_of(today + timedelta(days=3)), all_day=True)
    hour(world)
    world.ahead = 21 * MINUTE
    assert asked_and_told(uuid)[1] in asked(world)
    assert world.state_shown(uuid) == "Active"


def test_round_without_anything_due_leaves_nothing_in_the_tables(world: World) -> None:
    on_sale_in(world, 20 * MINUTE)
    before = world.everything()
    assert (asked(world), world.everything()) == ([], before)


def test_library_that_another_run_has_looked_at_meanwhile_is_not_looked_at_again(world: World) -> None:
    on_sale_in(world, 20 * MINUTE)
    before, sent = world.everything(), len(world.sandbox.log.entries)
    with world.apis_of("solbjerg") as (source, client):
        done = follow_sale_windows(world.library_run(RunRequest(run_id="run")), source, client)
    assert done == Followed(read=0, written=0, refused=0)
    assert (world.everything(), world.sandbox.log.entries[sent:]) == (before, [])


@pytest.mark.parametrize("whose", ["the event's", "the price's"])
def test_sale_that_closes_and_prices_that_open_are_followed(world: World, whose: str) -> None:
    uuid = world.add()
    hour(world)
    event = world.event_of(uuid)
    opens, closes = moment(world.now() + 10 * MINUTE), moment(world.now() + 130 * MINUTE)
    if whose == "the event's":
        world.sandbox.place2book.staff_edit(event.id, sale_open_at=opens, sale_close_at=closes)
    else:
        price = next(iter(event.prices))
        world.sandbox.place2book.staff_edit_price(event.id, price, sale_begin_at=opens, sale_end_at=closes)
    hour(world)
    shown = [world.state_shown(uuid)]
    for ahead in (11, 131):
        world.ahead = ahead * MINUTE
        assert asked(world) == asked_and_told(uuid) + read_of(event)
        shown.append(world.state_shown(uuid))
    assert shown == ["TicketSaleNotOpen", "Active", "TicketSaleNotOpen"]
    assert (asked(world), hour(world)) == ([], [])


def test_sale_that_staff_moved_meanwhile_waits_for_its_new_time(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.sandbox.place2book.staff_edit(event.id, sale_open_at=moment(world.now() + 40 * MINUTE))
    world.ahead = 21 * MINUTE
    assert (asked(world), world.state_shown(uuid)) == (read_of(event), "TicketSaleNotOpen")
    assert asked(world) == []
    world.ahead = 41 * MINUTE
    assert (asked(world), world.state_shown(uuid)) == (asked_and_told(uuid) + read_of(event), "Active")


def test_state_set_by_hand_stays_when_staff_prolonged_the_sale(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.sandbox.place2book.staff_edit(event.id, sale_close_at=moment(world.now() + 40 * MINUTE))
    world.ahead = 21 * MINUTE
    look(world)
    world.site.edit(uuid, state="SoldOut")
    world.sandbox.place2book.staff_edit(event.id, sale_close_at=None)
    world.ahead = 41 * MINUTE
    assert (asked(world), world.state_shown(uuid)) == (read_of(event), "SoldOut")
    assert (asked(world), hour(world), world.state_shown(uuid)) == ([], [], "SoldOut")


@pytest.mark.parametrize("state", ["Cancelled", "Occurred"])
def test_event_that_was_cancelled_meanwhile_stays_cancelled_and_is_asked_for_once(world: World, state: str) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.site.edit(uuid, state=state, external_data={"url": None, "admin_url": None})
    world.ahead = 21 * MINUTE
    looked = look(world)
    assert looked.requests == [(CMS, "GET", "/api/v1/events"), *read_of(event)]
    assert looked.result == Round(said={"solbjerg": "1 event read again, 0 written, 0 refused"})
    assert (asked(world), world.state_shown(uuid)) == ([], state)


def test_state_that_shows_already_is_noted_and_links_alone_are_left_to_the_hourly_run(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.site.edit(uuid, state="Active", external_data=None)
    world.ahead = 21 * MINUTE
    assert asked(world) == [(CMS, "GET", "/api/v1/events"), *read_of(event)]
    assert (world.ours()[uuid].state_written, world.link_shown(uuid), asked(world)) == ("Active", None, [])
    assert hour(world) == [(CMS, "PATCH")]
    assert (world.link_shown(uuid), world.state_shown(uuid)) == (world.ours()[uuid].sales_location, "Active")


def test_event_that_was_withdrawn_or_sold_elsewhere_meanwhile_is_left_to_the_hourly_run(world: World) -> None:
    withdrawn, _ = on_sale_in(world, 20 * MINUTE, "Trukket tilbage")
    elsewhere, _ = on_sale_in(world, 20 * MINUTE, "Solgt andetsteds")
    world.site.unpublish(withdrawn)
    world.site.edit(elsewhere, external_data={"url": "https://billetten.example.com/1", "admin_url": None})
    world.ahead = 21 * MINUTE
    looked = look(world)
    assert [request for request in looked.requests if request[0] == CMS] == [(CMS, "GET", "/api/v1/events")]
    assert looked.result == Round(said={"solbjerg": "2 events read again, 0 written, 0 refused"})
    assert (hour(world), asked(world)) == ([(PLACE2BOOK, "DELETE")], [])


def test_event_that_place2book_shows_no_longer_is_left_to_the_hourly_run(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.sandbox.place2book.delete(event.id)
    world.ahead = 21 * MINUTE
    looked = look(world)
    assert looked == Looked(
        requests=read_of(event)[:1], result=Round(said={"solbjerg": "0 events read again, 0 written, 0 refused"})
    )
    assert (world.state_shown(uuid), world.ours()[uuid].status) == ("TicketSaleNotOpen", "live")


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_website_that_fails_is_told_of_and_tried_again_the_next_time(world: World, method: str) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    world.sandbox.faults.add(CMS, "status", method=method, code=500)
    looked = look(world)
    assert "1 of 1 library failed: solbjerg: Connection 'cms_solbjerg' to 127.0.0.1" in failed(looked, world)
    assert [row["errors"] for row in world.rows("SELECT errors FROM sync.runs WHERE mode = 'ticket_status'")] == [
        {"ticket_status": message_of(looked.result.failed["solbjerg"]).to_json()}
    ]
    world.sandbox.faults.clear()
    world.ahead = 26 * MINUTE
    assert asked(world) == asked_and_told(uuid) + read_of(event)
    assert (world.state_shown(uuid), asked(world)) == ("Active", [])


def test_website_that_stays_down_is_left_to_the_hourly_run_after_an_hour(world: World) -> None:
    uuid, _ = on_sale_in(world, 20 * MINUTE)
    world.sandbox.faults.add(CMS, "status", method="PATCH", code=500)
    sent = []
    for ahead in (21, 79, 81):
        world.ahead = ahead * MINUTE
        sent.append(len(look(world).requests))
    assert sent == [4, 4, 0]
    world.sandbox.faults.clear()
    assert (hour(world), world.state_shown(uuid)) == ([(CMS, "PATCH")], "Active")


def test_website_that_refuses_the_state_gets_a_rejection_until_it_takes_it(world: World) -> None:
    uuid, _ = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    world.sandbox.faults.add(CMS, "status", method="PATCH", code=400, times=1)
    assert look(world).result == Round(said={"solbjerg": "1 event read again, 0 written, 1 refused"})
    assert world.open_rejections() == {("Koncert", "cms_refused")}
    assert look(world).result == Round(said={"solbjerg": "1 event read again, 1 written, 0 refused"})
    assert (world.open_rejections(), world.state_shown(uuid)) == (set(), "Active")


@pytest.mark.parametrize("code", [401, 403])
def test_website_that_refuses_the_login_has_it_tried_first_by_the_next_hourly_run(world: World, code: int) -> None:
    uuid, _ = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    world.sandbox.faults.add(CMS, "status", method="PATCH", code=code)
    looked = look(world)
    assert f"did not accept the login (status {code}) when asked to update event {uuid}; " in failed(looked, world)
    refused = world.run()
    assert (set(refused.raised), refused.tried) == ({"extract"}, [(CMS, code)])
    later = world.after_repair()
    assert (later.raised, later.tried, world.state_shown(uuid)) == ({}, [(CMS, 404)], "Active")


def test_place2book_that_is_down_is_told_of_and_the_website_is_not_asked(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    world.sandbox.stop_server(PLACE2BOOK)
    looked = look(world)
    assert (looked.requests, looked.result.said) == ([], {})
    assert failed(looked, world).startswith("1 of 1 library failed: solbjerg: Connection 'place2book' to 127.0.0.1:0")
    world.sandbox.start_server(PLACE2BOOK)
    assert (asked(world), world.state_shown(uuid)) == (asked_and_told(uuid) + read_of(event), "Active")


def test_event_that_cannot_be_read_does_not_keep_the_others_waiting(world: World) -> None:
    well, _ = on_sale_in(world, 20 * MINUTE, "Koncert")
    ill, event = on_sale_in(world, 20 * MINUTE, "Foredrag")
    world.ahead = 21 * MINUTE
    world.sandbox.faults.add(PLACE2BOOK, "status", path=rf".*/events/{event.id}$", code=500)
    looked = look(world)
    assert (world.state_shown(well), world.state_shown(ill)) == ("Active", "TicketSaleNotOpen")
    assert list(looked.result.failed) == ["solbjerg"]
    world.sandbox.faults.clear()
    assert asked(world) == asked_and_told(ill) + read_of(event)


def test_library_that_fails_leaves_the_other_untouched(both: World) -> None:
    uuid, _ = on_sale_in(both, 20 * MINUTE)
    shown = both.site.get(uuid).fields
    other = both.sandbox.cms["nordvig"].add(**{**shown, "branches": ["Nordvig Bibliotek"], "external_data": None})
    hour(both)
    [link] = both.ours("nordvig").values()
    both.sandbox.place2book.staff_edit(link.event_id, sale_open_at=moment(both.now() + 20 * MINUTE))
    hour(both)
    both.ahead = 21 * MINUTE
    both.sandbox.stop_server(CMS)
    looked = look(both)
    found = (list(looked.result.failed), looked.result.said)
    assert found == (["solbjerg"], {"nordvig": "1 event read again, 1 written, 0 refused"})
    assert "1 of 2 libraries failed: solbjerg: Connection 'cms_solbjerg'" in failed(looked, both)
    assert both.sandbox.cms["nordvig"].get(other).fields["state"] == "Active"


def test_library_that_the_hourly_run_works_on_is_left_to_it(world: World) -> None:
    uuid, event = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    with library_lock(world.engine, "solbjerg"):
        assert look(world) == Looked(requests=[], result=Round(said={"solbjerg": LEFT_ALONE}))
    assert world.rows("SELECT * FROM sync.runs WHERE mode = 'ticket_status'") == []
    assert asked(world) == asked_and_told(uuid) + read_of(event)


def test_round_between_two_steps_of_the_hourly_run_leaves_it_nothing_to_write(world: World) -> None:
    uuid, _ = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    read = world.run(only=("extract", "transform"))
    assert (read.raised, look(world).result.failed, world.state_shown(uuid)) == ({}, {}, "Active")
    assert (hour(world), world.state_shown(uuid)) == ([], "Active")


def test_round_is_not_taken_for_a_run_of_the_hourly_job(world: World) -> None:
    uuid, _ = on_sale_in(world, 20 * MINUTE)
    world.ahead = 21 * MINUTE
    world.sandbox.stop_server(PLACE2BOOK)
    look(world)
    with world.engine.connect() as connection:
        facts = library_facts(connection, "solbjerg", timezone="Europe/Copenhagen", now=world.now())
    assert facts.last_run is not None
    assert facts.last_run.errors == {}
    world.sandbox.start_server(PLACE2BOOK)
    planned = world.run(Mode.PLAN, only=WITHOUT_PURCHASES)
    assert [kind for _, kind, _ in world.changes(planned)] == ["write_back"]
    look(world)
    found = [(row["mode"], row["errors"]) for row in world.rows("SELECT * FROM sync.runs ORDER BY id DESC LIMIT 2")]
    assert found == [("plan", {}), ("ticket_status", {})]
    assert world.changes()[-1] == ("Koncert", "write_back", "applied")
    assert make_report(world.engine, "run 2", world.say).failures == ()
    assert (hour(world), world.state_shown(uuid)) == ([], "Active")


def test_nothing_is_due_before_the_tables_are_made(database_url: str) -> None:
    engine = connect(database_url)
    assert libraries_due(engine, datetime.fromisoformat("2026-03-01T12:00:00+00:00")) == frozenset()
    engine.dispose()


def test_tables_of_an_earlier_version_are_brought_up_to_date_and_looked_at(world: World) -> None:
    on_sale_in(world, 20 * MINUTE)
    with world.engine.begin() as connection:
        command.downgrade(lineage(connection, metadata), "0015_reason_codes")
    assert libraries_due(world.engine, world.now()) == frozenset()
    assert libraries_due(world.engine, world.now() + 21 * MINUTE) == {"solbjerg"}


def test_round_of_a_new_version_brings_the_tables_up_to_date_before_its_work(database_url: str) -> None:
    engine = connect(database_url)
    made: list[object] = []

    def work(_: Library) -> None:
        with engine.connect() as connection:
            made.append(connection.scalar(text("SELECT to_regclass('sync.runs')::text")))

    for_each_due(engine, "ticket_status__1", [LIBRARIES["solbjerg"]], work)
    engine.dispose()
    assert made == ["sync.runs"]
