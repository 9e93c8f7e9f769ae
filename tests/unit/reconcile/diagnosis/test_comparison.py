"""The source, Place2book and what was last applied, side by side: which differences there are."""

from dataclasses import replace
from typing import Any

from billetbro.models import SourceState
from billetbro.reconcile.diagnosis.comparison import Mark, compare_fields, compare_prices
from billetbro.reconcile.diagnosis.facts import EventFacts
from billetbro.reconcile.planning.owned_fields import desired_fields
from tests.cases import cases
from tests.unit.reconcile.builders import ADULT, CHILD, EVENT, linked, ours, price, standing, unwanted, wanted
from tests.unit.reconcile.diagnosis.test_checklist import SOURCE
from tests.unit.reconcile.diagnosis.test_why import LINK, Outcome, facts, shown

RENAMED = replace(EVENT, name="Foredrag om delfiner")


def marks(known: EventFacts) -> dict[str, Mark | None]:
    return {one.field: one.mark for one in compare_fields(known)}


def test_event_that_is_everywhere_as_its_source_says_has_no_difference() -> None:
    found = marks(facts())
    assert set(found) == {*desired_fields(EVENT), "url", "state"}
    assert set(found.values()) == {Mark.SAME}
    assert [one.mark for one in compare_prices(facts())] == [Mark.SAME]


@cases(
    "field mark known",
    ("changed at the source", "name", Mark.PENDING, facts(mapped=shown(event=RENAMED))),
    (
        "changed by staff",
        "capacity",
        Mark.DRIFT,
        facts(current=standing(capacity=60), link=linked(drift={"capacity": 60})),
    ),
    ("changed by staff since the last run", "capacity", Mark.DIFFERENT, facts(current=standing(capacity=60))),
    ("unlimited", "capacity", Mark.DIFFERENT, facts(current=standing(capacity=None))),
    (
        "in Place2book's own form",
        "name",
        Mark.SAME,
        facts(current=standing(name="Foredrag om"), link=linked(echo={"name": "Foredrag om"})),
    ),
    (
        "in its own form, and changed at the source",
        "name",
        Mark.PENDING,
        facts(
            mapped=shown(event=RENAMED),
            current=standing(name="Foredrag om"),
            link=linked(echo={"name": "Foredrag om"}),
        ),
    ),
    (
        "an adopted event's, never applied",
        "name",
        Mark.PENDING,
        facts(current=standing(name="A"), link=linked(applied={})),
    ),
    ("not in Place2book", "name", None, facts(link=None, current=None)),
    ("not ours any more", "description_long", None, facts(mapped=unwanted(Outcome.SKIPPED), source=SOURCE)),
    (
        "a plain field of what is not ours any more",
        "capacity",
        Mark.SAME,
        facts(mapped=unwanted(Outcome.SKIPPED), source=SOURCE),
    ),
    ("the link is not shown", "url", Mark.DIFFERENT, facts(mapped=wanted())),
    (
        "the link is shown in another form",
        "url",
        Mark.SAME,
        facts(mapped=shown(link="http://place2book.com/events/sec1")),
    ),
    ("the state is another", "state", Mark.DIFFERENT, facts(mapped=shown(state=SourceState.SOLD_OUT))),
    ("a sale that is over has no state", "state", None, facts(current=standing(state="held"))),
)
def test_field_is_marked(field: str, mark: Mark | None, known: EventFacts) -> None:
    assert marks(known)[field] == mark


def test_each_column_is_what_it_says() -> None:
    known = facts(mapped=shown(event=RENAMED), current=standing(name="Hvaler"), link=linked(echo={"url": LINK}))
    found = {one.field: (one.source, one.current, one.applied) for one in compare_fields(known)}
    assert found["name"] == (RENAMED.name, "Hvaler", EVENT.name)
    assert found["url"] == (LINK, LINK, LINK)


def prices(known: EventFacts) -> list[tuple[Any, ...]]:
    return [(one.source, one.current, one.applied, one.mark) for one in compare_prices(known)]


def test_every_price_has_its_row() -> None:
    event = replace(EVENT, prices=(replace(ADULT, value_ore=8000), CHILD))
    current = standing(prices=(price(), price(13, name="Klub", value_ore=1000), price(14, name="Før", value_ore=1)))
    link = linked(prices={"cat-1": ours(), "cat-0": ours(14, name="Før", value_ore=1)})
    assert prices(facts(mapped=shown(event=event), current=current, link=link)) == [
        (("Voksen", 8000), ("Voksen", 7500), ("Voksen", 7500), Mark.PENDING),
        (("Barn", 2500), None, None, Mark.PENDING),
        (None, ("Før", 1), ("Før", 1), None),
        (None, ("Klub", 1000), None, None),
    ]


def test_price_that_staff_changed_or_deleted_is_marked() -> None:
    assert [one[-1] for one in prices(facts(current=standing(prices=(price(value_ore=1),))))] == [Mark.DRIFT]
    assert [one[-1] for one in prices(facts(current=standing(prices=())))] == [Mark.DIFFERENT]
    assert prices(facts(link=None, current=None, mapped=None)) == []
