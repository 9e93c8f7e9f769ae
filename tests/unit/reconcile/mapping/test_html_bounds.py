"""HTML is cleaned in linear time: what is too long or too deep is cut first (behaviour 2).

The limits on time are far above need, and far below what the same texts cost unbounded.
"""

import time
from collections.abc import Callable

import pytest

from billetbro.reconcile.mapping.html import is_too_long, long_description, plain_line
from tests.cases import cases

KB, MB = 1_000, 1_000_000
AT_MOST = 60.0
"""Seconds for what takes a tenth of one."""
HOSTILE: dict[str, Callable[[int], str]] = {
    "nested div": lambda size: "<div>" * (size // 5),
    "nested and closed div": lambda size: "<div>" * (size // 11) + "</div>" * (size // 11),
    "nested lists": lambda size: "<ul><li>" * (size // 8),
    "nested p": lambda size: "<p>" * (size // 3),
    "nested b": lambda size: "<b>" * (size // 3),
    "nested links": lambda size: '<a href="https://x.example">' * (size // 28),
    "nested tables": lambda size: "<table><tr><td>" * (size // 15),
    "crossed tags": lambda size: "<b><div></b>" * (size // 12),
    "ends of others": lambda size: "<div></p>" * (size // 9),
    "styles in each paragraph": lambda size: "".join(f"<p><b id={n}>" for n in range(99)) + "<p>x" * (size // 4),
    "unended tags": lambda size: "<div" * (size // 4),
    "unended attributes": lambda size: '<p a="' * (size // 6),
    "nothing but <": lambda size: "<" * size,
    "comments": lambda size: "<!--" * (size // 4),
    "ampersands": lambda size: "&" * size,
    "references": lambda size: "&lt;" * (size // 4),
    "one attribute": lambda size: f'<p x="{"y" * size}">',
    "many attributes": lambda size: f"<p {' '.join(f'a{n}' for n in range(size // 7))}>",
    "white space": lambda size: " " * size,
}


def seconds(body: str) -> float:
    begun = time.monotonic()
    plain_line(body)
    long_description(body, None)
    return time.monotonic() - begun


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_cleaning_of_hostile_text_takes_no_time(hostile: Callable[[int], str]) -> None:
    assert seconds(hostile(100 * KB)) < AT_MOST
    assert seconds(hostile(5 * MB)) < AT_MOST


def test_cleaning_of_a_list_of_nested_divs_holds_nobody_up() -> None:
    # Unbounded, each takes two seconds.
    assert sum(seconds(HOSTILE["nested div"](100 * KB)) for _ in range(40)) < AT_MOST


@cases(
    "body expected",
    ("lists", "<ul><li>" * 40 + "dybt", "<ul><li>" * 30 + "dybt" + "</li></ul>" * 30),
    (
        "the ends of what was left out go with it",
        "<ul>" * 70 + "<li>a</li>" + "</ul>" * 70 + "<p>b</p>",
        "<ul>" * 60 + "a" + "</ul>" * 60 + "<p>b</p>",
    ),
    ("styles", "<b>" * 20 + "fed", "<b>" * 8 + "fed" + "</b>" * 8),
)
def test_body_that_is_too_deep_keeps_its_text(body: str, expected: str) -> None:
    assert long_description(body, None) == expected
    assert is_too_long(body)


def test_body_that_is_too_long_is_cut_between_words() -> None:
    body = "<p>" + "ord " * 30_000 + "</p>"
    safe = long_description(body, None)
    assert (safe[:10], safe[-12:]) == ("<p>ord ord", "ord ord …</p>"[-12:])
    assert 99_900 < len(safe) < 100_100
    assert is_too_long(body)


def test_body_that_is_too_long_is_cut_before_a_tag_not_within() -> None:
    body = "x" * 99_990 + '<a href="https://x.example">y</a>'
    assert long_description(body, None) == "x" * 99_990 + "…"


@cases(
    "body expected",
    ("img", f'<p>før</p><img src="data:image/png;base64,{"A" * 3 * MB}"><p>efter</p>', "<p>før</p><p>efter</p>"),
    ("comment", f"<p>før</p><!--{'x<p>' * MB}--><p>efter</p>", "<p>før</p><p>efter</p>"),
    ("paragraphs that nobody ended", "<p>et" * 900, "<p>et</p>" * 900),
    ("items that nobody ended", "<ul>" + "<li>et" * 900 + "</ul>", "<ul>" + "<li>et</li>" * 900 + "</ul>"),
    ("many one after another", "<p><b>a</b> <i>b</i></p>" * 900, "<p><b>a</b> <i>b</i></p>" * 900),
    ("tags without an end", "a<br>" * 900, "a<br>" * 900),
)
def test_body_of_which_nothing_that_shows_is_too_much_is_whole(body: str, expected: str) -> None:
    assert long_description(body, None) == expected
    assert not is_too_long(body)
