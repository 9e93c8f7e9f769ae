"""Two events of two sources are the same one by their titles and starts."""

from datetime import datetime, timedelta

import pytest

from billetbro.reconcile.matching.similarity import features_of, is_alike, is_same
from tests.cases import cases
from tests.unit.reconcile.builders import START

SAME = [
    [("Foredrag om hvaler", "FOREDRAG  om\thvaler"), ("Koncert: Åse & Bo", "Koncert – Åse & Bo!")],
    [("”Nøddeknækkeren”", "Nøddeknækkeren"), ("Straße", "STRASSE"), ("Ａse", "Ase"), ("Kon\u00adcert", "Koncert")],
    [("Foredrag\u200b om hvaler", "Foredrag om hvaler"), ("A\u030ase", "\u00c5se"), ("\u200b???", "???")],
    [("Koncert", "Koncert med Åse"), ("Koncert: Åse & Bo", "Åse og Bo"), ("AFLYST: Hamlet", "Hamlet"), ("???", "???")],
]
OTHER = [
    [("Hamlet 2026", "Hamlet – ekstra"), ("Hamlet i Nordvig", "Hamlet Nordvig"), ("Koncert", "Koncerten")],
    [("Og", "And"), ("Babysalmesang 1", "Babysalmesang 2"), ("Ase", "Åse"), ("???", "!!!")],
]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [(*pair, same) for same, rows in ((True, SAME), (False, OTHER)) for row in rows for pair in row],
)
def test_titles_are_the_same_when_one_stands_in_the_other(ours: str, theirs: str, same: bool) -> None:
    assert is_same(features_of(ours, START), features_of(theirs, START)) is same
    assert is_same(features_of(theirs, START), features_of(ours, START)) is same


@cases(
    "start same",
    ("the same minute", START + timedelta(seconds=59), True),
    ("another zone", START.astimezone(tz=None), True),
    ("a minute later", START + timedelta(minutes=1), False),
    ("a day later", START + timedelta(days=1), False),
    ("unknown", None, False),
)
def test_starts_are_the_same_to_the_minute(start: datetime | None, same: bool) -> None:
    assert is_same(features_of("A", START), features_of("A", start)) is same


@cases(
    "title start alike",
    ("moved", "Hamlet", START + timedelta(days=3), True),
    ("renamed", "Macbeth", START, True),
    ("both", "Macbeth", START + timedelta(days=3), False),
)
def test_event_that_is_known_to_be_another_is_alike_until_title_and_start_are_other(
    title: str, start: datetime, alike: bool
) -> None:
    assert is_alike(features_of("Hamlet", START), features_of(title, start)) is alike
