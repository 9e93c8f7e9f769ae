"""What may pass of a plan (behaviour 5 and 6), at the limits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from billetbro.models import Change, FieldChange, Kind, Mode, Refusal, Written
from billetbro.models.message import Message, Value
from billetbro.reconcile.planning.plan_parts import Plan
from billetbro.reconcile.policies import (
    apply_policies,
    distrust,
    fingerprint,
    guard_price_unit,
    guard_removals,
    leave_refused,
)
from billetbro.reconcile.sale_status.unsavable_event import Failing, fails_for_good
from tests.cases import cases
from tests.unit.reconcile.builders import linked, state_of, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW, RULES

KEEPS = tuple(kind for kind in Kind if kind not in (Kind.DELETE, Kind.END_SALE))


def change(kind: Kind, uuid: str = "a", **fields: Written) -> Change:
    changed = tuple(FieldChange(field=name, old=None, new=value) for name, value in fields.items())
    return Change(kind=kind, uuid=uuid, title="Foredrag", event_maker=5000, event_id=1, fields=changed)


def removals(count: int, kind: Kind = Kind.DELETE) -> list[Change]:
    return [change(kind, f"uuid-{number}") for number in range(count)]


def guarded(changes: Sequence[Change], live: int, size: int = 50, *, allow: bool = False) -> Plan:
    snapshot = [wanted(f"other-{number}") for number in range(size)]
    links = [linked(f"live-{number}", number + 1) for number in range(live)]
    return guard_removals(Plan(changes=list(changes)), state_of(snapshot, links, allow_mass_removal=allow))


@pytest.mark.parametrize("kind", [Kind.DELETE, Kind.END_SALE])
@cases(
    "count live blocked",
    ("count-reached-all-of-few", 3, 3, False),
    ("percentage-reached", 4, 20, False),
    ("both-exceeded", 4, 19, True),
    ("only-the-count-exceeded", 4, 21, False),
    ("both-exceeded-of-many", 21, 100, True),
    ("percentage-reached-of-many", 20, 100, False),
)
def test_removals_are_blocked_when_both_limits_are_exceeded(kind: Kind, count: int, live: int, blocked: bool) -> None:
    others = [change(other, "other") for other in KEEPS]
    result = guarded([*others, *removals(count, kind)], live)
    assert result.changes == (others if blocked else [*others, *removals(count, kind)])
    assert [(stopped.kind, stopped.why) for stopped in result.stopped] == [(kind, "removals_blocked")] * count * blocked
    assert (result.removals_blocked is not None) is blocked


def test_removals_blocked_say_how_many_of_how_many() -> None:
    values = {"removals": 5, "number": 10, "count": 3, "percent": 20}
    assert guarded(removals(5), 10).removals_blocked == Message("blocked.too_many", values)


def test_removals_of_both_kinds_count_together() -> None:
    both = removals(2) + removals(2, Kind.END_SALE)
    assert guarded(both, 10).changes == []


def test_removals_on_an_empty_snapshot_are_blocked_whatever_their_number() -> None:
    update = change(Kind.UPDATE, "other")
    result = guarded([update, *removals(1)], 50, size=0)
    assert (result.changes, result.removals_blocked) == ([update], Message("blocked.empty", {"number": 50}))


def test_removals_on_an_empty_snapshot_without_live_links_pass() -> None:
    retire = change(Kind.RETIRE)
    assert guarded([retire], 0, size=0) == Plan(changes=[retire])


@pytest.mark.parametrize("size", [0, 50])
def test_removals_that_a_person_allows_all_pass(size: int) -> None:
    assert guarded(removals(40), 50, size=size, allow=True) == Plan(changes=removals(40))


DAY = timedelta(days=1)
FAILING = Failing(since=NOW - DAY, runs=6, others_taken=False, others_fail=False)


@cases(
    "failing expected",
    ("a day's runs", FAILING, True),
    ("almost a day", replace(FAILING, since=NOW - DAY + timedelta(seconds=1)), False),
    ("few runs, as after a weekend", replace(FAILING, runs=5), False),
    ("the source saves nothing at all", replace(FAILING, others_fail=True), False),
    ("several, but others are saved", replace(FAILING, others_fail=True, others_taken=True), True),
    ("others are saved", replace(FAILING, others_taken=True), True),
)
def test_event_fails_for_good_when_it_is_not_the_source_that_is_ill(failing: Failing, expected: bool) -> None:
    assert fails_for_good(failing, NOW) is expected


UPDATE = [change(Kind.UPDATE, capacity=40), change(Kind.UPDATE_PRICE, value=7500)]


def refusal(changes: Sequence[Change], *, ago: timedelta = timedelta(hours=1)) -> dict[str, Refusal]:
    return {"a": Refusal(fingerprint=fingerprint(changes), tried_at=NOW - ago)}


def passed(changes: Sequence[Change], refusals: Mapping[str, Refusal], *, by_hand: bool = False) -> list[Change]:
    state = replace(state_of(by_hand=by_hand), refusals=refusals)
    return leave_refused(Plan(changes=list(changes)), state).changes


def test_refused_changes_wait_and_those_of_other_events_go_on() -> None:
    other = change(Kind.UPDATE, "b", capacity=40)
    assert passed([*UPDATE, other], refusal(UPDATE)) == [other]


def test_refused_changes_wait_until_a_day_has_passed() -> None:
    almost, whole = timedelta(days=1, seconds=-1), timedelta(days=1)
    assert passed(UPDATE, refusal(UPDATE, ago=almost)) == []
    assert passed(UPDATE, refusal(UPDATE, ago=whole)) == UPDATE


def test_refused_changes_are_tried_again_by_hand() -> None:
    assert passed(UPDATE, refusal(UPDATE), by_hand=True) == UPDATE


@cases(
    "changes",
    ("value", [replace(UPDATE[0], fields=(FieldChange(field="capacity", old=None, new=41),))]),
    ("kind", [replace(UPDATE[0], kind=Kind.CREATE)]),
    ("event-maker", [replace(UPDATE[0], event_maker=5001)]),
    ("ticket-category", [replace(UPDATE[0], price_key="cat-1")]),
    ("field", [replace(UPDATE[0], fields=(FieldChange(field="name", old=None, new=40),))]),
    ("one-more", UPDATE),
)
def test_refused_changes_are_tried_again_when_something_changed(changes: list[Change]) -> None:
    assert passed(changes, refusal(UPDATE[:1])) == changes


@cases(
    "kind same",
    ("end-of-a-sale", Kind.END_SALE, True),
    ("end-of-a-price", Kind.END_PRICE_SALE, True),
    ("update", Kind.UPDATE, False),
)
def test_fingerprint_of_what_happens_now_does_not_follow_the_clock(kind: Kind, same: bool) -> None:
    early, late = change(kind, sale_close_at="2026-03-01T12:00:00Z"), change(kind, sale_close_at="2026-03-01T13:00:00Z")
    assert (fingerprint([early]) == fingerprint([late])) is same


def test_fingerprint_does_not_follow_what_stands_in_place2book() -> None:
    old = (FieldChange(field="capacity", old=99, new=40),)
    assert fingerprint([replace(UPDATE[0], fields=old)]) == fingerprint(UPDATE[:1])


@cases(
    "missing unlisted live expected",
    ("nothing", 0, 0, 0, None),
    ("unlisted", 0, 1, 50, ("error.list_not_whole", {"library": "solbjerg", "unlisted": 1})),
    ("count-reached", 3, 0, 3, None),
    ("percentage-reached", 4, 0, 20, None),
    ("too-many-missing", 4, 0, 19, ("error.many_missing", {"library": "solbjerg", "missing": 4, "links": 19})),
)
def test_distrust_of_an_answer_that_contradicts_what_we_know(
    missing: int, unlisted: int, live: int, expected: tuple[str, dict[str, Value]] | None
) -> None:
    doubt = distrust(missing=missing, unlisted=unlisted, live_links=live, rules=RULES)
    assert doubt == (None if expected is None else Message(*expected))


def dearer(old: int, new: int, uuid: str = "a") -> Change:
    fields = (FieldChange(field="value", old=old, new=new),)
    return replace(change(Kind.UPDATE_PRICE, uuid), fields=fields)


@cases(
    "prices held",
    ("a-hundred-times-dearer", [(7500, 750000)] * 3, True),
    ("a-hundredth", [(750000, 7500)] * 3, True),
    ("kroner-that-were-cut", [(700, 75000)] * 3, True),
    ("no-more-than-two", [(7500, 750000)] * 2, False),
    ("less-than-fifty-times", [(7500, 374999)] * 3, False),
    ("fifty-times", [(7500, 375000)] * 3, True),
    ("a-fiftieth", [(375000, 7500)] * 3, True),
    ("no-more-than-half", [(7500, 750000)] * 3 + [(7500, 8000)] * 3, False),
    ("no-longer-free", [(0, 7500)] * 3, False),
    ("free-from-now-on", [(7500, 0)] * 3, False),
)
def test_prices_that_all_jump_are_not_sent(prices: list[tuple[int, int]], held: bool) -> None:
    changes = [dearer(old, new, f"uuid-{number}") for number, (old, new) in enumerate(prices)]
    plan = guard_price_unit(Plan(changes=changes), state_of())
    assert plan.changes == ([] if held else changes)
    assert [rejection.code for rejection in plan.rejections] == (["price_unit_doubted"] * len(prices) if held else [])
    assert guard_price_unit(Plan(changes=changes), state_of(mode=Mode.RESYNC)) == Plan(changes=changes)


def test_prices_that_all_jump_hold_back_what_else_touches_prices_and_nothing_more() -> None:
    jumps = [dearer(7500, 750000, f"uuid-{number}") for number in range(3)]
    new, named = change(Kind.CREATE, "new", **{"price.Voksen": 750000}), change(Kind.UPDATE, "uuid-1", name="Ny")
    replaced = [change(Kind.CREATE_PRICE, "b", value=750000), change(Kind.DELETE_PRICE, "b")]
    passive, removed = change(Kind.CREATE, "passive", capacity=1), change(Kind.DELETE_PRICE, "c")
    plan = guard_price_unit(Plan(changes=[*jumps, new, named, *replaced, passive, removed]), state_of())
    assert plan.changes == [named, passive, removed]
    assert {(rejection.uuid, rejection.found) for rejection in plan.rejections} == {
        ("uuid-0", "75,00 → 7500,00"),
        ("uuid-1", "75,00 → 7500,00"),
        ("uuid-2", "75,00 → 7500,00"),
        ("new", None),
        ("b", "– → 7500,00"),
    }


def test_policies_are_applied_in_their_order_and_what_each_stops_stands_with_its_code() -> None:
    jumps = [dearer(7500, 750000, f"uuid-{number}") for number in range(3)]
    refused, passing = change(Kind.UPDATE, "a", capacity=40), change(Kind.UPDATE, "b", capacity=40)
    gone = change(Kind.DELETE, "c")
    state = replace(state_of([], [linked()]), refusals=refusal([refused]))
    plan = apply_policies(Plan(changes=[refused, *jumps, gone, passing]), state)
    assert plan.changes == [passing]
    codes = ["removals_blocked", *["price_unit_doubted"] * 3, "refused_by_place2book"]
    assert [stopped.why for stopped in plan.stopped] == codes
    assert [rejection.code for rejection in plan.rejections] == ["price_unit_doubted"] * 3
