"""Every code has its sentence in every language, whole, filled in, and in the words of the library's own source."""

import re
from collections.abc import Iterator

import pytest

from billetbro.messages.catalogue import ANY_SOURCE, Translator, languages
from billetbro.messages.field_lines import shown_value
from billetbro.models import LinkStatus, Outcome, SourceState
from billetbro.models.message import Message
from billetbro.reconcile.diagnosis.why import why
from billetbro.reconcile.planning.owned_fields import desired_fields
from billetbro.reconcile.reasons import Why, reason_message, rejection_message
from billetbro.sources import kinds
from billetbro.sources.yesplan.values import state_words
from tests.cases import cases
from tests.catalogues import of_family
from tests.unit.reconcile.builders import EVENT
from tests.unit.reconcile.diagnosis.test_why import ROWS

REJECTIONS = {
    "address_incomplete",
    "begin_at_locked",
    "capacity_below_sold",
    "capacity_missing",
    "category_title_missing",
    "category_twice",
    "cms_cannot_save",
    "cms_refused",
    "description_cut",
    "ends_before_start",
    "event_missing_in_place2book",
    "link_replaced",
    "link_still_shown",
    "looks_like_existing",
    "moved_event_maker",
    "no_ticket_categories",
    "not_relevant",
    "outcome_unknown",
    "over",
    "price_currency",
    "price_has_sales",
    "price_missing",
    "price_negative",
    "price_not_a_number",
    "price_unit_doubted",
    "refused_by_place2book",
    "removals_blocked",
    "removed_but_sold",
    "same_source_page",
    "sales_link_taken",
    "sold_by_twin",
    "sold_elsewhere",
    "sold_twice",
    "still_cloned",
    "times_missing",
    "title_missing",
    "unknown_sales_link",
    "unreadable",
    "unreadable_in_place2book",
    "uuid_twice",
    "waits_for_twin",
}
STATUSES = ("planned", "applying", "applied", "failed", "held_back")
SOURCES = (*kinds(), ANY_SOURCE)
SAYS_ALONE = {
    "dpl_cms": ("CMS", "Eksternt system", "udgiv"),
    "yesplan": ("Yesplan", "prisfelt", "price field", "API"),
    ANY_SOURCE: ("kildesystem", "source system"),
}
"""What only one source's sentences say."""
EVERYWHERE = [Translator(language, source) for language in languages() for source in SOURCES]
OF_EACH = pytest.mark.parametrize("say", EVERYWHERE, ids=[f"{say.language}-{say.source}" for say in EVERYWHERE])


def sentences(say: Translator) -> Iterator[tuple[str, str]]:
    for code in sorted(REJECTIONS):
        yield code, say.say(rejection_message(code, field="title", found="noget", detail="nej"))
        yield f"{code} alone", say.say(rejection_message(code))
    for row, known in ROWS.items():
        yield f"why: {row}", say.say(why(known).answer.message)
    yield "cancelled", say("report.cancelled")


def phrases(say: Translator) -> Iterator[tuple[str, str]]:
    yield from ((why.name, say.say(reason_message(why))) for why in Why)
    yield "not listed", say("history.not_listed")


def test_rejections_with_a_sentence_are_exactly_those_that_exist() -> None:
    assert of_family("rejection") == REJECTIONS
    assert REJECTIONS & set(Why) == set(), "a change's reason is one or the other"


@cases(
    "family values",
    ("reasons", "reason", {*Why, "unknown"}),
    ("statuses of changes", "status", set(STATUSES)),
    ("statuses of links", "link", set(LinkStatus)),
    ("fields", "label", desired_fields(EVENT).keys()),
)
def test_every_value_has_its_sentence(family: str, values: set[str]) -> None:
    assert values - of_family(family) == set()


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.SOLD_ELSEWHERE, Outcome.OVER, Outcome.CANCELLED])
def test_outcome_without_a_code_has_its_sentence(outcome: Outcome) -> None:
    assert outcome in REJECTIONS or Translator().knows(f"report.{outcome}") or outcome is Outcome.SKIPPED


@OF_EACH
def test_everything_that_staff_are_told_is_filled_in_and_speaks_of_no_other_source(say: Translator) -> None:
    foreign = {name for source in SOURCES if source != say.source for name in SAYS_ALONE[source]}
    found = [
        (of, wrong, text)
        for of, text in [*sentences(say), *phrases(say)]
        for wrong in (*foreign, "{", "}", "  ")
        if re.search(rf"(?<!\w){re.escape(wrong)}", text, re.IGNORECASE)
    ]
    assert found == []


