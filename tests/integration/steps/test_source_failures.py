"""The website fails: the run says so in a sentence, and nothing is created, changed or removed on its word."""

from typing import Any

import pytest

from billetbro.errors import WrongHost
from billetbro.steps.library_threads import Limits
from tests.cases import cases
from tests.catalogues import english
from tests.integration.steps.harness import AN_EVENT, World, written
from tests.unit.api.answering import Server, as_json

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SERVER = "cms:solbjerg"
READING = "Connection 'cms_solbjerg' to 127.0.0.1:0 "


def said(world: World, step: str) -> list[str]:
    rows = world.rows("SELECT errors FROM sync.runs ORDER BY id DESC LIMIT 1")
    port = world.sandbox.cms_urls["solbjerg"].rsplit(":", 1)[1]
    return [english(row["errors"][step]).replace(port, "0") for row in rows if step in row["errors"]]


@cases(
    "fault happened",
    ("500", {"kind": "status", "code": 500}, "had trouble of its own (status 500)"),
    ("503", {"kind": "status", "code": 503}, "had trouble of its own (status 503)"),
    ("web page", {"kind": "html_200"}, "answered with a web page instead of data"),
    ("half", {"kind": "truncated_json"}, "gave an answer that is not JSON, or was cut short"),
    ("length", {"kind": "wrong_length"}, "gave an answer that was cut short"),
    ("object", {"kind": "not_a_list"}, "gave something else than a list of events"),
    ("dropped", {"kind": "drop_before"}, "broke off"),
    ("404", {"kind": "status", "code": 404}, "has no events API (status 404)"),
    ("401", {"kind": "status", "code": 401}, "did not accept the login (status 401)"),
    ("429", {"kind": "status", "code": 429}, "asked us to slow down (status 429)"),
)
def test_source_that_fails_ends_the_run_and_changes_nothing(world: World, fault: dict[str, Any], happened: str) -> None:
    uuid = world.publish("Koncert")
    world.site.edit(uuid, title="Stor koncert")
    world.add("Foredrag")
    world.sandbox.faults.add(SERVER, method="GET", **fault)
    for _ in range(3):
        run = world.run()
        assert (set(run.raised), run.writes, run.idle) == ({"extract"}, [], {"transform", "load", "writeback"})
        assert [text.startswith(READING + happened + " when asked for its events; ") for text in said(world, "extract")]
        assert said(world, "extract")[0].startswith(READING + happened + " when asked for its events; ")
    world.sandbox.faults.clear()
    assert world.ours()[uuid].absences == 0
    assert world.run().counted == {("place2book", "PUT"): 1, ("place2book", "POST"): 1, (SERVER, "PATCH"): 1}


def test_source_that_is_down_ends_the_run_in_a_sentence_and_changes_nothing(world: World) -> None:
    uuid = world.publish("Koncert")
    world.sandbox.stop_server(SERVER)
    run = world.run()
    assert (set(run.raised), run.writes) == ({"extract"}, [])
    assert said(world, "extract") == [
        READING + "could not be made when asked for its events; check the host, or try again later."
    ]
    world.sandbox.start_server(SERVER)
    assert (world.run().writes, world.ours()[uuid].absences) == ([], 0)


def test_source_that_recovers_within_a_step_needs_no_second_run(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "status", "GET", times=3)
    run = world.run(tries=3)
    assert (run.raised, said(world, "extract")) == ({}, [])
    assert world.answers(world.link_shown(uuid))


@pytest.mark.parametrize("at_once", [1, 2], ids=["one after the other", "side by side"])
def test_source_of_one_library_that_fails_leaves_the_other_untouched(seeded: World, at_once: int) -> None:
    seeded.limits = Limits(libraries=at_once)
    seeded.sandbox.faults.add(SERVER, "status", "GET")
    run = seeded.run()
    assert set(run.raised) == {"extract"}
    assert run.counted == {("place2book", "POST"): 19 + 3, ("cms:nordvig", "PATCH"): 20}
    assert (seeded.record(run, "nordvig").errors, seeded.ours("solbjerg")) == ({}, {})


