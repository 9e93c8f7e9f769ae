"""Why an event has no ticket button: a row for each answer, and what is told after it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from billetbro.messages.catalogue import Translator
from billetbro.models import LinkStatus, Outcome, SourceState
from billetbro.models.message import Message
from billetbro.reconcile.diagnosis.facts import EventFacts, LastRun
from billetbro.reconcile.diagnosis.why import why
from billetbro.reconcile.reasons import Why, rejection_message
from tests.cases import cases
from tests.catalogues import of_family
from tests.unit.reconcile.builders import END, PASSIVE_EVENT, SALES, START, linked, price, standing, unwanted, wanted
from tests.unit.reconcile.mapping.mapping_examples import NOW

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LINK = f"{SALES}sec1"
REFUSED = Message("Place2book would not.")
NO_ANSWER = Message("error.taken_over")
FAILED = LastRun(started_at=NOW, errors={"load": Message("error.nobody_named")})
DANISH, ENGLISH = Translator("da", "dpl_cms"), Translator("en", "dpl_cms")


def shown(**changes: Any) -> Any:
    return wanted(**{"link": LINK, "state": SourceState.ACTIVE} | changes)


def facts(**changes: Any) -> EventFacts:
    """Return what is known of an event whose sale is open and whose button is there, and what differs from it."""
    values: dict[str, Any] = {
        "now": NOW,
        "timezone": "Europe/Copenhagen",
        "read_at": NOW - HOUR,
        "last_run": LastRun(started_at=NOW - HOUR),
        "seen_at": NOW - HOUR,
        "present": True,
        "mapped": shown(),
        "link": linked(state_written=SourceState.ACTIVE),
        "current": standing(),
    }
    return EventFacts(**values | changes)


def selling(now: datetime = NOW, **changes: Any) -> EventFacts:
    return facts(current=standing(**changes), now=now)


NO_PURCHASES = LastRun(started_at=NOW, errors={"export_purchases": NO_ANSWER})
NOT_LINKED = {"link": None, "current": None, "mapped": wanted()}
DELETED = NOT_LINKED | {"link": linked(status=LinkStatus.DELETED), "removed_because": Why.CANCELLED}
NOT_SHOWN = {"mapped": wanted(), "link": linked()}

ROWS = {
    "never_read": facts(read_at=None, last_run=None, seen_at=None, present=False, mapped=None, link=None, current=None),
    "never_seen": facts(seen_at=None, present=False, mapped=None, link=None, current=None),
    "over, by its end": facts(now=END + HOUR, read_at=END, present=False),
    "over, by its outcome": facts(mapped=unwanted(Outcome.OVER, code="over")),
    "over, and only the link is left": facts(now=END + HOUR, read_at=END, present=False, mapped=None),
    "not_in_list": facts(present=False, seen_at=NOW - DAY),
    "not_in_list, of what is asked for": facts(present=False, asked_from=START),
    "not_in_list, and never linked": facts(present=False, asked_from=START + DAY, link=None),
    "began_before_list": facts(present=False, asked_from=START + HOUR / 2, now=START + HOUR, read_at=START + HOUR),
    "not_judged_yet": facts(mapped=None, link=None, current=None),
    "run_failed, before it was mapped": facts(mapped=None, link=None, current=None, last_run=FAILED),
    "not_relevant": facts(mapped=unwanted(Outcome.SKIPPED, code="not_relevant")),
    "no_ticket_categories": facts(mapped=unwanted(Outcome.SKIPPED, code="no_ticket_categories")),
    "sold_elsewhere": facts(
        mapped=unwanted(Outcome.SOLD_ELSEWHERE, code="sold_elsewhere", field="link", found="https://example.com/1")
    ),
    "cancelled": facts(mapped=unwanted(Outcome.CANCELLED)),
    "capacity_missing": facts(
        mapped=unwanted(Outcome.REJECTED, code="capacity_missing", field="capacity", found="0"), link=None, current=None
    ),
    "ends_before_start": facts(
        mapped=unwanted(Outcome.REJECTED, code="ends_before_start", field="ends_at", starts_at=END, ends_at=NOW - DAY),
        link=linked(status=LinkStatus.RETIRED),
    ),
    "passive": facts(mapped=wanted(event=PASSIVE_EVENT), current=standing(event=PASSIVE_EVENT)),
    "not_created_yet": facts(**NOT_LINKED),
    "not_created_yet, only its purchases failed": facts(**NOT_LINKED, last_run=NO_PURCHASES),
    "not_created_yet, retired": facts(**NOT_LINKED | {"link": linked(status=LinkStatus.RETIRED)}),
    "refused_by_place2book": facts(**NOT_LINKED, rejections={"refused_by_place2book": REFUSED}),
    "run_failed, before it was created": facts(**NOT_LINKED, last_run=FAILED),
    "removed": facts(**DELETED),
    "event_missing_in_place2book": facts(current=None, rejections={"event_missing_in_place2book": REFUSED}),
    "not_in_place2book": facts(current=None),
    "passive_in_place2book": selling(passive=True),
    "no_sales_link": facts(link=linked(sales_location="", state_written=None), mapped=wanted()),
    "write_back_failed": facts(**NOT_SHOWN, failed_write_back=NO_ANSWER),
    "link_replaced": facts(**NOT_SHOWN, rejections={"link_replaced": REFUSED}),
    "cms_refused": facts(**NOT_SHOWN, failed_write_back=NO_ANSWER, rejections={"cms_refused": REFUSED}),
    "cms_cannot_save": facts(**NOT_SHOWN, failed_write_back=NO_ANSWER, rejections={"cms_cannot_save": REFUSED}),
    "run_failed, before it was written back": facts(**NOT_SHOWN, last_run=FAILED),
    "write_back_due": facts(**NOT_SHOWN),
    "write_back_due, another link is shown": facts(mapped=shown(link=f"{SALES}another")),
    "write_back_due, the sale has opened since": facts(
        mapped=shown(state=SourceState.TICKET_SALE_NOT_OPEN), link=linked()
    ),
    "sale_over": selling(state="held"),
    "paused": selling(paused=True),
    "paused, by active alone": selling(active=False),
    "paused, by active alone, after the sale of a price": selling(
        active=False, prices=(price(sale_end_at=NOW - DAY), price(12))
    ),
    "paused, after its sale": selling(paused=True, sale_close_at=NOW - DAY),
    "sale_ended_by_us": facts(
        link=linked(sale_closed_at=NOW - DAY), current=standing(sale_close_at=NOW - DAY), removed_because=Why.CANCELLED
    ),
    "sale_closed": selling(prices=(price(sale_end_at=NOW - DAY), price(12, sale_end_at=NOW - HOUR))),
    "upcoming": selling(prices=(price(sale_begin_at=NOW + DAY), price(12, sale_begin_at=NOW + HOUR))),
    "sold_out": selling(available_tickets=0),
    "waiting_list": selling(available_tickets=0, waiting_list=True),
    "state_set_by_hand": facts(mapped=shown(state=SourceState.SOLD_OUT)),
    "has_button": facts(),
    "has_button, its latest edit was rejected": facts(
        mapped=shown(outcome=Outcome.REJECTED, code="capacity_missing", desired=None)
    ),
    "has_button, at a source that shows no state": facts(mapped=shown(state=None, shows=("link",))),
    "has_button, by another form of its link": facts(mapped=shown(link="http://place2book.com/events/sec1")),
}


@pytest.mark.parametrize("row", ROWS)
def test_why_of_each_row_is_its_answer(row: str) -> None:
    code = row.partition(",")[0]
    found = why(ROWS[row])
    assert (found.answer.code, found.has_button) == (code, code == "has_button")


def test_why_has_a_row_for_every_answer_of_its_own() -> None:
    further = {"removals_blocked", "old_reading", "single_date", "never_seen.pruned"}
    assert {row.partition(",")[0] for row in ROWS} >= of_family("answer") - further


@pytest.mark.parametrize(
    ("row", "danish", "english"),
    [
        ("upcoming", "det åbner 01.03.2026 kl. 14.00", "it opens 01.03.2026 14:00"),
        (
            "sale_closed",
            "lukket i Place2book siden 01.03.2026 kl. 12.00",
            "closed in Place2book since 01.03.2026 12:00",
        ),
        ("not_in_list", "sidst set 28.02.2026 kl. 13.00", "seen last 28.02.2026 13:00"),
        (
            "began_before_list",
            "begyndt 14.04.2026 kl. 19.00, og CMS' liste læses kun fra 14.04.2026 kl. 19.30",
            "began 14.04.2026 19:00, and the CMS's list is read from 14.04.2026 19:30",
        ),
        ("removed", "fordi arrangementet er aflyst i CMS", "because the event is cancelled in the CMS"),
        ("sale_ended_by_us", "fordi arrangementet er aflyst i CMS;", "because the event is cancelled in the CMS;"),
        ("write_back_failed", f"kørsel. {Translator('da').say(NO_ANSWER)}", f"run. {Translator('en').say(NO_ANSWER)}"),
        ("run_failed, before it was created", "load: Ingen blev nævnt", "load: Nobody was named"),
        ("has_button", f"linket {LINK} står", f"the link {LINK} stands"),
        ("sold_elsewhere", "Linket er: https://example.com/1", "The link is: https://example.com/1"),
        ("not_in_place2book", "nummer 1 i Place2book", "number 1 in Place2book"),
    ],
)
def test_why_tells_moments_in_the_librarys_zone_in_both_languages(row: str, danish: str, english: str) -> None:
    message = why(ROWS[row]).answer.message
    said = DANISH.say(message), ENGLISH.say(message)
    assert (danish in said[0], english in said[1]) == (True, True), said


def test_event_never_seen_may_have_been_removed() -> None:
    never = facts(seen_at=None, present=False, mapped=None, link=None, current=None, pruned_before=NOW - 730 * DAY)
    told = why(never).answer.message
    assert "Hvad der var slut før 01.03.2024 kl. 13.00, kan være slettet siden." in DANISH.say(told)
    assert "What was over before 01.03.2024 13:00 may have been removed since." in ENGLISH.say(told)


def test_why_names_states_in_the_words_that_the_venue_reads() -> None:
    said = Translator("da", "yesplan").say(why(ROWS["state_set_by_hand"]).answer.message)
    assert "status i Yesplan er sat til ”Udsolgt” i hånden" in said
    assert said.endswith("Sæt den til ”I salg” i Yesplan.")


PATCHED_DATE = facts(mapped=shown(series_uuid="krea"), state_patched=True)
BLOCKED = LastRun(started_at=NOW, removals_blocked=Message("blocked.empty", {"number": 2}))


@cases(
    "known further",
    ("nothing", facts(), []),
    ("the latest run failed", facts(last_run=FAILED), ["run_failed"]),
    ("only its purchases failed", facts(last_run=NO_PURCHASES), []),
    ("the latest run failed, which is the answer", facts(**NOT_LINKED, last_run=FAILED), []),
    ("held back", facts(rejections={"capacity_below_sold": REFUSED}), ["capacity_below_sold"]),
    ("gone, and kept by the guard", facts(present=False, last_run=BLOCKED), ["removals_blocked"]),
    ("cancelled, and kept", facts(mapped=unwanted(Outcome.CANCELLED), last_run=BLOCKED), ["removals_blocked"]),
    ("other events were kept", facts(last_run=BLOCKED), []),
    ("gone, and never linked", facts(present=False, last_run=BLOCKED, link=None), []),
    ("over, which is no removal", facts(present=False, last_run=BLOCKED, now=END + HOUR, read_at=END), []),
    ("a copy that nobody saw to", facts(mapped=replace(shown(), title="Koncert - cloned")), ["still_cloned"]),
    ("a body that was cut", facts(mapped=replace(shown(), cut=True)), ["description_cut"]),
    ("a copy that is gone", facts(mapped=replace(shown(), title="Koncert - cloned"), present=False), []),
    ("an old reading", facts(read_at=NOW - 4 * HOUR), ["old_reading"]),
    ("a date of a series whose state is ours", PATCHED_DATE, ["single_date"]),
    ("a date that shows the series' state", replace(PATCHED_DATE, state_patched=False), []),
    ("an event of its own whose state is ours", replace(PATCHED_DATE, mapped=shown()), []),
    ("a date that is over", replace(PATCHED_DATE, now=END + HOUR, read_at=END), []),
    ("a date that is gone", replace(PATCHED_DATE, present=False, seen_at=NOW - DAY), []),
    (
        "all at once",
        facts(**NOT_LINKED, rejections={"outcome_unknown": REFUSED}, read_at=NOW - DAY, last_run=FAILED),
        ["run_failed", "old_reading"],
    ),
)
def test_why_tells_what_else_is_known_after_its_answer(known: EventFacts, further: list[str]) -> None:
    assert [answer.code for answer in why(known).further] == further


def test_why_tells_of_blocked_removals() -> None:
    (told,) = why(facts(present=False, last_run=BLOCKED)).further
    assert ENGLISH.say(told.message).endswith(
        "whole library: The list of events is empty, but 2 events are linked: nothing was removed."
    )


def test_why_tells_what_went_wrong_in_each_step() -> None:
    failed = replace(FAILED, errors={"writeback": NO_ANSWER, **FAILED.errors})
    said = ENGLISH.say(why(facts(**NOT_LINKED, last_run=failed)).answer.message)
    assert ("load: Nobody was named" in said, f"writeback: {ENGLISH.say(NO_ANSWER)}" in said) == (True, True)


def test_why_tells_that_a_date_is_cancelled_on_the_date_itself() -> None:
    (told,) = why(PATCHED_DATE).further
    assert DANISH.say(told.message).endswith("skal den aflyses, så sæt ”Aflyst” på selve datoen i CMS.")


def test_why_of_a_rejected_event_explains_its_code() -> None:
    expected = rejection_message("capacity_missing", field="capacity", found="0")
    assert why(ROWS["capacity_missing"]).answer.message == expected


def test_why_follows_the_moment_at_which_the_sale_opens() -> None:
    opening = replace(
        ROWS["upcoming"],
        now=NOW + HOUR,
        mapped=shown(state=SourceState.TICKET_SALE_NOT_OPEN),
        link=linked(state_written=SourceState.TICKET_SALE_NOT_OPEN),
    )
    assert [why(ROWS["upcoming"]).answer.code, why(opening).answer.code] == ["upcoming", "write_back_due"]