@OF_EACH
def test_sentences_begin_with_a_capital_and_codes_alone_end_with_a_full_stop_and_are_short(say: Translator) -> None:
    told = list(sentences(say))
    assert [(of, text) for of, text in told if not text[0].isupper()] == []
    alone = [(of, text) for of, text in told if of.endswith("alone")]
    assert [(of, text) for of, text in alone if not text.endswith(".") or len(text) > 300] == []


def test_reasons_of_a_language_differ_from_each_other() -> None:
    for say in EVERYWHERE:
        assert len({text for _, text in phrases(say)}) == len(Why) + 1


def test_cms_has_its_article_in_english_and_none_in_danish() -> None:
    danish, english = (
        [text for _, text in [*sentences(say), *phrases(say)]]
        for say in (Translator(language, "dpl_cms") for language in ("da", "en"))
    )
    assert [text for text in english if re.search(r"(?<![Tt]he )CMS", text)] == []
    assert [text for text in danish if "the CMS" in text or "CMS's" in text] == []


@pytest.mark.parametrize("language", languages())
def test_state_is_told_in_the_word_that_staff_see_in_the_source(language: str) -> None:
    for state in SourceState:
        assert shown_value(Translator(language, "yesplan"), "state", state) == state_words(state)
        assert shown_value(Translator(language, "dpl_cms"), "state", state) == state
    assert shown_value(Translator(language, "yesplan"), "state", "Få pladser") == "Få pladser"


@cases(
    "message danish english",
    (
        "what was found",
        rejection_message("ends_before_start", field="ends_at", found="14.04.2026 kl. 19.00"),
        "Arrangementet slutter, før det begynder. Ret tidspunkterne i CMS. Fundet: 14.04.2026 kl. 19.00.",
        "The event ends before it begins. Correct the times in the CMS. Found: 14.04.2026 kl. 19.00.",
    ),
    (
        "a field's name",
        rejection_message("unreadable", field="address.city"),
        "Vi kan ikke læse byen på arrangementet, så det er ikke overført. Ret feltet i CMS; ser det rigtigt ud, så "
        "sig det til den, der passer Billetbro.",
        "We cannot read the town of the event, so it was not transferred. Correct the field in the CMS; if it "
        "looks right, tell whoever looks after Billetbro.",
    ),
    (
        "a field that has no name of ours",
        rejection_message("unreadable", field="screen_names", found="x"),
        "Vi kan ikke læse feltet ”screen_names” på arrangementet, så det er ikke overført. Ret feltet i CMS; ser "
        "det rigtigt ud, så sig det til den, der passer Billetbro. Fundet: x.",
        "We cannot read the field “screen_names” of the event, so it was not transferred. Correct the field in "
        "the CMS; if it looks right, tell whoever looks after Billetbro. Found: x.",
    ),
    ("an old reason", reason_message("as said before"), "as said before", "as said before"),
    ("a later code", rejection_message("of_a_later_version"), "of_a_later_version", "of_a_later_version"),
    (
        "a reason",
        reason_message(Why.OVER),
        "arrangementet er slut; det bliver, som det er",
        "the event is over; it stays as it is",
    ),
)
def test_message_is_said_in_each_language(message: Message, danish: str, english: str) -> None:
    assert [Translator(language, "dpl_cms").say(message) for language in ("da", "en")] == [danish, english]


@cases(
    "message end",
    ("uncounted", rejection_message("removed_but_sold", found="?"), "Tickets sold: unknown."),
    (
        "the API's words",
        rejection_message("refused_by_place2book", detail="address is\n invalid"),
        "The answer was: “address is invalid”",
    ),
    ("long", rejection_message("price_negative", found="x" * 500), "x" * 199 + "…."),
    (
        "what looks like a placeholder",
        rejection_message("refused_by_place2book", detail="{source} {0}"),
        "The answer was: “{source} {0}”",
    ),
    ("a price", rejection_message("price_has_sales", field="Voksen", found="2"), "Price: Voksen. Tickets sold: 2."),
)
def test_details_follow_the_sentence(message: Message, end: str) -> None:
    assert Translator("en", "dpl_cms").say(message).endswith(end)


@cases(
    "say start",
    ("any source", Translator("da"), "Kildesystemet ville ikke tage imod"),
    ("any source in English", Translator("en"), "The source system did not accept"),
    ("the CMS", Translator("en", "dpl_cms"), "The CMS did not accept"),
)
def test_source_at_the_start_of_a_sentence_has_a_capital(say: Translator, start: str) -> None:
    assert say.say(rejection_message("cms_refused")).startswith(start)
