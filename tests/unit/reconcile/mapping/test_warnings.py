"""Warnings: of what goes on sale and probably is not as it was meant."""

from dataclasses import replace

import pytest

from billetbro.models import Outcome
from billetbro.reconcile.mapping.event import map_event
from billetbro.reconcile.mapping.warnings import DESCRIPTION_CUT, STILL_CLONED, warnings_of
from tests.cases import cases
from tests.unit.reconcile.mapping.mapping_examples import EVENT, NOW, RULES


@cases(
    "title",
    ("as-the-website-writes-it", "Koncert - cloned"),
    ("capital", "Koncert - Cloned"),
    ("capitals-and-a-space-behind", "KONCERT - CLONED "),
    ("no-space", "Koncert -cloned"),
    ("two-spaces", "Koncert-  cloned"),
    ("no-break-spaces-and-an-invisible-one", "Koncert\u00a0-\u00a0cloned\u200b"),
    ("en-dash", "Koncert – cloned"),
    ("em-dash", "Koncert — cloned"),
    ("no-break-hyphen", "Koncert \u2011 cloned"),
    ("minus-sign", "Koncert \u2212 cloned"),
    ("clone-of-a-clone", "Koncert - cloned - cloned"),
    ("nothing-else", "- cloned"),
)
def test_warnings_of_a_title_that_still_ends_in_cloned_name_it(title: str) -> None:
    assert warnings_of(title, Outcome.TICKET_EVENT) == (STILL_CLONED,)


@pytest.mark.parametrize("title", ["", "Koncert", "Cloned", "Vi taler om at være cloned", "Cyklon-cloned i byen"])
def test_warnings_of_any_other_title_are_none(title: str) -> None:
    assert warnings_of(title, Outcome.TICKET_EVENT) == ()


def test_warnings_of_a_description_that_is_cut_name_it() -> None:
    assert warnings_of("Koncert", Outcome.TICKET_EVENT, cut=True) == (DESCRIPTION_CUT,)
    assert warnings_of("Koncert - cloned", Outcome.PASSIVE_EVENT, cut=True) == (STILL_CLONED, DESCRIPTION_CUT)
    assert warnings_of("Koncert", Outcome.REJECTED, cut=True) == ()


@pytest.mark.parametrize("outcome", Outcome)
def test_warnings_are_only_of_what_is_transferred(outcome: Outcome) -> None:
    warned = outcome in (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT)
    assert warnings_of("Koncert - cloned", outcome) == ((STILL_CLONED,) if warned else ())


def test_map_event_with_a_title_that_ends_in_cloned_goes_on_sale_under_it() -> None:
    mapped = map_event(replace(EVENT, title="Koncert &ndash; cloned"), RULES, NOW)
    assert (mapped.outcome, mapped.code) == (Outcome.TICKET_EVENT, None)
    assert (mapped.title, mapped.desired.name) == ("Koncert – cloned", "Koncert – cloned")
