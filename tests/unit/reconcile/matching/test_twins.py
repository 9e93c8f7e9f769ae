"""Of two libraries that show the same events, each sells what the other does not."""

from __future__ import annotations

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
    """Return what becomes of one event of ours."""
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


@pytest.mark.parametrize(
    ("other", "whose"),
    [
        pytest.param(twin(ON_SALE), AT, id="on sale"),
        pytest.param(twin(ON_SALE, leads=False), AT, id="on sale at the follower"),
        pytest.param(twin(replace(ON_SALE, sales_location="")), THEATRE, id="on sale, its address not told yet"),
        pytest.param(twin(snapshot=[wanted("theirs")]), THEATRE, id="wanted"),
        pytest.param(twin(snapshot=[unwanted(Outcome.SOLD_ELSEWHERE)]), THEATRE, id="sold elsewhere"),
        pytest.param(twin(snapshot=[unwanted(Outcome.CANCELLED)]), THEATRE, id="called off"),
        pytest.param(twin(snapshot=[wanted("theirs")], read=False), THEATRE, id="wanted by whom we never read whole"),
        pytest.param(twin(creates_in_doubt=[(EVENT.name, START)], leads=False), THEATRE, id="begun by the follower"),
    ],
)
@pytest.mark.parametrize("event", [EVENT, PASSIVE_EVENT], ids=["tickets", "passive"])
def test_new_event_that_the_twin_sells_or_leads_with_is_left_to_it(other: Twin, whose: str, event: Any) -> None:
    assert said(judged(wanted(event=event), other)) == ([], [(Outcome.SKIPPED, LEFT, whose)], [])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(twin(), id="nothing there"),
        pytest.param(twin(snapshot=[wanted("theirs")], leads=False), id="wanted by the follower"),
        pytest.param(twin(snapshot=[unwanted(Outcome.CANCELLED)], leads=False), id="called off by the follower"),
        pytest.param(twin(snapshot=[unwanted(Outcome.SKIPPED)]), id="not relevant there"),
        pytest.param(twin(snapshot=[unwanted(Outcome.REJECTED)]), id="rejected there"),
        pytest.param(twin(snapshot=[wanted("theirs", PASSIVE_EVENT)]), id="without tickets there"),
        pytest.param(twin(snapshot=[unwanted(Outcome.OVER)]), id="over there"),
        pytest.param(twin(linked("theirs", 7, replace(EVENT, name="Foredrag om hajer"))), id="another title"),
        pytest.param(twin(linked("theirs", 7, replace(EVENT, begin_at=START + timedelta(minutes=1)))), id="a minute"),
        pytest.param(twin(ON_SALE, missing=["theirs"]), id="deleted in Place2book by staff"),
        pytest.param(twin(leads=False, read=False), id="the follower was never read"),
    ],
)
def test_new_event_that_the_twin_does_not_sell_is_created(other: Twin) -> None:
    assert said(judged(wanted(), other)) == ([Belonging.NEW], [], [])


@pytest.mark.parametrize("how", [how for how in NOT_ON_SALE if how.id != "sale ended"])
def test_link_of_the_twin_that_is_not_on_sale_claims_nothing(how: dict[str, Any]) -> None:
    assert said(judged(wanted(), twin(linked("theirs", 7, **how)))) == ([Belonging.NEW], [], [])


def test_new_event_waits_for_a_leader_that_was_never_read() -> None:
    assert said(judged(wanted(), twin(read=False))) == ([], [(Outcome.SKIPPED, WAITS, THEATRE)], [])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        pytest.param(twin(ON_SALE), [(TWICE, AT)], id="both sell it, told by the follower"),
        pytest.param(twin(ON_SALE, leads=False), [], id="both sell it, told by the follower only"),
        pytest.param(twin(snapshot=[wanted("theirs")]), [], id="the leader wants to"),
        pytest.param(twin(read=False), [], id="the leader was never read"),
    ],
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


@pytest.mark.parametrize(
    ("resync", "expected"),
    [
        pytest.param(False, ([Belonging.MISSING], [], []), id="sync"),
        pytest.param(True, ([], [(Outcome.REJECTED, LEFT, AT)], []), id="resync"),
    ],
)
def test_event_that_staff_deleted_is_not_made_anew_beside_the_twins(resync: bool, expected: object) -> None:
    assert said(judged(wanted(), twin(ON_SALE), [linked()], mode=Mode.RESYNC if resync else Mode.SYNC)) == expected


