"""The plan of whole events, row by row of plan.py's table (behaviour 3, 4 and 5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billetbro.models import CurrentEvent, Link, LinkStatus, Mapped, Mode, OnCreate, Outcome, TicketEvent
from billetbro.reconcile.planning.owned_fields import desired_fields, written_time
from billetbro.reconcile.planning.plan import Plan
from tests.cases import cases
from tests.unit.reconcile.builders import (
    ADULT,
    CHILD,
    EVENT,
    PASSIVE_EVENT,
    SALES,
    SOLD,
    START,
    WEEK,
    at,
    linked,
    linked_at,
    ours,
    plan_of,
    price,
    rejected,
    said,
    sold,
    standing,
    unwanted,
    wanted,
)
from tests.unit.reconcile.mapping.mapping_examples import NOW

CLOSED_AT = NOW - timedelta(days=2)
RENAMED = replace(EVENT, name="Foredrag om spækhuggere")
TO_PASSIVE = {"capacity": (40, 1), "passive": (False, True)}


def about(plan: Plan) -> list[tuple[str, str, int | None, str | None]]:
    return [(change.kind.value, change.uuid, change.event_id, change.moved_from) for change in plan.changes]


def test_plan_of_nothing_is_empty() -> None:
    assert plan_of([]) == Plan()


@pytest.mark.parametrize("mode", list(Mode))
def test_plan_of_an_event_as_last_applied_is_silent(mode: Mode) -> None:
    assert plan_of([wanted()], [linked()], [standing()], mode=mode) == Plan()


@pytest.mark.parametrize("event", [EVENT, PASSIVE_EVENT], ids=["ticket-event", "passive-event"])
def test_plan_of_a_new_event_creates_it_with_all_that_is_sent(event: TicketEvent) -> None:
    on_create = OnCreate(mute=True, kultunaut_age_group="Børn")
    mapped = wanted(event=event, on_create=on_create, event_maker=5001)
    plan = plan_of([mapped])
    settings = {"mute": True, "kultunaut_export": False, "kultunaut_age_group": "Børn"}
    sent = desired_fields(event) | settings | {f"price.{price.name}": price.value_ore for price in event.prices}
    assert said(plan.changes) == [("create", "a", {name: (None, value) for name, value in sent.items()})]
    assert [(change.event_maker, change.event_id) for change in plan.changes] == [(5001, None)]
    assert plan.rejections == []


def test_plan_of_an_event_deleted_in_place2book_waits_for_a_resync() -> None:
    plan = plan_of([wanted()], [linked()])
    assert (plan.changes, rejected(plan)) == ([], [("a", "event_missing_in_place2book", None, "1")])
    again = plan_of([wanted()], [linked()], mode=Mode.RESYNC)
    assert (about(again), again.rejections) == ([("create", "a", None, None)], [])


def test_plan_of_an_unknown_sales_link_rejects_it_and_creates_nothing() -> None:
    plan = plan_of([wanted(link=f"{SALES}nobody")], [], [standing()])
    assert (plan.changes, rejected(plan)) == ([], [("a", "unknown_sales_link", "link", f"{SALES}nobody")])


def test_plan_of_a_rejected_event_rejects_it_and_changes_nothing() -> None:
    flawed = unwanted(Outcome.REJECTED, code="price_negative", field="ticket_categories", found="Voksen: -1")
    plan = plan_of([flawed], [linked()], [standing(name="Andet")])
    assert plan.changes == []
    assert rejected(plan) == [("a", "price_negative", "ticket_categories", "Voksen: -1")]


def test_plan_never_touches_events_unknown_to_us() -> None:
    assert plan_of([], [], [standing(), sold(2)], mode=Mode.RESYNC) == Plan()


def test_plan_of_an_adoption_takes_what_staff_made_as_it_stands() -> None:
    current = standing(name="Hvaler!", capacity=60, prices=(price(value_ore=8000),))
    plan = plan_of([wanted(link=current.sales_location)], [], [current])
    edits = {"name": (EVENT.name, "Hvaler!"), "capacity": (40, 60), "price.11.value": (7500, 8000)}
    assert said(plan.changes) == [("adopt", "a", {}), ("drift", "a", edits)]
    assert plan.links["a"].applied == desired_fields(EVENT)
    assert plan.links["a"].prices == {"cat-1": ours()}


def test_plan_of_an_adoption_in_a_resync_pushes_what_differs() -> None:
    current = standing(name="Hvaler!", prices=(price(value_ore=8000),))
    plan = plan_of([wanted(link=current.sales_location)], [], [current], mode=Mode.RESYNC)
    assert said(plan.changes) == [
        ("adopt", "a", {}),
        ("update", "a", {"name": ("Hvaler!", EVENT.name)}),
        ("update_price", "a", {"value": (8000, 7500)}),
    ]


def test_plan_of_a_lost_create_completes_it() -> None:
    current = standing(capacity=30, prices=())
    plan = plan_of([wanted()], [], [current], begun=frozenset({"a"}))
    assert said(plan.changes) == [
        ("adopt", "a", {}),
        ("update", "a", {"capacity": (30, 40)}),
        ("create_price", "a", {"name": (None, "Voksen"), "value": (None, 7500)}),
    ]


def test_plan_of_an_instance_made_anew_moves_its_event_and_updates_it() -> None:
    later = START + timedelta(hours=1)
    event = replace(EVENT, begin_at=later, end_at=later + timedelta(hours=2), prices=(replace(ADULT, key="new"),))
    plan = plan_of([at(later, "b", desired=event)], [linked_at(START)], [sold()])
    assert about(plan) == [("move", "b", 1, "a"), ("update", "b", 1, None)]
    assert list(said(plan.changes)[1][2]) == ["begin_at", "end_at"]
    assert plan.links["b"].prices == {"new": ours()}
    assert (plan.links["b"].uuid, plan.links["b"].event_id, plan.absences) == ("b", 1, {})


def test_plan_of_an_instance_made_anew_opens_the_sale_that_was_ended_under_the_new_uuid() -> None:
    link = linked_at(START, absences=2, sale_closed_at=CLOSED_AT)
    plan = plan_of([at(START, "b")], [link], [sold(sale_close_at=CLOSED_AT)])
    assert about(plan) == [("move", "b", 1, "a"), ("reopen_sale", "b", 1, None)]


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
def test_plan_of_an_instance_made_anew_whose_event_was_deleted_keeps_that_in_mind(mode: Mode) -> None:
    plan = plan_of([at(START + WEEK, "b")], [linked_at(START, absences=5)], [], mode=mode)
    created = [("create", "b", None, None)] if mode is Mode.RESYNC else []
    assert about(plan) == [("move", "b", 1, "a"), *created]
    assert rejected(plan) == ([] if created else [("b", "event_missing_in_place2book", None, "1")])
    assert (plan.links["b"].uuid, plan.links["b"].prices) == ("b", {"cat-1": ours()})


def test_plan_of_a_retired_event_wanted_again_goes_on_with_its_event() -> None:
    later = replace(EVENT, begin_at=START + WEEK, end_at=START + WEEK + timedelta(hours=2))
    plan = plan_of([wanted(event=later)], [linked(status=LinkStatus.RETIRED)], [sold()])
    assert about(plan) == [("update", "a", 1, None)]
    assert plan.links["a"].status is LinkStatus.LIVE


def test_plan_of_a_cancelled_event_active_again_creates_it_or_opens_its_sale() -> None:
    removed = plan_of([wanted()], [linked(status=LinkStatus.DELETED)])
    assert about(removed) == [("create", "a", None, None)]
    kept = plan_of([wanted()], [linked(sale_closed_at=CLOSED_AT)], [sold(sale_close_at=CLOSED_AT)])
    assert said(kept.changes) == [("reopen_sale", "a", {"sale_close_at": (written_time(CLOSED_AT), None)})]


def test_plan_of_an_event_with_another_event_maker_leaves_it_where_it_is() -> None:
    plan = plan_of([wanted(event=RENAMED, event_maker=5001)], [linked()], [standing()])
    assert [(change.kind.value, change.event_maker) for change in plan.changes] == [("update", 5000)]
    assert rejected(plan) == [("a", "moved_event_maker", "event_maker", "5000")]


def test_plan_of_an_unsold_event_that_becomes_passive_ends_its_sale() -> None:
    plan = plan_of([wanted(event=PASSIVE_EVENT)], [linked()], [standing()])
    gone = {"name": ("Voksen", None), "value": (7500, None)}
    assert said(plan.changes) == [("update", "a", TO_PASSIVE), ("delete_price", "a", gone)]


@cases(
    "snapshot link moved",
    ("linked", [wanted(event=PASSIVE_EVENT)], linked(), []),
    (
        "moved",
        [at(START, "b", desired=replace(PASSIVE_EVENT, name="Andet"))],
        linked_at(START, "old"),
        [("move", "b", 1, "old")],
    ),
)
def test_plan_of_a_sold_event_that_becomes_passive_leaves_it(snapshot: list[Mapped], link: Link, moved: object) -> None:
    plan = plan_of(snapshot, [link], [sold()])
    assert about(plan) == moved
    assert rejected(plan) == [(snapshot[0].uuid, "removed_but_sold", "passive", "3")]
    assert plan.links[snapshot[0].uuid].event_id == 1


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.RESYNC])
def test_plan_of_a_passive_event_that_staff_sell_never_ends_their_sale(mode: Mode) -> None:
    link = linked(event=PASSIVE_EVENT)
    plan = plan_of([wanted(event=PASSIVE_EVENT)], [link], [sold(event=PASSIVE_EVENT, passive=False)], mode=mode)
    drift = [("drift", "a", {"passive": (True, False)})]
    assert said(plan.changes) == ([] if mode is Mode.RESYNC else drift)


def test_plan_of_a_passive_event_that_gets_categories_goes_on_sale() -> None:
    plan = plan_of([wanted()], [linked(event=PASSIVE_EVENT)], [standing(event=PASSIVE_EVENT, prices=())])
    assert said(plan.changes) == [
        ("update", "a", {"capacity": (1, 40), "passive": (True, False)}),
        ("create_price", "a", {"name": (None, "Voksen"), "value": (None, 7500)}),
    ]


def test_plan_of_categories_with_other_uuids_only_records_them() -> None:
    event = replace(EVENT, prices=(replace(ADULT, key="new"),))
    plan = plan_of([wanted(event=event)], [linked()], [sold()])
    assert said(plan.changes) == [("record", "a", {})]
    assert plan.links["a"].prices == {"new": ours()}


def test_plan_of_prices_keeps_what_was_claimed_with_every_change() -> None:
    event = replace(EVENT, prices=(replace(ADULT, key="new", value_ore=9000), CHILD))
    plan = plan_of([wanted(event=event)], [linked()], [sold()])
    assert about(plan) == [("update_price", "a", 1, None), ("create_price", "a", 1, None)]
    assert plan.links["a"].prices == {"new": ours()}


@cases(
    "snapshot links events",
    ("create", [wanted()], [], []),
    ("update", [wanted(event=RENAMED)], [linked()], [standing()]),
    ("gone", [], [linked(absences=2, counted_run="run-2")], [standing()]),
    ("cancelled-and-sold", [unwanted(Outcome.CANCELLED)], [linked()], [sold()]),
    ("rejected", [unwanted(Outcome.REJECTED, code="capacity_missing")], [], []),
    ("missing", [wanted()], [linked()], []),
    ("made-anew", [at(START, "b")], [linked_at(START, absences=1)], [standing()]),
)
def test_plan_limited_to_other_events_does_nothing(
    snapshot: list[Mapped], links: list[Link], events: list[CurrentEvent]
) -> None:
    assert plan_of(snapshot, links, events, events=frozenset({"other"})) == Plan()
    assert plan_of(snapshot, links, events, events=frozenset({"a", "b"})) == plan_of(snapshot, links, events)


def test_plan_limited_to_a_vanished_instance_does_not_remove_what_moved() -> None:
    assert plan_of([at(START, "b")], [linked_at(START, absences=1)], [standing()], events=frozenset({"a"})) == Plan()


def test_plan_of_a_price_removed_from_a_sold_event_goes_on_with_the_rest() -> None:
    event = replace(RENAMED, prices=(CHILD,))
    plan = plan_of([wanted(event=event)], [linked()], [standing(prices=(SOLD,))])
    assert [change.kind.value for change in plan.changes] == ["update", "create_price", "end_price_sale"]
    assert rejected(plan) == [("a", "price_has_sales", "Voksen", "3")]
