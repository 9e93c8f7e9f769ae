"""Every code is explained, in both languages and without gaps."""

from __future__ import annotations

import pytest

from billetbro.messages.explanations import CODES, Explanation, explain
from billetbro.sources.dpl_cms.words import WORDS as CMS

EXPECTED_CODES = {
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
    "link_still_shown",
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


def test_codes_that_are_explained_are_exactly_those_that_exist() -> None:
    assert CODES == EXPECTED_CODES


@pytest.mark.parametrize("code", sorted(EXPECTED_CODES))
def test_explain_of_each_code_is_whole_sentences_in_both_languages(code: str) -> None:
    plain = explain(code, CMS)
    full = explain(code, CMS, field="title", found="{fundet}", detail="%s {0}")
    for text in (plain.da, plain.en, full.da, full.en):
        assert text[0].isupper()
        assert text.count("  ") == 0
    assert plain.da.endswith(".")
    assert plain.en.endswith(".")
    assert plain.da != plain.en
    assert len(plain.da) <= 300
    assert "{" not in plain.da + plain.en


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        pytest.param(
            "ends_before_start",
            {"field": "ends_at", "found": "14.04.2026 kl. 19.00 – 14.04.2026 kl. 17.00"},
            Explanation(
                "Arrangementet slutter, før det begynder. Ret tidspunkterne i CMS. "
                "Fundet: 14.04.2026 kl. 19.00 – 14.04.2026 kl. 17.00.",
                "The event ends before it begins. Correct the times in the CMS. "
                "Found: 14.04.2026 kl. 19.00 – 14.04.2026 kl. 17.00.",
            ),
            id="what-was-found",
        ),
        pytest.param(
            "address_incomplete",
            {"field": "address.city"},
            Explanation(
                "Arrangementet holdes et andet sted end i afdelingen, og stedets adresse er ikke komplet: byen mangler "
                "eller kan ikke bruges. Holdes det i afdelingen, så tøm feltet ”Lokation” i CMS; ellers udfyld vej, "
                "postnummer og by.",
                "The event takes place away from the branch, and the place's address is not complete: the town is "
                "missing or cannot be used. If it is at the branch, empty the field “Lokation” in the CMS; otherwise "
                "enter street, postal code and town.",
            ),
            id="a-fields-own-name",
        ),
        pytest.param(
            "unreadable",
            {"field": "screen_names", "found": "x"},
            Explanation(
                "Vi kan ikke læse feltet ”screen_names” på arrangementet, så det er ikke overført. Ret feltet i CMS; "
                "ser det rigtigt ud, så sig det til den, der passer Billetbro. Fundet: x.",
                "We cannot read the field “screen_names” of the event, so it was not transferred. Correct the field in "
                "the CMS; if it looks right, tell whoever looks after Billetbro. Found: x.",
            ),
            id="a-field-that-has-no-name-of-ours",
        ),
    ],
)
def test_explain_with_details_says_them(code: str, values: dict[str, str], expected: Explanation) -> None:
    assert explain(code, CMS, **values) == expected


def test_explain_of_sold_tickets_that_nobody_can_count_says_so() -> None:
    explanation = explain("removed_but_sold", CMS, found="?", detail="the source event is gone")
    assert explanation.da.endswith("Solgte billetter: ukendt.")
    assert explanation.en.endswith("Tickets sold: unknown.")


def test_explain_of_a_refusal_quotes_the_apis_own_words() -> None:
    explanation = explain("refused_by_place2book", CMS, detail="address is\n invalid")
    assert explanation.da.endswith("Svaret var: ”address is invalid”")
    assert explanation.en.endswith("The answer was: “address is invalid”")


def test_explain_of_something_long_shows_its_beginning() -> None:
    assert explain("price_negative", CMS, found="x" * 500).en.endswith("x" * 199 + "….")


def test_explain_of_an_unknown_code_raises() -> None:
    with pytest.raises(KeyError, match="no_such_code"):
        explain("no_such_code", CMS)
