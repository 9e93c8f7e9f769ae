"""What is due to be written back to the source (behaviour 7)."""

from dataclasses import replace
from typing import Any

import pytest

from billetbro.models import (
    UNLIMITED_TICKETS,
    Change,
    CurrentEvent,
    Link,
    LinkStatus,
    Mapped,
    Outcome,
    Rejection,
    SourceState,
)
from billetbro.reconcile.sale_status.write_back import CLEARED as CLEARED_URL
from billetbro.reconcile.sale_status.write_back import LinkedSource, due_write_back, still_shown
from tests.cases import cases
from tests.unit.reconcile.builders import SALES, linked, said, sold, standing, unwanted, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW, RULES

URL = f"{SALES}sec1"
ADMIN = "https://www.place2book.com/da/event_makers/5000/events/1"
LINKS = {"url": (None, URL), "admin_url": (None, ADMIN)}
CLEARED = [("clear_link", "a", {"url": (URL, None), "admin_url": (ADMIN, None)})]
SHOWN: dict[str, Any] = {"link": URL, "admin_link": ADMIN, "state": SourceState.ACTIVE}
WRITTEN = linked(state_written=SourceState.ACTIVE)
REMOVED = linked(status=LinkStatus.DELETED)


def linked_source(mapped: Mapped, link: Link, current: CurrentEvent | None, *, failed: bool = False) -> LinkedSource:
    return LinkedSource(mapped=mapped, link=link, current=current, failed=failed)


def due(mapped: Mapped, link: Link = WRITTEN, current: CurrentEvent | None = None) -> list[Change]:
    change = due_write_back(linked_source(mapped, link, current or standing()), RULES.sales_hosts, NOW)
    return [] if change is None else [change]


def test_write_back_of_a_new_event_sends_both_links_and_the_state() -> None:
    change = due(wanted(state=SourceState.TICKET_SALE_NOT_OPEN), linked())
    assert said(change) == [("write_back", "a", LINKS | {"state": ("TicketSaleNotOpen", "Active")})]


def test_write_back_of_what_the_source_already_shows_is_nothing() -> None:
    assert due(wanted(**SHOWN)) == []
    assert due(wanted(**SHOWN), linked()) == []


@cases(
    "shown fields",
    ("link-emptied", {"link": None}, {"url": (None, URL)}),
    ("admin-link-emptied", {"admin_link": None}, {"admin_url": (None, ADMIN)}),
    ("clone-shows-the-originals", {"link": f"{SALES}sec2"}, {"url": (f"{SALES}sec2", URL)}),
)
def test_write_back_of_one_link_that_differs(shown: dict[str, Any], fields: object) -> None:
    assert said(due(wanted(**SHOWN | shown))) == [("write_back", "a", fields)]


def test_write_back_of_a_changed_state_alone() -> None:
    change = due(wanted(**SHOWN), current=standing(available_tickets=0))
    assert said(change) == [("write_back", "a", {"state": ("Active", "SoldOut")})]


@pytest.mark.parametrize("state", [SourceState.SOLD_OUT, SourceState.TICKET_SALE_NOT_OPEN])
def test_write_back_leaves_a_state_set_by_hand(state: SourceState) -> None:
    assert due(wanted(**SHOWN | {"state": state})) == []


ALL = ("state", "link", "admin_link", "sold", "available")