@pytest.mark.parametrize(
    ("mapped", "begun", "expected"),
    [
        pytest.param(wanted(), frozenset(), ([], [(Outcome.SKIPPED, LEFT, AT)], []), id="by name and start"),
        pytest.param(wanted(), frozenset({"a"}), ([Belonging.ADOPTED], [], []), id="begun by us"),
        pytest.param(wanted(link=f"{SALES}sec1"), frozenset(), ([Belonging.ADOPTED], [], []), id="by its link"),
    ],
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


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [
        pytest.param(wanted(event=LATER), ([], [(Outcome.SKIPPED, LEFT, AT)], []), id="another start"),
        pytest.param(wanted(title="Hajer"), ([], [(Outcome.SKIPPED, LEFT, AT)], []), id="another title"),
        pytest.param(wanted(event=LATER, title="Hajer"), ([Belonging.NEW], [], []), id="a copy: both are other"),
    ],
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


@pytest.mark.parametrize(
    ("to_come", "expected"),
    [
        pytest.param(
            [TicketEventKey(RULES.event_maker, 7)], ([], [(Outcome.SKIPPED, LEFT, AT)], []), id="to come in Place2book"
        ),
        pytest.param([TicketEventKey(RULES.event_maker, 8)], ([Belonging.NEW], [], []), id="over there too"),
    ],
)
def test_event_that_is_over_for_the_twins_source_alone_is_on_sale(
    to_come: Sequence[TicketEventKey], expected: object
) -> None:
    assert said(judged(wanted(), twin(OVER, to_come=to_come))) == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param([OVER], ([], [(Outcome.SKIPPED, LEFT, THEATRE)], []), id="sold by it before"),
        pytest.param([], ([Belonging.NEW], [], []), id="never sold by it"),
    ],
)
def test_event_that_the_follower_has_called_off_is_not_begun_by_the_leader(
    links: Sequence[Link], expected: object
) -> None:
    assert (
        said(judged(wanted(), twin(*links, leads=False, snapshot=[unwanted(Outcome.CANCELLED, "theirs")]))) == expected
    )


HALF_PAST = replace(EVENT, begin_at=START + timedelta(minutes=30))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(twin(linked("theirs", 7, starts_at=HALF_PAST.begin_at)), id="in its link"),
        pytest.param(twin(ON_SALE, snapshot=[wanted("theirs", HALF_PAST)], leads=False), id="in its source by now"),
        pytest.param(twin(linked("theirs", 7, HALF_PAST, starts_at=START)), id="in Place2book"),
    ],
)
def test_event_is_the_same_as_one_that_looks_so_anywhere(other: Twin) -> None:
    assert said(judged(wanted(event=HALF_PAST), other))[1] == [(Outcome.SKIPPED, LEFT, AT)]


@pytest.mark.parametrize(
    ("mapped", "other", "expected"),
    [
        pytest.param(wanted(event=HALF_PAST), twin(ON_SALE, deferred={"a": "sec7"}), [LEFT], id="moved"),
        pytest.param(wanted(title="Hajer"), twin(ON_SALE, deferred={"a": "sec7"}), [LEFT], id="renamed"),
        pytest.param(wanted(event=HALF_PAST, title="Hajer"), twin(ON_SALE, deferred={"a": "sec7"}), [], id="another"),
        pytest.param(wanted(event=HALF_PAST), twin(OVER, deferred={"a": "sec7"}), [], id="no longer on sale"),
        pytest.param(wanted(event=HALF_PAST), twin(ON_SALE, deferred={"b": "sec7"}), [], id="never left"),
    ],
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
    assert claim is not None
    assert claim.link == ON_SALE


def test_library_without_a_twin_keeps_everything() -> None:
    state = state_of([wanted()], [], [standing()])
    assert defer_to_twin(state) == state
    assert list(state.events.values()) == [standing()]
    assert is_claimed_by_twin(wanted(), state) is False


@pytest.mark.parametrize(("other", "claimed"), [(twin(ON_SALE), True), (twin(), False)], ids=["has-it", "has-not"])
def test_event_that_was_over_stays_over_while_the_twin_has_it(other: Twin, claimed: bool) -> None:
    assert is_claimed_by_twin(wanted(), replace(state_of(), twin=other)) is claimed
