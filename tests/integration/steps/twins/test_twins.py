"""A library and a theatre that show the same events and have one event maker: each event is sold once."""

from threading import Thread

import pytest
from sqlalchemy import text

from billetbro.models import Mode
from billetbro.reconcile.diagnosis.why import why
from billetbro.steps.begin import in_batches
from billetbro.steps.load.twins import twins_lock
from billetbro.steps.report import make_report
from billetbro.steps.request import RunRequest
from billetbro.store.event.facts import event_facts
from tests.integration.steps.harness import DAY, HOUR
from tests.integration.steps.twins.pair import LEFT, SOLBJERG, Twins
from tests.integration.steps.venue import VENUE

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

LINK = "Medarrangøren: "


@pytest.mark.parametrize("leader_first", [True, False], ids=["leader first", "follower first"])
def test_event_that_both_show_is_sold_by_the_leader_whatever_their_order(
    twins: Twins, leader: str, follower: str, leader_first: bool
) -> None:
    here, there = twins.publish(leader), twins.publish(follower, "KONCERT!")
    order = (leader, follower) if leader_first else (follower, leader)
    first, second = twins.run(*order), twins.run(*order)
    assert (first.raised, second.raised, second.writes) == ({}, {}, [])
    assert first.counted[("place2book", "POST")] == 1
    assert (twins.sellers(), twins.world.open_rejections()) == ([leader], set())
    assert twins.judged(follower) == [("KONCERT!", "skipped", "sold_by_twin")]
    assert (twins.world.answers(twins.link_at(leader, here)), twins.link_at(follower, there)) == (True, None)


def test_twins_whose_sources_number_their_events_alike_sell_each_its_own(twins: Twins) -> None:
    there = twins.publish(VENUE, "Foredrag")
    twins.publish(SOLBJERG, uuid=there)
    first, second = twins.run(), twins.run()
    assert (first.raised, second.raised, second.writes) == ({}, {}, [])
    assert sorted(twins.sellers()) == [SOLBJERG, VENUE]
    found = sorted(server for server, _ in first.writes)
    assert found == ["cms:solbjerg", "place2book", "place2book", "yesplan:theater"]
    # An event's id tells the harness whose request it was; here it cannot.
    twins.world.sandbox.log.clear()


def test_follower_waits_for_a_leader_that_was_never_read_and_then_leaves_it_what_it_has(
    twins: Twins, leader: str, follower: str
) -> None:
    twins.publish(leader), twins.publish(follower), twins.publish(follower, "Foredrag")
    assert twins.run(follower).writes == []
    found = twins.judged(follower)
    assert found == [("Foredrag", "skipped", "waits_for_twin"), ("Koncert", "skipped", "waits_for_twin")]
    twins.run(leader)
    twins.run(follower)
    assert sorted(twins.sellers()) == sorted([leader, follower])
    assert twins.judged(follower) == [("Foredrag", "ticket_event", None), LEFT]


