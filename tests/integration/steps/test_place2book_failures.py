"""Place2book fails: the run says so in a sentence, and nothing is created twice, removed or overwritten."""

from typing import Any

import pytest

from tests.cases import cases
from tests.catalogues import english
from tests.integration.steps.harness import Happened, World
from tests.integration.steps.programme import names

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "place2book"
LIST = "/event_makers/5000/events$"


def said(world: World, run: Happened, step: str = "load") -> str:
    port = world.sandbox.place2book_url.rsplit(":", 1)[1]
    return english(world.record(run).errors[step]).replace(port, "0")


@cases(
    "fault happened",
    ("500", {"kind": "status", "code": 500}, "had trouble of its own (status 500)"),
    ("web page", {"kind": "html_200"}, "answered with a web page instead of data"),
    ("half", {"kind": "truncated_json"}, "gave an answer that is not JSON, or was cut short"),
    ("object", {"kind": "not_a_list"}, "gave something else than a list"),
    ("dropped", {"kind": "drop_before"}, "broke off"),
    ("401", {"kind": "status", "code": 401}, "did not accept the login (status 401)"),
    ("403", {"kind": "status", "code": 403}, "has a token without access to event maker 5000"),
)
def test_list_that_fails_ends_the_load_and_changes_nothing(world: World, fault: dict[str, Any], happened: str) -> None:
    uuid, gone = world.add("Koncert"), world.add("Foredrag")
    world.run()
    world.site.edit(uuid, title="Stor koncert")
    world.site.remove(gone)
    world.add("Ny")
    world.sandbox.faults.add(SERVER, method="GET", path=LIST, **fault)
    for _ in range(3):
        run = world.run()
        assert (set(run.raised) >= {"load"}, "writeback" in run.idle, run.writes) == (True, True, [])
        assert said(world, run).startswith(f"Connection 'place2book' to 127.0.0.1:0 {happened} when asked")
    assert world.after_repair().counted == {(SERVER, "PUT"): 1, (SERVER, "POST"): 1, ("cms:solbjerg", "PATCH"): 1}
    assert names(world) == ["Foredrag", "Ny", "Stor koncert"]


def test_server_that_is_down_ends_the_load_in_a_sentence_and_changes_nothing(world: World) -> None:
    world.publish("Koncert")
    world.add("Foredrag")
    world.sandbox.stop_server(SERVER)
    run = world.run()
    assert said(world, run) == (
        "Connection 'place2book' to 127.0.0.1:0 could not be made when asked for the events of event maker 5000; "
        "check the host, or try again later."
    )
    world.sandbox.start_server(SERVER)
    world.run()
    assert names(world) == ["Foredrag", "Koncert"]


def test_list_that_is_empty_while_events_exist_is_not_believed(world: World) -> None:
    uuids = [world.add(f"Koncert {number}") for number in range(4)]
    world.run()
    world.add("Foredrag")
    run = world.after_fault(SERVER, "empty_list", "GET", LIST)
    assert run.writes == []
    assert said(world, run) == (
        "Library 'solbjerg': Place2book's list of events lacks 4 that exist; nothing was planned."
    )
    world.after_repair()
    assert (len(world.sandbox.place2book.events), {world.ours()[uuid].status for uuid in uuids}) == (5, {"live"})


def test_answers_that_all_events_are_missing_are_not_believed(world: World) -> None:
    for number in range(5):
        world.add(f"Koncert {number}")
    world.run()
    world.sandbox.faults.add(SERVER, "empty_list", "GET", LIST)
    run = world.after_fault(SERVER, "status", "GET", "/events/[0-9]+$", code=404)
    assert run.writes == []
    assert said(world, run) == (
        "Library 'solbjerg': Place2book says that 5 of 5 linked events do not exist; nothing was planned. "
        "If they were deleted on purpose, run it once with allow_mass_removal."
    )


def test_server_that_goes_down_in_the_middle_of_creating_is_finished_by_the_next_run(world: World) -> None:
    for number in range(12):
        world.add(f"Koncert {number:02}")
    world.sandbox.faults.add(SERVER, "status", "POST", times=5, work=True)
    first, second = world.after_fault(SERVER, "status", "GET", "prices$", times=4), world.run()
    assert (set(first.raised), second.raised) == ({"load"}, {})
    assert names(world) == [f"Koncert {number:02}" for number in range(12)]
    assert world.run().writes == []


def test_writes_answered_500_leave_everything_as_it_was_until_they_succeed(world: World) -> None:
    uuid = world.publish("Koncert")
    before = world.event_of(uuid).fields
    world.site.edit(uuid, title="Stor koncert")
    world.sandbox.faults.add(SERVER, "status", "PUT")
    run = world.run(tries=3)
    assert (set(run.raised), run.counted, world.event_of(uuid).fields) == ({"load"}, {(SERVER, "PUT"): 3}, before)
    assert said(world, run).startswith("Connection 'place2book' to 127.0.0.1:0 had trouble of its own (status 500)")
    assert (world.after_repair().writes, names(world)) == ([(SERVER, "PUT")], ["Stor koncert"])


def test_token_that_becomes_wrong_in_the_middle_stops_the_library_and_names_the_connection(world: World) -> None:
    for number in range(8):
        world.add(f"Koncert {number}")
    run = world.after_fault(SERVER, "status", "POST", code=401)
    assert run.counted[SERVER, "POST"] <= 4
    assert said(world, run).startswith("Connection 'place2book' to 127.0.0.1:0 did not accept the login (status 401)")
    assert world.open_rejections() == set()
    world.after_repair()
    assert len(world.sandbox.place2book.events) == 8


def test_token_that_is_wrong_is_named_without_being_shown(world: World) -> None:
    world.add("Koncert")
    world.token = "not-the-token"
    run = world.run()
    assert said(world, run).startswith("Connection 'place2book' to 127.0.0.1:0 did not accept the login (status 401)")
    assert "not-the-token" not in world.everything()


def test_token_without_access_to_one_event_maker_names_it_and_the_other_library_goes_on(seeded: World) -> None:
    seeded.sandbox.place2book.allowed_makers.discard(5101)
    run = seeded.run()
    assert "has a token without access to event maker 5101" in english(seeded.record(run, "nordvig").errors["load"])
    assert (seeded.ours("nordvig"), seeded.record(run, "solbjerg").errors, len(seeded.ours("solbjerg"))) == ({}, {}, 29)


def test_purchases_that_cannot_be_read_are_named_and_read_next_time(world: World) -> None:
    _, event = world.sell("Koncert")
    world.sandbox.place2book.buy(event.id)
    run = world.after_fault(SERVER, "status", "GET", "purchases$")
    assert set(run.raised) == {"export_purchases"}
    assert f"'Koncert' (Place2book event {event.id})" in english(world.record(run).errors["export_purchases"])
    world.after_repair()
    assert world.rows("SELECT count(*) AS bought FROM warehouse.purchases") == [{"bought": 1}]


def test_purchases_are_exported_although_the_website_is_down(world: World) -> None:
    uuid = world.publish("Koncert")
    world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.sandbox.stop_server("cms:solbjerg")
    assert set(world.run().raised) == {"extract"}
    assert world.rows("SELECT count(*) AS bought FROM warehouse.purchases") == [{"bought": 1}]
