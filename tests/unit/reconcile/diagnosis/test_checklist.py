"""The checklist of support: for each point when it is passed, failed or not known, and where it stops."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billetbro.messages.catalogue import Translator, languages
from billetbro.models import SourceEvent, SourceState, TicketCategory
from billetbro.reconcile.diagnosis.checklist import Checked, Point, Verdict, checklist
from billetbro.reconcile.diagnosis.facts import EventFacts
from billetbro.reconcile.mapping.event import map_event
from billetbro.reconcile.reasons import rejection_message
from billetbro.sources import kinds
from tests.cases import cases
from tests.unit.reconcile.builders import END, START
from tests.unit.reconcile.diagnosis.test_why import (
    DAY,
    DELETED,
    FAILED,
    HOUR,
    LINK,
    NO_ANSWER,
    REFUSED,
    ROWS,
    facts,
)
from tests.unit.reconcile.mapping.mapping_examples import EVENT, NOW, RULES

SOURCE = replace(EVENT, link=LINK, state=SourceState.ACTIVE)
ADULT = TicketCategory(uuid="cat-1", title="Voksen", amount=Decimal(75), currency="DKK")
ELSEWHERE = "https://tickets.example.com/1"
NOWHERE: dict[str, Any] = {"link": None, "current": None}
NOT_READ = {"source": None, "mapped": None}


def known(changes: dict[str, Any] | None = None, **more: Any) -> EventFacts:
    """Return the facts of an event whose source says it like this, mapped by the rules."""
    source: SourceEvent = replace(SOURCE, **changes or {})
    return facts(**{"source": source, "mapped": map_event(source, RULES, NOW)} | more)


def point(facts: EventFacts, which: Point) -> Checked:
    (found,) = [one for one in checklist(facts).points if one.point is which]
    return found


def test_points_are_in_the_order_of_supports_questions() -> None:
    order = ("relevant", "capacity", "prices", "published", "link", "series", "refused", "waiting")
    assert tuple(one.point for one in checklist(known()).points) == order


def test_event_with_its_button_passes_every_point() -> None:
    found = checklist(known())
    assert {one.verdict for one in found.points} == {Verdict.PASSED}
    assert (found.told.has_button, found.failing) == (True, None)


@cases(
    "which verdict known",
    ("marked", Point.RELEVANT, "passed", known()),
    ("not marked", Point.RELEVANT, "failed", known({"relevant": False})),
    ("mark unreadable", Point.RELEVANT, "unknown", known({"unreadable": {"relevant": "måske"}})),
    ("mark of an event that was not read", Point.RELEVANT, "unknown", facts(**NOT_READ)),
    ("capacity of one", Point.CAPACITY, "passed", known({"capacity": 1})),
    ("no capacity", Point.CAPACITY, "failed", known({"capacity": None})),
    ("capacity 0", Point.CAPACITY, "failed", known({"capacity": 0})),
    ("negative capacity", Point.CAPACITY, "failed", known({"capacity": -1})),
    ("capacity unreadable", Point.CAPACITY, "failed", known({"capacity": None, "unreadable": {"capacity": "30-40"}})),
    ("capacity not read", Point.CAPACITY, "unknown", facts(**NOT_READ)),
    ("a price", Point.PRICES, "passed", known()),
    ("a free ticket", Point.PRICES, "passed", known({"ticket_categories": (replace(ADULT, amount=Decimal(0)),)})),
    ("no categories", Point.PRICES, "failed", known({"ticket_categories": ()})),
    ("no price", Point.PRICES, "failed", known({"ticket_categories": (replace(ADULT, amount=None),)})),
    ("a price below 0", Point.PRICES, "failed", known({"ticket_categories": (replace(ADULT, amount=Decimal(-1)),)})),
    (
        "no price of an event that is not ours",
        Point.PRICES,
        "failed",
        known({"ticket_categories": (replace(ADULT, amount=None),), "relevant": False}),
    ),
    (
        "a price that is no number",
        Point.PRICES,
        "failed",
        known({"unreadable": {"ticket_categories.price": "gratis"}}),
    ),
    ("categories not read", Point.PRICES, "unknown", facts(**NOT_READ)),
    ("listed", Point.PUBLISHED, "passed", known()),
    ("not listed any more", Point.PUBLISHED, "failed", known(present=False, seen_at=NOW - DAY)),
    ("over, and not listed", Point.PUBLISHED, "failed", known(present=False, now=END + HOUR, read_at=END)),
    (
        "began before what is listed",
        Point.PUBLISHED,
        "unknown",
        known(present=False, asked_from=START + HOUR / 2, now=START + HOUR, read_at=START + HOUR),
    ),
    ("no link", Point.LINK, "passed", known({"link": None})),
    ("our link", Point.LINK, "passed", known()),
    ("another vendor's link", Point.LINK, "failed", known({"link": ELSEWHERE})),
    ("a link that nobody looked at", Point.LINK, "unknown", known({"link": ELSEWHERE, "relevant": False})),
    ("our link of an event that is not ours now", Point.LINK, "passed", known({"relevant": False})),
    ("a link that is not mapped yet", Point.LINK, "unknown", known({"link": ELSEWHERE}, mapped=None)),
    ("one event", Point.SERIES, "passed", known()),
    ("a date of a series", Point.SERIES, "unknown", known({"series_uuid": "krea"})),
    ("a date whose state is ours", Point.SERIES, "unknown", known({"series_uuid": "krea"}, state_patched=True)),
    ("its state set by hand", Point.SERIES, "failed", known({"state": SourceState.SOLD_OUT})),
    ("a link on its series", Point.SERIES, "failed", known(rejections={"link_still_shown": REFUSED})),
    ("nothing refused", Point.REFUSED, "passed", known()),
    ("refused by Place2book", Point.REFUSED, "failed", known(rejections={"refused_by_place2book": REFUSED})),
    ("rejected by the rules", Point.REFUSED, "failed", known({"title": " "}, **NOWHERE)),
    ("its link not accepted", Point.REFUSED, "failed", known({"link": None}, failed_write_back=NO_ANSWER)),
    (
        "what has a point of its own",
        Point.REFUSED,
        "passed",
        known({"capacity": 0}, **NOWHERE, rejections={"capacity_missing": REFUSED}),
    ),
    ("nothing due", Point.WAITING, "passed", known()),
    ("not created yet", Point.WAITING, "failed", known({"link": None}, **NOWHERE)),
    ("its link not written yet", Point.WAITING, "failed", known({"link": None})),
    ("not mapped yet", Point.WAITING, "failed", known(mapped=None, **NOWHERE)),
    ("to be created anew", Point.WAITING, "failed", known({"link": None}, link=DELETED["link"], current=None)),
    ("runs fail", Point.WAITING, "failed", known(last_run=FAILED)),
    ("runs do not come", Point.WAITING, "failed", known(read_at=NOW - timedelta(hours=4))),
    ("never run", Point.WAITING, "unknown", known(last_run=None)),
)
def test_point_is_passed_failed_or_not_known(which: Point, verdict: str, known: EventFacts) -> None:
    assert point(known, which).verdict == verdict


@cases(
    "failing known",
    ("the mark, whatever else is missing", Point.RELEVANT, known({"relevant": False, "capacity": None}, **NOWHERE)),
    ("the capacity", Point.CAPACITY, known({"capacity": None}, **NOWHERE)),
    ("the price", Point.PRICES, known({"ticket_categories": ()}, **NOWHERE)),
    ("gone", Point.PUBLISHED, known(present=False, seen_at=NOW - DAY)),
    ("another vendor", Point.LINK, known({"link": ELSEWHERE}, **NOWHERE)),
    (
        "refused before it waits",
        Point.REFUSED,
        known(**NOWHERE, rejections={"outcome_unknown": REFUSED}, last_run=FAILED),
    ),
    ("only waiting", Point.WAITING, known({"link": None}, **NOWHERE)),
    ("a sale that staff paused, which is no point", None, facts(source=SOURCE, current=ROWS["paused"].current)),
    ("it has its button, and something was refused", None, known(rejections={"capacity_below_sold": REFUSED})),
)
def test_first_point_that_failed_is_where_it_stops(failing: Point | None, known: EventFacts) -> None:
    assert checklist(known).failing == failing


def test_refusal_is_told_in_its_own_words() -> None:
    words = rejection_message("refused_by_place2book", detail="Navnet er for langt")
    told = point(known(**NOWHERE, rejections={"refused_by_place2book": words}), Point.REFUSED).message
    assert "Navnet er for langt" in Translator("da").say(told)
    both = known(**NOWHERE, rejections={"refused_by_place2book": words, "outcome_unknown": REFUSED})
    said = Translator("da").say(point(both, Point.REFUSED).message)
    assert ("Navnet er for langt" in said, str(REFUSED.key) in said) == (True, True)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("source", kinds())
def test_every_point_says_something_in_every_language(language: str, source: str) -> None:
    say = Translator(language, source)
    for row in (*ROWS.values(), known(), facts(**NOT_READ), known(last_run=None), known({"series_uuid": "krea"})):
        for one in checklist(row).points:
            said = (say(f"check.{one.point}"), say.say(one.message))
            assert all(said), one
            assert not any(text.startswith("check.") or "{" in text for text in said), said