def test_event_that_the_follower_sells_is_its_own_until_it_goes(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    there = twins.publish(follower)
    twins.run()
    link = twins.link_at(follower, there)
    here = twins.publish(leader)
    both = twins.run()
    assert (both.writes, twins.sellers(), twins.judged(leader)) == ([], [follower], [LEFT])
    told = make_report(twins.world.engine, both.run_id, twins.world.say).text
    with twins.world.engine.connect() as connection:
        now = twins.world.now()
        facts = event_facts(connection, leader, here, timezone="Europe/Copenhagen", now=now)
    assert "hos medarrangøren" in told
    assert f"{LINK}{twins.world.libraries[follower].name}, {link}" in twins.world.say.say(why(facts).answer.message)
    twins.after_edit(follower, there, ticket_manager_relevance=False)
    twins.run()
    assert (twins.sellers(), twins.world.answers(twins.link_at(leader, here))) == ([leader], True)
    assert twins.on_sale() == {("Koncert", next(iter(twins.on_sale()))[1]): 1}


def test_event_that_the_leader_gives_up_is_created_by_the_follower_at_its_next_run(
    twins: Twins, leader: str, follower: str
) -> None:
    here, there = twins.publish_both(leader, follower)
    twins.site(leader).edit(here, ticket_manager_relevance=False)
    twins.run(leader)
    assert twins.sellers() == []
    twins.run(follower)
    assert (twins.sellers(), twins.world.answers(twins.link_at(follower, there))) == ([follower], True)


def test_event_that_the_leader_calls_off_is_not_sold_by_the_follower(twins: Twins, leader: str, follower: str) -> None:
    here, _ = twins.publish_both(leader, follower)
    twins.after_edit(leader, here, state="Cancelled")
    twins.run()
    assert (twins.sellers(), twins.judged(follower)) == ([], [LEFT])


def test_link_of_the_twin_that_was_put_in_by_hand_stays(twins: Twins, leader: str, follower: str) -> None:
    here = twins.publish(leader)
    twins.run()
    link = {"url": twins.link_at(leader, here)}
    there = twins.publish(follower, "Aften i salen", external_data=link)
    run = twins.run()
    assert (run.writes, twins.link_at(follower, there), twins.sellers()) == ([], link["url"], [leader])
    assert twins.world.open_rejections() == set()
    assert twins.judged(follower) == [("Aften i salen", "skipped", "sold_by_twin")]


def test_copy_that_shows_a_link_of_the_twin_gets_an_event_of_its_own(twins: Twins, leader: str, follower: str) -> None:
    here = twins.publish(leader)
    twins.run()
    link = {"url": twins.link_at(leader, here)}
    copy = twins.publish(follower, "Foredrag", start=twins.start + DAY, external_data=link)
    twins.run()
    assert sorted(twins.sellers()) == sorted([leader, follower])
    assert twins.link_at(follower, copy) not in (None, link["url"])
    assert twins.run().writes == []


@pytest.mark.parametrize("done", [True, False], ids=["carried out", "not carried out"])
def test_create_of_one_whose_answer_was_lost_is_not_taken_or_made_again_by_the_other(
    twins: Twins, leader: str, follower: str, done: bool
) -> None:
    twins.publish(leader, "Foredrag")
    twins.run()
    twins.publish(follower)
    twins.world.sandbox.faults.add("place2book", "drop_after" if done else "drop_before", "POST", times=1)
    assert set(twins.run(follower).raised) == {"load"}
    twins.publish(leader)
    assert twins.run(leader).writes == []
    assert twins.judged(leader) == [("Foredrag", "ticket_event", None), LEFT]
    for _ in range(3):
        twins.run()
    assert set(twins.on_sale().values()) == {1}
    assert sorted(twins.sellers()) == sorted([leader, follower])
    assert twins.run().writes == []


def test_events_that_become_the_same_while_both_sell_are_left(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    here, there = twins.publish(leader), twins.publish(follower, "Foredrag")
    twins.run()
    twins.after_edit(follower, there, title="Koncert")
    link = twins.link_at(leader, here)
    found = twins.world.rows("SELECT library, code, found FROM sync.rejections WHERE resolved_at IS NULL")
    name = twins.world.libraries[leader].name
    assert found == [{"library": follower, "code": "sold_twice", "found": f"{name}, {link}"}]
    assert sorted(twins.sellers()) == sorted([leader, follower])
    twins.after_edit(follower, there, title="Foredrag")
    assert twins.world.open_rejections() == set()


def test_plan_of_the_follower_leaves_what_the_leader_is_to_sell(twins: Twins, leader: str, follower: str) -> None:
    twins.publish(leader), twins.publish(follower)
    plan = twins.run(leader, follower, mode=Mode.PLAN)
    assert (plan.raised, plan.writes) == ({}, [])
    created = twins.world.rows("SELECT library FROM sync.changes WHERE kind = 'create'")
    assert created == [{"library": leader}]


def test_create_that_nobody_finds_holds_the_other_up_for_two_runs(twins: Twins, leader: str, follower: str) -> None:
    twins.publish(leader, "Foredrag")
    twins.run()
    there = twins.publish(follower)
    twins.world.sandbox.faults.add("place2book", "drop_before", "POST", times=1)
    twins.run(follower)
    twins.site(follower).edit(there, published=False)
    twins.publish(leader)
    created = []
    for _ in range(3):
        twins.run(leader)
        twins.run(follower)
        created.append(len(twins.sellers()))
    assert created == [1, 1, 2]


def test_create_of_one_that_died_holds_the_other_up(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    there = twins.publish(follower)
    twins.run(follower)
    with twins.world.engine.begin() as connection:
        connection.execute(text("DELETE FROM sync.links"))
        connection.execute(text("UPDATE sync.changes SET status = 'applying' WHERE kind = 'create'"))
    twins.publish(leader)
    # It is left to the twin that may have it, not kept waiting for a person.
    assert (twins.run(leader).writes, twins.world.open_rejections()) == ([], set())
    twins.run()
    assert (twins.sellers(), twins.site(follower).get(there).fields["title"]) == ([follower], "Koncert")
    assert set(twins.on_sale().values()) == {1}


def test_passive_event_of_the_twins_is_not_adopted_by_its_name(twins: Twins, leader: str, follower: str) -> None:
    libraries = twins.world.libraries
    libraries[leader] = libraries[leader].model_copy(update={"import_unpriced_events": True})
    twins.publish(leader, ticket_categories=[])
    twins.run()
    twins.publish(follower)
    run = twins.run()
    assert (run.raised, run.counted[("place2book", "POST")]) == ({}, 1)
    assert sorted(twins.sellers()) == sorted([leader, follower])


def test_followers_event_that_staff_deleted_is_created_by_the_leader(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    there = twins.publish(follower)
    twins.run()
    here = twins.publish(leader)
    twins.world.sandbox.place2book.delete(twins.world.ours(follower)[there].event_id)
    twins.run()
    assert twins.world.open_rejections() == {("Koncert", "event_missing_in_place2book")}
    twins.run()
    assert twins.world.answers(twins.link_at(leader, here))
    assert set(twins.on_sale().values()) == {1}
    twins.run(follower, mode=Mode.RESYNC)
    assert set(twins.on_sale().values()) == {1}


def test_event_that_was_over_stays_over_while_the_twin_sells_it(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    there = twins.publish(follower)
    twins.run()
    twins.world.ahead = 11 * DAY
    twins.run()
    again = twins.start + 20 * DAY
    twins.publish(leader, start=again)
    twins.run()
    twins.after_edit(follower, there, start=again, end=again + 2 * HOUR)
    twins.run()
    status = twins.world.rows("SELECT library, status FROM sync.links ORDER BY status")
    assert status == [{"library": leader, "status": "live"}, {"library": follower, "status": "retired"}]
    assert twins.world.open_rejections() == {("Koncert", "sold_by_twin")}


def test_follower_sells_what_is_new_while_the_leader_cannot_be_read(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    server = "cms:solbjerg" if leader == SOLBJERG else f"yesplan:{VENUE}"
    twins.publish(leader), twins.publish(follower)
    twins.world.sandbox.faults.add(server, "status", code=503)
    assert set(twins.run().raised) == {"extract"}
    twins.world.sandbox.faults.clear()
    twins.run()
    assert (twins.sellers(), twins.judged(leader)) == ([follower], [LEFT])


def test_twins_are_in_one_batch_of_a_run(twins: Twins, leader: str, follower: str) -> None:
    libraries = list(twins.world.libraries.values())
    request = RunRequest(run_id="batches")
    assert in_batches(twins.world.engine, request, libraries, 4) == [[leader, follower]]


def test_load_waits_until_the_twin_has_done_with_its_own(twins: Twins, leader: str, follower: str) -> None:
    twins.publish(leader)
    twins.run(only=["extract", "transform"])
    both = twins.world.libraries
    running = Thread(target=twins.run, args=(leader,))
    with twins_lock(twins.world.engine, both[follower], both[leader]):
        running.start()
        running.join(timeout=1.0)
        waited = twins.sellers()
    running.join(timeout=120)
    assert (waited, twins.sellers()) == ([], [leader])
