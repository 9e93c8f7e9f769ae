"""Two libraries that show the same events: which pairs of twins are some, and what is said of the others."""

from pathlib import Path

import pytest

from billetbro.settings.libraries import load_settings
from tests.cases import cases
from tests.unit.settings.libraries_file import SMALLEST, mistakes_in, written


def _libraries(*twins: tuple[str, str | None, int]) -> str:
    entries = [
        SMALLEST.split("libraries:\n")[1]
        .replace("id: herlev", f"id: {library}\n    twin_of: {leader}" if leader else f"id: {library}")
        .replace("cms_herlev", f"cms_{library}")
        .replace("5000", str(maker))
        for library, leader, maker in twins
    ]
    return "libraries:\n" + "".join(entries)


SHARED = "each event maker belongs to one, or the events of one library would look unlinked to the other"


@cases(
    "libraries mistakes",
    ("itself", [("a", "a", 1)], ["a: twin_of: found 'a'; a library cannot be its own twin"]),
    (
        "unknown",
        [("nordvig", None, 1), ("b", "nordvik", 2)],
        ["b: twin_of: found 'nordvik'; no library has this id, did you mean 'nordvig'?"],
    ),
    (
        "each other",
        [("a", "b", 1), ("b", "a", 2)],
        [
            f"{one}: twin_of: found '{other}', which is itself the twin of another; of two twins one leads, and it "
            "has no 'twin_of'"
            for one, other in (("a", "b"), ("b", "a"))
        ],
    ),
    (
        "a chain",
        [("a", None, 1), ("b", "a", 2), ("c", "b", 3)],
        ["c: twin_of: found 'b', which is itself the twin of another; of two twins one leads, and it has no 'twin_of'"],
    ),
    ("two", [("a", None, 1), ("b", "a", 2), ("c", "a", 3)], ["b, c: twin_of: 2 libraries name 'a'; it has one twin"]),
    (
        "a third with their event maker",
        [("a", None, 1), ("b", "a", 1), ("c", None, 1)],
        [f"a, b, c: place2book: event maker 1 is used by 3 libraries; {SHARED}"],
    ),
    (
        "another with the follower's",
        [("a", None, 1), ("b", "a", 2), ("c", None, 2)],
        [f"b, c: place2book: event maker 2 is used by 2 libraries; {SHARED}"],
    ),
    ("no text", [("a", None, 1), ("b", 7, 1)], None),
)
def test_load_settings_of_twins_that_are_none_says_so(
    tmp_path: Path, libraries: list[tuple[str, str | None, int]], mistakes: list[str] | None
) -> None:
    no_text = [
        f"a, b: place2book: event maker 1 is used by 2 libraries; {SHARED}",
        "b: twin_of: found the number 7; allowed is the id of the library that leads, as text",
    ]
    assert mistakes_in(tmp_path, _libraries(*libraries)) == (no_text if mistakes is None else mistakes)


@pytest.mark.parametrize("maker", [1, 2], ids=["one event maker", "two event makers"])
def test_load_settings_of_twins_lets_them_have_one_event_maker(tmp_path: Path, maker: int) -> None:
    settings = load_settings(written(tmp_path, _libraries(("a", None, 1), ("b", "a", maker), ("c", None, 3))))
    twins = [settings.twin(library) for library in settings.libraries]
    assert [twin and twin.id for twin in twins] == ["b", "a", None]