def test_write_back_answered_500_stays_due_until_it_succeeds(world: World) -> None:
    uuid = world.add("Koncert")
    world.sandbox.faults.add(SERVER, "status", "PATCH", AN_EVENT, times=2)
    first, second, third, fourth = world.run(), world.run(), world.run(), world.run()
    assert [set(run.raised) for run in (first, second, third, fourth)] == [{"writeback"}, {"writeback"}, set(), set()]
    assert [run.writes for run in (second, third, fourth)] == [[(SERVER, "PATCH")], [(SERVER, "PATCH")], []]
    assert world.answers(world.link_shown(uuid))
    assert [status for _, kind, status in world.changes() if kind == "write_back"] == ["failed", "failed", "applied"]


def test_write_back_whose_answer_is_lost_is_not_written_again_once_it_shows(world: World) -> None:
    uuid = world.add("Koncert")
    assert set(world.after_fault(SERVER, "drop_after", "PATCH", AN_EVENT, times=1).raised) == {"writeback"}
    assert world.run().writes == []
    assert world.answers(world.link_shown(uuid))


def test_write_back_tried_again_in_the_same_run_writes_only_what_failed(world: World) -> None:
    uuids = [world.add(f"Koncert {number}") for number in range(3)]
    world.sandbox.faults.add(SERVER, "status", "PATCH", uuids[1], times=1)
    run = world.run(tries=2)
    sent = [request.path for request in written(run.requests) if request.method == "PATCH"]
    assert (run.raised, sorted(sent)) == ({}, sorted(f"/api/v1/events/{uuid}" for uuid in [*uuids, uuids[1]]))


def test_write_back_of_a_source_that_is_down_gives_up_and_goes_on_next_time(world: World) -> None:
    for number in range(8):
        world.add(f"Koncert {number}")
    first, second = world.after_fault(SERVER, "status", "PATCH", AN_EVENT, times=5), world.run()
    assert (first.counted[SERVER, "PATCH"], second.raised, second.counted) == (5, {}, {(SERVER, "PATCH"): 8})


@cases(
    "fault said_so",
    ("404", {"code": 404, "body": '{"message": "Findes ikke"}'}, "Findes ikke"),
    ("400", {"code": 400, "body": '{"message": "Ugyldigt link"}'}, "Ugyldigt link"),
)
def test_write_back_that_is_refused_is_a_rejection_and_others_go_on(
    world: World, fault: dict[str, Any], said_so: str
) -> None:
    refused, other = world.add("Koncert"), world.add("Foredrag")
    run = world.after_fault(SERVER, "status", "PATCH", refused, **fault)
    assert (run.raised, world.open_rejections()) == ({}, {("Koncert", "cms_refused")})
    assert world.rows("SELECT detail FROM sync.rejections") == [{"detail": said_so}]
    assert world.answers(world.link_shown(other))
    world.after_repair()
    assert (world.open_rejections(), world.answers(world.link_shown(refused))) == (set(), True)


def test_write_back_with_a_login_that_may_not_write_fails_with_the_connections_name(world: World) -> None:
    for number in range(3):
        world.add(f"Koncert {number}")
    run = world.after_fault(SERVER, "status", "PATCH", AN_EVENT, code=403)
    assert (set(run.raised), run.counted[SERVER, "PATCH"]) == ({"writeback"}, 1)
    assert said(world, "writeback")[0].startswith(
        READING + "did not accept the login (status 403) when asked to update"
    )
    assert world.after_repair().counted == {(SERVER, "PATCH"): 3}


@pytest.mark.parametrize("server", ["cms:solbjerg", "place2book"])
def test_list_that_another_site_answers_is_not_believed_and_nothing_is_planned(website: World, server: str) -> None:
    uuid, event = website.sell()
    with Server("127.0.0.2") as foreign:
        foreign.will_answer(as_json([]))
        where = {"Location": f"{foreign.url}/events"}
        for _ in range(3):
            failed = website.after_fault(server, "status", "GET", code=302, headers=where, body="")
            said_so = {f"was redirected to {foreign.url} when" in str(error) for error in failed.raised.values()}
            assert ({type(error) for error in failed.raised.values()}, said_so) == ({WrongHost}, {True})
            assert website.changes(failed) == []
    assert foreign.received == []
    assert website.after_repair().writes == []
    assert website.event_of(uuid).id == event.id