@cases(
    "shown current fields",
    ("never-shown", {}, standing(available_tickets=38), {"sold": (None, 0), "available": (None, 38)}),
    ("as-shown", {"sold": 0, "available": 38}, standing(available_tickets=38), None),
    ("one-reserved", {"sold": 0, "available": 40}, standing(available_tickets=39), {"available": (40, 39)}),
    ("not-told", {"sold": 0, "available": 40}, standing(available_tickets=None), {"available": (40, None)}),
    ("endless", {"sold": 0, "available": 40}, standing(available_tickets=UNLIMITED_TICKETS), {"available": (40, None)}),
    (
        "oversold-has-none",
        {"sold": 0, "available": 1, "state": SourceState.SOLD_OUT},
        standing(available_tickets=-2),
        {"available": (1, 0)},
    ),
    ("as-oversold", {"sold": 0, "available": 0, "state": SourceState.SOLD_OUT}, standing(available_tickets=-2), None),
    ("prices-not-read", {"sold": 7}, standing(available_tickets=None, prices=None), None),
)
def test_write_back_of_counts_to_a_source_that_shows_them(
    shown: dict[str, Any], current: CurrentEvent, fields: dict[str, object] | None
) -> None:
    change = due(wanted(**SHOWN | {"shows": ALL} | shown), current=current)
    assert said(change) == ([] if fields is None else [("write_back", "a", fields)])


@pytest.mark.parametrize(
    "shows", [("link",), ("state",), ("admin_link", "sold"), ()], ids=lambda shows: "-".join(shows)
)
def test_write_back_only_of_what_the_source_can_show(shows: tuple[str, ...]) -> None:
    everything = {**LINKS, "state": (None, "Active"), "sold": (None, 0)}
    names = {"link": "url", "admin_link": "admin_url"}
    expected = {names.get(name, name): everything[names.get(name, name)] for name in shows}
    change = due(wanted(shows=shows), linked(), standing(available_tickets=None))
    assert said(change) == ([("write_back", "a", expected)] if shows else [])


def test_write_back_that_clears_a_link_clears_the_counts_too() -> None:
    mapped = unwanted(Outcome.CANCELLED, link=URL, admin_link=ADMIN, sold=2, available=38, shows=ALL)
    cleared = {"url": (URL, None), "admin_url": (ADMIN, None), "sold": (2, None), "available": (38, None)}
    assert said(due(mapped, REMOVED)) == [("clear_link", "a", cleared)]


@cases(
    "failed expected",
    ("failed", True, [("clear_link", "a", {"admin_url": (ADMIN, None), "sold": (2, None)})]),
    ("done", False, []),
)
def test_write_back_clears_what_went_with_a_link_when_clearing_both_failed(failed: bool, expected: object) -> None:
    mapped = unwanted(Outcome.CANCELLED, link=None, admin_link=ADMIN, sold=2, shows=ALL)
    change = due_write_back(linked_source(mapped, REMOVED, None, failed=failed), RULES.sales_hosts, NOW)
    assert said([] if change is None else [change]) == expected


def test_write_back_of_a_cancelled_event_leaves_its_state() -> None:
    cancelled = unwanted(Outcome.CANCELLED, **SHOWN | {"state": SourceState.CANCELLED, "link": None})
    assert said(due(cancelled, linked(), sold())) == [("write_back", "a", {"url": (None, URL)})]


@cases(
    "mapped link",
    ("over", unwanted(Outcome.OVER), WRITTEN),
    ("elsewhere", unwanted(Outcome.SOLD_ELSEWHERE, link="https://billetter.example.com/1"), WRITTEN),
    ("removed", unwanted(Outcome.SOLD_ELSEWHERE, link="https://billetter.example.com/1"), REMOVED),
    ("not-relevant-but-sold", unwanted(Outcome.SKIPPED, code="not_relevant"), WRITTEN),
    ("retired", wanted(), linked(status=LinkStatus.RETIRED)),
)
def test_write_back_leaves_alone_what_is_not_ours_to_tell(mapped: Mapped, link: Link) -> None:
    assert due(mapped, link) == []


def test_write_back_of_an_event_that_was_not_read_is_nothing() -> None:
    assert due_write_back(linked_source(wanted(), WRITTEN, None), RULES.sales_hosts, NOW) is None


def test_write_back_of_a_passive_event_gives_it_no_link() -> None:
    assert due(wanted(), current=standing(passive=True)) == []


