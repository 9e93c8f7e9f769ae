"""What editors and planners do to an event that both twins show: it is sold once, and not when it was called off."""

from typing import Any

import pytest

from billetbro.models import Mode
from tests.integration.steps.harness import DAY, HOUR
from tests.integration.steps.twins.pair import SOLBJERG, Twins
from tests.integration.steps.venue import VENUE

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def move(twins: Twins, where: str, uuid: str, hours: float) -> None:
    start = twins.start + hours * HOUR
    twins.site(where).edit(uuid, start=start, end=start + 2 * HOUR)


def for_sale(twins: Twins) -> int:
    return sum(twins.on_sale().values())


def sold_first_by(seller: str, twins: Twins, other: str) -> tuple[str, str]:
    """Let one of them sell an event before the other shows it too; return both uuids, the seller's first."""
    twins.run()
    sold = twins.publish(seller)
    twins.run()
    shown = twins.publish(other)
    twins.run()
    return sold, shown


@pytest.mark.parametrize("seller_first", [True, False], ids=["seller first", "other first"])
def test_event_that_both_move_in_one_hour_is_not_created_by_the_one_that_left_it(
    twins: Twins, leader: str, follower: str, seller_first: bool
) -> None:
    there, here = sold_first_by(follower, twins, leader)
    move(twins, leader, here, 0.5)
    move(twins, follower, there, 0.5)
    twins.run(*((follower, leader) if seller_first else (leader, follower)))
    assert (twins.sellers(), for_sale(twins), twins.world.open_rejections()) == ([follower], 1, set())


@pytest.mark.parametrize("edit", ["moved", "renamed"])
@pytest.mark.parametrize("by", ["seller", "other"])
def test_event_that_one_edits_first_stays_the_sellers(
    twins: Twins, leader: str, follower: str, edit: str, by: str
) -> None:
    uuids = {leader: twins.publish(leader), follower: twins.publish(follower)}
    twins.run()
    first = leader if by == "seller" else follower
    for where in (first, follower if first == leader else leader):
        if edit == "moved":
            move(twins, where, uuids[where], 24.5)
        else:
            twins.site(where).edit(uuids[where], title="Aften med gæster")
        twins.run()
        assert (twins.sellers(), for_sale(twins)) == ([leader], 1)
    assert twins.run().writes == []


def test_event_that_one_of_them_moves_and_renames_is_another(twins: Twins, leader: str, follower: str) -> None:
    _, there = twins.publish_both(leader, follower)
    twins.after_edit(follower, there, title="Foredrag", start=twins.start + DAY, end=twins.start + DAY + HOUR)
    assert (sorted(twins.sellers()), for_sale(twins)) == (sorted([leader, follower]), 2)


@pytest.mark.parametrize("days", [(1, 8), (1, 7)], ids=["both", "one"])
def test_series_that_gets_new_dates_and_so_new_events_is_not_sold_by_the_other(
    twins: Twins, leader: str, days: tuple[int, int]
) -> None:
    ours = [twins.publish(SOLBJERG, "Ukulele", series="s1", start=twins.start + week * 7 * DAY) for week in range(2)]
    theirs = [twins.publish(VENUE, "Ukulele", start=twins.start + week * 7 * DAY) for week in range(2)]
    twins.run()
    assert (twins.sellers(), for_sale(twins)) == ([leader] * 2, 2)
    anew = twins.world.site.redate_series("s1", [twins.start + day * DAY for day in days])
    assert set(anew).isdisjoint(ours)
    twins.run()
    assert (twins.sellers(), for_sale(twins)) == ([leader] * 2, 2)
    twins.publish(SOLBJERG, "Ukulele", series="s1", start=twins.start + 30 * DAY)
    twins.run()
    assert for_sale(twins) == 3
    for uuid, day in zip(theirs, days, strict=True):
        move(twins, VENUE, uuid, 24 * day)
    twins.run()
    assert (for_sale(twins), twins.run().writes) == (3, [])


def test_event_that_joins_a_series_later_is_not_the_one_that_left_it(twins: Twins, leader: str, follower: str) -> None:
    gone = twins.publish(SOLBJERG, "Ukulele", series="s1")
    twins.publish(SOLBJERG, "Koncert")
    twins.publish(VENUE, "Ukulele")
    twins.run()
    twins.world.site.remove(gone)
    for _ in range(3):
        twins.run()
    twins.publish(SOLBJERG, "Ukulele", series="s1", start=twins.start + 7 * DAY)
    twins.run()
    assert for_sale(twins) == 3


