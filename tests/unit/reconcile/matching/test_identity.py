"""Which Place2book event belongs to which source event (behaviour 4), rule by rule in its order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billetbro.models import Link, LinkStatus, Mapped, Outcome, TicketEvent, Window
from tests.cases import cases
from tests.unit.reconcile.builders import (
    END,
    EVENT,
    SALES,
    START,
    WEEK,
    WINDOW_START,
    belongings,
    identities_of,
    linked,
    standing,
    unwanted,
    wanted,
)
from tests.unit.reconcile.mapping.mapping_examples import NOW

WINDOW_END = WINDOW_START + timedelta(days=365)
OURS = f"{SALES}sec1"
OTHER_TITLE = replace(EVENT, name="Foredrag om sæler")
ELSEWHEN = replace(OTHER_TITLE, begin_at=START - timedelta(days=3), end_at=END - timedelta(days=3))


def test_linked_event_is_linked_whatever_its_link_field_says() -> None:
    found = identities_of([wanted(link=f"{SALES}sec2")], [linked()], [standing(), standing(2)])
    assert belongings(found) == {"a": ("linked", 1)}


@cases("mapped", ("linked", wanted()), ("that shows a vanished one's link", wanted("b", link=OURS)))
def test_event_deleted_in_place2book_is_missing(mapped: Mapped) -> None:
    found = identities_of([mapped], [linked("a")], [])
    assert belongings(found) == {mapped.uuid: ("missing", None)}
    assert found[mapped.uuid].link == linked("a")


def test_retired_event_wanted_again_keeps_its_event() -> None:
    found = identities_of([wanted()], [linked(status=LinkStatus.RETIRED)], [standing()])
    assert belongings(found) == {"a": ("linked", 1)}


def test_removed_event_wanted_again_is_new_though_its_old_link_still_stands() -> None:
    found = identities_of([wanted(link=OURS)], [linked(status=LinkStatus.DELETED)], [])
    assert belongings(found) == {"a": ("new", None)}


@cases(
    "link",
    ("sw2", "https://www.place2book.com/da/sw2/sales/sec1"),
    ("events", "http://place2book.com/events/sec1"),
    ("choose-tickets", "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=sec1"),
    ("choose-ticket", "https://www.place2book.com/en/choose_ticket_sales_workflow?seccode=sec1"),
    ("in-an-organisers-list", "https://www.place2book.com/en/5000/list/EM175?event_detail=sec1"),
    ("as-pasted", "\u200bhttps://www.place2book.com/en/5000/list/EM175?a=b&amp;event_detail=sec1"),
)
def test_sales_link_of_an_unlinked_event_is_adopted_as_staffs(link: str) -> None:
    found = identities_of([wanted(event=OTHER_TITLE, link=link)], [], [standing()])
    assert belongings(found) == {"a": ("adopted", 1)}
    assert found["a"].created_by_us is False


def test_sales_link_of_another_event_maker_of_the_library_is_adopted() -> None:
    found = identities_of([wanted(link=OURS)], [], [standing(event_maker=5001)])
    assert belongings(found) == {"a": ("adopted", 1)}


@cases(
    "link",
    ("unknown-seccode", f"{SALES}nobody"),
    ("organisers-list", f"{SALES}event_list/EM11444"),
    ("another-organisers-list", "https://www.place2book.com/en/5000/list/EM175"),
)
def test_sales_link_of_no_event_of_ours_is_unknown(link: str) -> None:
    nameless = standing(2, seccode="", name="Andet")
    assert belongings(identities_of([wanted(link=link)], [], [standing(), nameless])) == {"a": ("unknown_link", None)}


def test_two_events_with_one_free_sales_link_the_most_alike_has_it() -> None:
    events = [wanted("a", ELSEWHEN, link=OURS), wanted("b", link=OURS)]
    assert belongings(identities_of(events, [], [standing()])) == {"a": ("new", None), "b": ("adopted", 1)}


@cases(
    "original link",
    ("wanted", wanted("a"), linked("a")),
    ("rejected", unwanted(Outcome.REJECTED, "a"), linked("a")),
    ("cancelled", unwanted(Outcome.CANCELLED, "a"), linked("a")),
    ("over-and-retired", unwanted(Outcome.OVER, "a"), linked("a", status=LinkStatus.RETIRED)),
    ("long-past-and-unlisted", wanted("z", OTHER_TITLE), linked("a", status=LinkStatus.RETIRED)),
    ("removed", wanted("z", OTHER_TITLE), linked("a", status=LinkStatus.DELETED)),
)
def test_clone_of_an_event_of_ours_gets_an_event_of_its_own(original: Mapped, link: Link) -> None:
    clone = wanted("b", ELSEWHEN, link=OURS)
    found = identities_of([original, clone], [link], [standing()])
    assert belongings(found)["b"] == ("new", None)


@pytest.mark.parametrize("present", [True, False], ids=["its-source-is-there", "its-source-has-vanished"])
def test_organisers_list_never_means_an_event_whose_seccode_is_not_known(present: bool) -> None:
    original, link = wanted(), linked(seccode="", sales_location="")
    other = wanted("b", ELSEWHEN, link=f"{SALES}event_list/EM11444")
    found = identities_of([original, other] if present else [other], [link], [standing(seccode="")])
    assert belongings(found)["b"] == ("unknown_link", None)


def test_clone_of_an_event_that_is_over_in_place2book_is_new() -> None:
    past = standing(begin_at=NOW - timedelta(days=9), end_at=NOW - timedelta(days=8))
    assert belongings(identities_of([wanted(link=OURS)], [], [past])) == {"a": ("new", None)}


@cases(
    "event expected",
    ("other-title-and-start-is-a-clone", ELSEWHEN, ("new", None)),
    ("other-title-same-start", OTHER_TITLE, ("moved", 1)),
    ("same-title-other-start", replace(EVENT, begin_at=START + timedelta(days=3)), ("moved", 1)),
)
def test_link_of_a_vanished_event_moves_to_what_is_alike(event: TicketEvent, expected: tuple[str, int | None]) -> None:
    found = identities_of([wanted("b", event, link=OURS)], [linked("a")], [standing()])
    assert belongings(found) == {"b": expected}


def test_sales_link_of_a_vanished_event_moves_to_the_most_alike_of_two() -> None:
    earlier = replace(OTHER_TITLE, end_at=END)
    found = identities_of([wanted("b", earlier, link=OURS), wanted("c", link=OURS)], [linked("a")], [standing()])
    assert belongings(found) == {"b": ("new", None), "c": ("moved", 1)}


def test_lost_create_is_found_by_name_and_start_and_is_ours() -> None:
    found = identities_of([wanted()], [], [standing(2, name="Andet"), standing()], begun=frozenset({"a"}))
    assert belongings(found) == {"a": ("adopted", 1)}
    assert found["a"].created_by_us is True


def test_event_with_the_same_name_and_start_that_we_did_not_begin_is_noted_and_not_adopted() -> None:
    found = identities_of([wanted()], [], [standing(2, name="Andet"), standing()])
    assert belongings(found) == {"a": ("new", None)}
    assert [event.event_id for event in found["a"].lookalikes] == [1]


ONE, TWO = [wanted("a")], [wanted("a"), wanted("b")]
FIRST_IS_NEW, SECOND_HAS_IT = {"a": ("new", None)}, {"a": ("new", None), "b": ("adopted", 1)}


@cases(
    "snapshot links there begun expected",
    ("that is free", ONE, [], {}, {"a"}, {"a": ("adopted", 1)}),
    ("of another name", ONE, [], {"name": "Andet"}, {"a"}, FIRST_IS_NEW),
    ("of another start", ONE, [], {"begin_at": START + timedelta(minutes=30)}, {"a"}, FIRST_IS_NEW),
    ("of another event maker", ONE, [], {"event_maker": 5001}, {"a"}, FIRST_IS_NEW),
    ("that another one began", TWO, [], {}, {"b"}, SECOND_HAS_IT),
    ("that another one has", TWO, [linked("a")], {}, {"b"}, {"a": ("linked", 1), "b": ("new", None)}),
    ("that another one shows", [wanted("a"), wanted("b", link=OURS)], [], {}, set(), SECOND_HAS_IT),
    ("of a vanished one of another start", ONE, [linked("old", starts_at=START + WEEK)], {}, {"a"}, FIRST_IS_NEW),
    ("of a rejected one", [unwanted(Outcome.REJECTED, "old"), *ONE], [linked("old")], {}, {"a"}, FIRST_IS_NEW),
    ("of a retired one", ONE, [linked("old", status=LinkStatus.RETIRED)], {}, {"a"}, FIRST_IS_NEW),
)
def test_event_is_taken_for_a_lost_create_only_when_it_is_nobody_elses(
    snapshot: list[Mapped], links: list[Link], there: dict[str, object], begun: set[str], expected: dict[str, object]
) -> None:
    found = belongings(identities_of(snapshot, links, [standing(**there)], begun=frozenset(begun)))
    assert found == expected


@cases(
    "changes over unseen",
    ("ahead", {}, False, False),
    ("ends-now", {"ends_at": NOW}, True, True),
    ("still-on", {"ends_at": NOW + timedelta(seconds=1)}, False, False),
    ("starts-with-the-window", {"starts_at": WINDOW_START}, False, False),
    ("starts-before-the-window", {"starts_at": WINDOW_START - timedelta(seconds=1)}, False, True),
    ("starts-at-the-end", {"starts_at": WINDOW_END - timedelta(seconds=1)}, False, False),
    ("starts-after-the-end", {"starts_at": WINDOW_END}, False, True),
    ("times-unknown", {"starts_at": None, "ends_at": None}, False, False),
)
def test_link_is_over_or_out_of_sight_by_its_times(changes: dict[str, object], over: bool, unseen: bool) -> None:
    link, window = linked(**changes), Window(start=WINDOW_START, end=WINDOW_END)
    assert (link.is_over(NOW), link.is_out_of_sight(window, NOW)) == (over, unseen)