@cases("link current", ("removed", REMOVED, None), ("passive", WRITTEN, standing(passive=True)))
@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.SKIPPED, Outcome.TICKET_EVENT])
def test_link_of_ours_that_sells_nothing_is_cleared(link: Link, current: CurrentEvent | None, outcome: Outcome) -> None:
    mapped = unwanted(outcome, link=URL, admin_link=ADMIN)
    change = due_write_back(linked_source(mapped, link, current), RULES.sales_hosts, NOW)
    assert said([] if change is None else [change]) == CLEARED


def test_write_back_clears_a_link_of_ours_in_another_form() -> None:
    other_form = "http://place2book.com/events/sec1"
    change = due(unwanted(Outcome.CANCELLED, link=other_form), REMOVED)
    assert said(change) == [("clear_link", "a", {"url": (other_form, None)})]


@cases(
    "shown",
    ("empty", None),
    ("another-vendor", "https://billetter.example.com/sec1"),
    ("another-event", f"{SALES}sec2"),
    ("another-event-whose-code-begins-alike", f"{SALES}sec12"),
)
def test_write_back_never_clears_a_link_that_is_not_ours(shown: str | None) -> None:
    assert due(unwanted(Outcome.CANCELLED, link=shown), REMOVED) == []


SHOWS_AGAIN = replace(REMOVED, echo={"url": URL, CLEARED_URL: URL})
TOLD = Rejection(uuid="a", title=wanted().title, code="link_still_shown", field="link", found=URL)


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.SKIPPED, Outcome.TICKET_EVENT])
def test_write_back_clears_a_link_that_shows_again_no_second_time_and_tells_it(outcome: Outcome) -> None:
    mapped = unwanted(outcome, link=URL, admin_link=ADMIN)
    assert (due(mapped, SHOWS_AGAIN), still_shown(linked_source(mapped, SHOWS_AGAIN, standing()))) == ([], TOLD)
    passive = replace(SHOWS_AGAIN, status=LinkStatus.LIVE)
    assert due(mapped, passive, standing(passive=True)) == []
    assert still_shown(linked_source(mapped, passive, standing(passive=True))) == TOLD


@cases(
    "mapped link current",
    ("no longer", unwanted(Outcome.CANCELLED, link=None), SHOWS_AGAIN, None),
    ("another", unwanted(Outcome.CANCELLED, link=f"{SALES}sec2"), SHOWS_AGAIN, None),
    ("never cleared", unwanted(Outcome.CANCELLED, link=URL), REMOVED, None),
    ("it sells again", wanted(**SHOWN), replace(SHOWS_AGAIN, status=LinkStatus.LIVE), standing()),
    ("over", unwanted(Outcome.OVER, link=URL), SHOWS_AGAIN, None),
    ("retired", unwanted(Outcome.CANCELLED, link=URL), replace(SHOWS_AGAIN, status=LinkStatus.RETIRED), None),
)
def test_link_that_is_gone_is_not_told_to_be_shown(mapped: Mapped, link: Link, current: CurrentEvent | None) -> None:
    assert still_shown(linked_source(mapped, link, current)) is None


def test_write_back_clears_another_link_of_ours_than_the_one_before() -> None:
    other_form = "http://place2book.com/events/sec1"
    change = due(unwanted(Outcome.CANCELLED, link=other_form), SHOWS_AGAIN)
    assert said(change) == [("clear_link", "a", {"url": (other_form, None)})]


@cases(
    "code expected",
    ("it may be one that is never overwritten", "unreadable", []),
    ("something else", "capacity_missing", [("write_back", "a", {"state": (None, "Active")})]),
)
def test_write_back_of_no_state_over_one_that_could_not_be_read(code: str, expected: object) -> None:
    mapped = unwanted(Outcome.REJECTED, code=code, link=URL, admin_link=ADMIN)
    assert said(due(mapped, linked())) == expected


def test_write_back_links_to_the_site_that_sells_the_event() -> None:
    link = linked(sales_location="https://test.place2book.com/da/sw2/sales/sec1")
    fields = {change.field: change.new for change in due(wanted(**SHOWN), link)[0].fields}
    assert fields["admin_url"] == "https://test.place2book.com/da/event_makers/5000/events/1"
