"""Of two libraries that show the same events, each sells what the other does not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billetbro.models import CurrentEvent, Link, LinkStatus, Mapped, Mode, Outcome, TicketEventKey
from billetbro.reconcile.matching.defer_to_twin import defer_to_twin, is_claimed_by_twin
from billetbro.reconcile.matching.identity import match_events
from billetbro.reconcile.matching.twin_claims import Twin
from billetbro.reconcile.state import Belonging, ReconcileState
from tests.cases import cases
from tests.unit.reconcile.builders import (
    EVENT,
    PASSIVE_EVENT,
    SALES,
    START,
    linked,
    standing,
    state_of,
    unwanted,
    wanted,
)
from tests.unit.reconcile.mapping.mapping_examples import NOW, RULES

THEATRE = "Havneteatret"
LEFT, TWICE, WAITS = "sold_by_twin", "sold_twice", "waits_for_twin"
ON_SALE = linked("theirs", 7)
AT = f"{THEATRE}, {SALES}sec7"
NOT_ON_SALE = [
    pytest.param({"status": LinkStatus.RETIRED}, id="over"),
    pytest.param({"status": LinkStatus.DELETED}, id="deleted"),
    pytest.param({"sale_closed_at": NOW}, id="sale ended"),
    pytest.param({"applied": {"passive": True}}, id="passive"),
]


def twin(*links: Link, leads: bool = True, read: bool = True, snapshot: Sequence[Mapped] = (), **more: Any) -> Twin:
    return Twin(name=THEATRE, leads=leads, read=read, links=links, snapshot=tuple(snapshot), **more)


def judged(
    mapped: Mapped, other: Twin, links: Sequence[Link] = (), there: Sequence[CurrentEvent] = (), **circumstances: Any
) -> ReconcileState:
    return match_events(replace(state_of([mapped], links, there, **circumstances), twin=other))


def said(
    state: ReconcileState,
) -> tuple[list[Belonging], list[tuple[Outcome, str | None, str | None]], list[tuple[str, Any]]]:
    """Return how the events belong that remain, what became of those that are left, and what is told besides."""
    return (
        [identity.belonging for identity in state.identities.values()],
        [(mapped.outcome, mapped.code, mapped.found) for mapped in state.deferred],
        [(rejection.code, rejection.found) for rejection in state.sold_twice],
    )


@cases(
    "other whose",
    ("on sale", twin(ON_SALE), AT),
    ("on sale at the follower", twin(ON_SALE, leads=False), AT),
    ("on sale, its address not told yet", twin(replace(ON_SALE, sales_location="")), THEATRE),
    ("wanted", twin(snapshot=[wanted("theirs")]), THEATRE),
    ("sold elsewhere", twin(snapshot=[unwanted(Outcome.SOLD_ELSEWHERE)]), THEATRE),
    ("called off", twin(snapshot=[unwanted(Outcome.CANCELLED)]), THEATRE),
    ("wanted by whom we never read whole", twin(snapshot=[wanted("theirs")], read=False), THEATRE),
    ("begun by the follower", twin(creates_in_doubt=[(EVENT.name, START)], leads=False), THEATRE),
)
@pytest.mark.parametrize("event", [EVENT, PASSIVE_EVENT], ids=["tickets", "passive"])
def test_new_event_that_the_twin_sells_or_leads_with_is_left_to_it(other: Twin, whose: str, event: Any) -> None:
    assert said(judged(wanted(event=event), other)) == ([], [(Outcome.SKIPPED, LEFT, whose)], [])


@cases(
    "other",
    ("nothing there", twin()),
    ("wanted by the follower", twin(snapshot=[wanted("theirs")], leads=False)),
    ("called off by the follower", twin(snapshot=[unwanted(Outcome.CANCELLED)], leads=False)),
    ("not relevant there", twin(snapshot=[unwanted(Outcome.SKIPPED)])),
    ("rejected there", twin(snapshot=[unwanted(Outcome.REJECTED)])),
    ("without tickets there", twin(snapshot=[wanted("theirs", PASSIVE_EVENT)])),
    ("over there", twin(snapshot=[unwanted(Outcome.OVER)])),
    ("another title", twin(linked("theirs", 7, replace(EVENT, name="Foredrag om hajer")))),
    ("a minute", twin(linked("theirs", 7, replace(EVENT, begin_at=START + timedelta(minutes=1))))),
    ("deleted in Place2book by staff", twin(ON_SALE, missing=["theirs"])),
    ("the follower was never read", twin(leads=False, read=False)),
)
def test_new_event_that_the_twin_does_not_sell_is_created(other: Twin) -> None:
    assert said(judged(wanted(), other)) == ([Belonging.NEW], [], [])


@pytest.mark.parametrize("how", [how for how in NOT_ON_SALE if how.id != "sale ended"])
def test_link_of_the_twin_that_is_not_on_sale_claims_nothing(how: dict[str, Any]) -> None:
    assert said(judged(wanted(), twin(linked("theirs", 7, **how)))) == ([Belonging.NEW], [], [])


def test_new_event_waits_for_a_leader_that_was_never_read() -> None:
    assert said(judged(wanted(), twin(read=False))) == ([], [(Outcome.SKIPPED, WAITS, THEATRE)], [])


@cases(
    "other told",
    ("both sell it, told by the follower", twin(ON_SALE), [(TWICE, AT)]),
    ("both sell it, told by the follower only", twin(ON_SALE, leads=False), []),
    ("the leader wants to", twin(snapshot=[wanted("theirs")]), []),
    ("the leader was never read", twin(read=False), []),
)
def test_event_that_is_on_sale_stays_whatever_the_twin_does(other: Twin, told: list[tuple[str, str]]) -> None:
    assert said(judged(wanted(), other, [linked()], [standing()])) == ([Belonging.LINKED], [], told)


def test_event_made_anew_moves_whatever_the_twin_does() -> None:
    vanished = linked("old", series_uuid="krea")
    result = judged(wanted(series_uuid="krea"), twin(snapshot=[wanted("theirs")]), [vanished], [standing()])
    assert said(result) == ([Belonging.MOVED], [], [])


@pytest.mark.parametrize("how", [how for how in NOT_ON_SALE if how.id != "deleted"])
def test_event_that_is_not_for_sale_is_not_made_so_beside_the_twins(how: dict[str, Any]) -> None:
    result = judged(wanted(), twin(ON_SALE), [linked(**how)], [standing()])
    assert said(result) == ([], [(Outcome.REJECTED, LEFT, AT)], [])


def test_passive_event_stays_passive_beside_the_twins() -> None:
    ours = linked(event=PASSIVE_EVENT)
    result = judged(wanted(event=PASSIVE_EVENT), twin(ON_SALE), [ours], [standing(event=PASSIVE_EVENT)])
    assert said(result) == ([Belonging.LINKED], [], [])


@cases(
    "resync expected",
    ("sync", False, ([Belonging.MISSING], [], [])),
    ("resync", True, ([], [(Outcome.REJECTED, LEFT, AT)], [])),
)
def test_event_that_staff_deleted_is_not_made_anew_beside_the_twins(resync: bool, expected: object) -> None:
    assert said(judged(wanted(), twin(ON_SALE), [linked()], mode=Mode.RESYNC if resync else Mode.SYNC)) == expected


@cases(
    "mapped begun expected",
    ("by name and start", wanted(), frozenset(), ([], [(Outcome.SKIPPED, LEFT, AT)], [])),
    ("begun by us", wanted(), frozenset({"a"}), ([Belonging.ADOPTED], [], [])),
    ("by its link", wanted(link=f"{SALES}sec1"), frozenset(), ([Belonging.ADOPTED], [], [])),
)
def test_event_of_nobody_is_adopted_beside_the_twins_when_it_is_surely_ours(
    mapped: Mapped, begun: frozenset[str], expected: object
) -> None:
    assert said(judged(mapped, twin(ON_SALE), there=[standing()], begun=begun)) == expected


@pytest.mark.parametrize("status", [LinkStatus.LIVE, LinkStatus.RETIRED])
def test_event_of_the_twin_is_never_taken_for_a_create_of_ours(status: LinkStatus) -> None:
    theirs = linked("theirs", 7, replace(EVENT, name="Noget andet"), status=status)
    result = judged(wanted(), twin(theirs, leads=False), there=[standing(7)], begun=frozenset({"a"}))
    assert said(result) == ([Belonging.NEW], [], [])


LATER = replace(EVENT, begin_at=START + timedelta(minutes=30))


@cases(
    "mapped expected",
    ("another start", wanted(event=LATER), ([], [(Outcome.SKIPPED, LEFT, AT)], [])),
    ("another title", wanted(title="Hajer"), ([], [(Outcome.SKIPPED, LEFT, AT)], [])),
    ("a copy: both are other", wanted(event=LATER, title="Hajer"), ([Belonging.NEW], [], [])),
)
def test_event_that_shows_the_link_of_the_twins_is_that_unless_it_is_a_copy(mapped: Mapped, expected: object) -> None:
    shown = replace(mapped, link=f"{SALES}sec7")
    assert said(judged(shown, twin(ON_SALE, leads=False), there=[standing(7)])) == expected


def test_link_that_an_event_left_to_the_twin_shows_is_told_with_it() -> None:
    mapped = wanted(link=f"{SALES}sec7")
    assert judged(mapped, twin(ON_SALE)).deferred == (
        replace(mapped, outcome=Outcome.SKIPPED, desired=None, code=LEFT, found=AT),
    )


ENDED = linked("theirs", 7, sale_closed_at=NOW)
OVER = linked("theirs", 7, status=LinkStatus.RETIRED)


def test_new_event_is_left_to_the_twin_that_ended_its_sale_after_tickets_were_sold() -> None:
    assert said(judged(wanted(), twin(ENDED, leads=False))) == ([], [(Outcome.SKIPPED, LEFT, AT)], [])


def test_event_whose_own_sale_was_ended_too_is_opened_again() -> None:
    ours = linked(sale_closed_at=NOW)
    assert said(judged(wanted(), twin(ENDED), [ours], [standing()])) == ([Belonging.LINKED], [], [])


@cases(
    "to_come expected",
    ("to come in Place2book", [TicketEventKey(RULES.event_maker, 7)], ([], [(Outcome.SKIPPED, LEFT, AT)], [])),
    ("over there too", [TicketEventKey(RULES.event_maker, 8)], ([Belonging.NEW], [], [])),
)
def test_event_over_for_the_twins_source_alone_is_on_sale(to_come: Sequence[TicketEventKey], expected: object) -> None:
    assert said(judged(wanted(), twin(OVER, to_come=to_come))) == expected


@cases(
    "links expected",
    ("sold by it before", [OVER], ([], [(Outcome.SKIPPED, LEFT, THEATRE)], [])),
    ("never sold by it", [], ([Belonging.NEW], [], [])),
)
def test_event_that_the_follower_called_off_is_not_begun_by_the_leader(links: Sequence[Link], expected: object) -> None:
    assert (
        said(judged(wanted(), twin(*links, leads=False, snapshot=[unwanted(Outcome.CANCELLED, "theirs")]))) == expected
    )


HALF_PAST = replace(EVENT, begin_at=START + timedelta(minutes=30))


@cases(
    "other",
    ("in its link", twin(linked("theirs", 7, starts_at=HALF_PAST.begin_at))),
    ("in its source by now", twin(ON_SALE, snapshot=[wanted("theirs", HALF_PAST)], leads=False)),
    ("in Place2book", twin(linked("theirs", 7, HALF_PAST, starts_at=START))),
)
def test_event_is_the_same_as_one_that_looks_so_anywhere(other: Twin) -> None:
    assert said(judged(wanted(event=HALF_PAST), other))[1] == [(Outcome.SKIPPED, LEFT, AT)]


@cases(
    "mapped other expected",
    ("moved", wanted(event=HALF_PAST), twin(ON_SALE, deferred={"a": "sec7"}), [LEFT]),
    ("renamed", wanted(title="Hajer"), twin(ON_SALE, deferred={"a": "sec7"}), [LEFT]),
    ("another", wanted(event=HALF_PAST, title="Hajer"), twin(ON_SALE, deferred={"a": "sec7"}), []),
    ("no longer on sale", wanted(event=HALF_PAST), twin(OVER, deferred={"a": "sec7"}), []),
    ("never left", wanted(event=HALF_PAST), twin(ON_SALE, deferred={"b": "sec7"}), []),
)
def test_event_that_was_left_before_stays_so_until_title_and_start_are_other(
    mapped: Mapped, other: Twin, expected: list[str]
) -> None:
    result = judged(mapped, other)
    assert [left.code for left in result.deferred] == expected
    assert result.deferred_to == dict.fromkeys(["a"] if expected else [], "sec7")


def test_longer_title_is_no_claim_on_what_has_its_own() -> None:
    ours = [wanted(), wanted("b", title="Foredrag om hvaler for børn")]
    state = match_events(replace(state_of(ours), twin=twin(ON_SALE)))
    assert ([left.uuid for left in state.deferred], list(state.identities)) == (["a"], ["b"])
    assert state.snapshot == (*state.deferred, ours[1])


def test_what_is_on_sale_is_told_before_what_is_wanted() -> None:
    other = twin(ON_SALE, snapshot=[wanted("theirs")], creates_in_doubt=[(EVENT.name, START)])
    claim = other.claim_on(wanted(), ())
    assert claim.link == ON_SALE


def test_library_without_a_twin_keeps_everything() -> None:
    state = state_of([wanted()], [], [standing()])
    assert defer_to_twin(state) == state
    assert list(state.events.values()) == [standing()]
    assert is_claimed_by_twin(wanted(), state) is False


@pytest.mark.parametrize(("other", "claimed"), [(twin(ON_SALE), True), (twin(), False)], ids=["has-it", "has-not"])
def test_event_that_was_over_stays_over_while_the_twin_has_it(other: Twin, claimed: bool) -> None:
    assert is_claimed_by_twin(wanted(), replace(state_of(), twin=other)) is claimed