@pytest.mark.parametrize("out", [True, False], ids=["out of ticket sale", "rejected"])
def test_event_that_was_left_is_another_when_it_was_out_of_ticket_sale_and_is_renamed(
    twins: Twins, leader: str, follower: str, out: bool
) -> None:
    _, there = twins.publish_both(leader, follower)
    back = {"ticket_manager_relevance": True, "ticket_capacity": 50}
    twins.after_edit(follower, there, **({"ticket_manager_relevance": False} if out else {"ticket_capacity": 0}))
    twins.after_edit(follower, there, title="Foredrag", **back)
    assert for_sale(twins) == (2 if out else 1)


def test_event_whose_date_is_mistaken_for_one_long_ago_is_still_sold_and_so_not_created_by_the_other(
    twins: Twins, leader: str, follower: str
) -> None:
    here, _ = twins.publish_both(leader, follower)
    move(twins, leader, here, -243)
    twins.run()
    twins.run()
    assert (for_sale(twins), twins.sellers()) == (1, [])
    move(twins, leader, here, 0)
    twins.run()
    assert (for_sale(twins), twins.sellers(), twins.run().writes) == (1, [leader], [])


@pytest.mark.parametrize("tickets", [0, 2], ids=["not sold", "sold"])
def test_event_that_its_seller_calls_off_is_not_sold(twins: Twins, leader: str, follower: str, tickets: int) -> None:
    there, here = sold_first_by(follower, twins, leader)
    for _ in range(tickets):
        twins.world.sandbox.place2book.buy(twins.world.ours(follower)[there].event_id)
    twins.after_edit(follower, there, state="Cancelled")
    twins.run()
    assert (for_sale(twins), twins.link_at(leader, here)) == (0, None)
    assert ("Koncert", "skipped", "sold_by_twin") in twins.judged(leader)


def test_event_with_tickets_sold_that_vanishes_from_its_seller_is_not_sold_afresh_by_the_other(
    twins: Twins, leader: str, follower: str
) -> None:
    here = twins.publish(leader)
    twins.publish(leader, "Foredrag")
    twins.publish(follower)
    twins.run()
    twins.world.sandbox.place2book.buy(twins.world.ours(leader)[here].event_id)
    twins.site(leader).edit(here, published=False)
    for _ in range(3):
        twins.run()
    assert (for_sale(twins), twins.judged(follower)) == (1, [("Koncert", "skipped", "sold_by_twin")])
    twins.after_edit(leader, here, published=True)
    assert (for_sale(twins), twins.run().writes) == (2, [])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("Koncert: Åse & Bo", "Åse og Bo"), ("Hamlet", "HAMLET – udsolgt"), ("AFLYST: Hamlet", "Hamlet")],
)
def test_event_whose_title_one_adorns_is_sold_once(
    twins: Twins, leader: str, follower: str, ours: str, theirs: str
) -> None:
    twins.publish(leader, ours), twins.publish(follower, theirs)
    twins.run()
    assert (twins.sellers(), twins.judged(follower)) == ([leader], [(theirs, "skipped", "sold_by_twin")])


def test_shorter_title_of_one_of_ours_is_not_taken_for_a_longer_one(twins: Twins, leader: str, follower: str) -> None:
    twins.publish(leader, "Hamlet")
    for title in ("Hamlet", "Hamlet for børn"):
        twins.publish(follower, title)
    twins.run()
    assert sorted(twins.sellers()) == sorted([leader, follower])
    assert twins.judged(follower) == [("Hamlet", "skipped", "sold_by_twin"), ("Hamlet for børn", "ticket_event", None)]


def test_plan_remembers_nothing_wrong_of_an_event_that_was_left(twins: Twins, leader: str, follower: str) -> None:
    here, _ = twins.publish_both(leader, follower)
    move(twins, leader, here, 1)
    planned: list[dict[str, Any]] = []
    for _ in range(2):
        plan = twins.run(mode=Mode.PLAN)
        planned = twins.world.rows("SELECT library, kind FROM sync.changes WHERE run_id = :run", run=plan.run_id)
        assert [row for row in planned if row["kind"] == "create"] == []
    twins.run()
    assert for_sale(twins) == 1
