"""Which Place2book event is a source event's when no link says so (behaviour 14)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from billetbro.models import CurrentEvent, Link, Mapped, Outcome
from billetbro.reconcile.matching.identity import match_events
from billetbro.reconcile.rebuild.pairs import Evidence, Pairs, pair_again
from tests.cases import cases
from tests.unit.reconcile.builders import EVENT, SALES, WEEK, linked, standing, state_of, unwanted, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

PAGE = "bibliotek.example/hvaler"
NAMING = f'<p>Tekst</p><p><a href="https://{PAGE}">Læs mere</a></p>'
LINK = f"{SALES}sec1"
OTHER_START = EVENT.begin_at + WEEK


def named(event_id: int = 1, **changes: object) -> CurrentEvent:
    """Return an event whose description names the page, under another name and start."""
    return standing(event_id, **{"name": "Andet", "begin_at": OTHER_START, "description_long": NAMING, **changes})


def paired(
    snapshot: Sequence[Mapped], there: Sequence[CurrentEvent], links: Sequence[Link] = (), page: str | None = PAGE
) -> Pairs:
    return pair_again(match_events(state_of(snapshot, links, there)), {"a": page} if page else {})


def certain(pairs: Pairs) -> list[tuple[str, int, str]]:
    return [(pair.mapped.uuid, pair.current.event_id, pair.evidence.value) for pair in pairs.certain]


@cases(
    "mapped event evidence",
    ("sales link", wanted(link=LINK), standing(name="Andet", begin_at=OTHER_START), "sales_link"),
    ("page", wanted(), named(), "page"),
    ("name and start", wanted(), standing(), "name_and_start"),
    ("name in another form", wanted(), standing(name=" Foredrag\u200b om  hvaler"), "name_and_start"),
    ("cancelled, sales link", unwanted(Outcome.CANCELLED, link=LINK), standing(), "sales_link"),
    ("cancelled, page", unwanted(Outcome.CANCELLED), named(), "page"),
    ("rejected, sales link", unwanted(Outcome.REJECTED, link=LINK), standing(), "sales_link"),
    ("no longer for sale, page", unwanted(Outcome.SKIPPED), named(), "page"),
)
def test_event_is_found_by(mapped: Mapped, event: CurrentEvent, evidence: str) -> None:
    assert certain(paired([mapped], [event])) == [("a", 1, evidence)]


@cases(
    "mapped event",
    ("cancelled, name and start alone", unwanted(Outcome.CANCELLED), standing()),
    ("no longer for sale, link alone", unwanted(Outcome.SKIPPED, link=LINK), standing(description_long="")),
    ("over at the source", unwanted(Outcome.OVER, link=LINK), named()),
    ("sold elsewhere", unwanted(Outcome.SOLD_ELSEWHERE), named()),
    ("another start", wanted(), standing(begin_at=OTHER_START)),
    ("another name", wanted(), standing(name="Andet")),
    ("another event maker", wanted(), standing(event_maker=1)),
    ("over in Place2book", wanted(link=LINK), standing(end_at=NOW - timedelta(hours=1))),
)
def test_event_is_not_found_by(mapped: Mapped, event: CurrentEvent) -> None:
    assert paired([mapped], [event]) == Pairs()


def test_stronger_evidence_decides_first() -> None:
    by_link, by_page, by_looks = standing(1, name="Andet", begin_at=OTHER_START), named(2), standing(3)
    assert certain(paired([wanted(link=LINK)], [by_looks, by_page, by_link])) == [("a", 1, "sales_link")]
    assert certain(paired([wanted()], [by_looks, by_page])) == [("a", 2, "page")]


@cases(
    "better",
    ("the same start", {"begin_at": EVENT.begin_at}),
    ("the same start, whatever the name", {"begin_at": EVENT.begin_at, "name": "Noget"}),
    ("the same name", {"name": EVENT.name}),
)
def test_of_several_with_one_page_the_most_similar_is_it(better: dict[str, object]) -> None:
    assert certain(paired([wanted()], [named(1), named(2, **better)])) == [("a", 2, "page")]


def test_same_start_counts_more_than_the_same_name() -> None:
    same_start, same_name = named(1, begin_at=EVENT.begin_at), named(2, name=EVENT.name)
    assert certain(paired([wanted()], [same_name, same_start])) == [("a", 1, "page")]


@cases(
    "snapshot there",
    ("two ticket events", [wanted()], [named(1), named(2)]),
    ("two source events", [wanted("a", link=LINK), wanted("b", link=LINK)], [standing()]),
)
def test_what_is_equally_strong_is_ambiguous(snapshot: list[Mapped], there: list[CurrentEvent]) -> None:
    found = paired(snapshot, there)
    assert (found.certain, len(found.ambiguous)) == ((), 2)


def test_what_is_ambiguous_is_not_decided_by_weaker_evidence() -> None:
    found = paired([wanted()], [named(1), named(2), standing(3)])
    assert (found.certain, {pair.current.event_id for pair in found.ambiguous}) == ((), {1, 2})


def test_linked_event_is_told_with_its_link_and_takes_part_in_nothing_else() -> None:
    link = linked()
    (pair,) = paired([wanted(link=f"{SALES}sec2")], [standing(1), named(2)], [link]).certain
    assert (pair.evidence, pair.link, pair.current.event_id) == (Evidence.LINKED, link, 1)


def test_ticket_event_of_another_source_event_is_not_taken() -> None:
    there = linked("b")
    found = paired([wanted("a", link=LINK), wanted("b")], [standing()], [there])
    assert certain(found) == [("b", 1, "linked")]


def test_recreated_event_is_left_to_the_next_run() -> None:
    vanished = linked("gone", series_uuid=None)
    assert certain(paired([wanted("a")], [standing()], [vanished])) == []


@pytest.mark.parametrize("page", [None, "bibliotek.example/andet"])
def test_page_of_another_event_is_no_evidence(page: str | None) -> None:
    assert paired([wanted()], [named()], page=page) == Pairs()


def test_event_whose_end_is_unknown_is_not_over() -> None:
    assert certain(paired([wanted()], [replace(named(), end_at=None)])) == [("a", 1, "page")]
