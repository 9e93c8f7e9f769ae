"""Plain text is not HTML; what plainly is HTML is (behaviour 2)."""

import pytest

from billetbro.models.markup import decoded, is_html
from tests.cases import cases

PLAIN = [
    [
        "Ida <ida@lib.example>",
        "a<b",
        "a<b og c>d",
        "<b",
        "5 < 7 > 3",
        "<3 bøger",
        "<<<>>>",
        "<bog>",
        "< b >",
        "<b og c>",
    ],
    ["<Hamlet>", "&lt;b&gt;", "x&lt;y", ""],
]
HTML = [
    ["<em>Nyt</em>", "</p>", "Linje<br>skift", "<BR/>", "<br />", "<h2>", '<p lang="DA" title="x">'],
    ["<a href=https://x.example target='_blank'>", '<img\nsrc="x" >', "Før<!-- skjult --> efter"],
]


@pytest.mark.parametrize("text", [text for row in PLAIN for text in row])
def test_plain_text_is_no_html(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize("text", [text for row in HTML for text in row])
def test_text_with_a_known_tag_is_html(text: str) -> None:
    assert is_html(text)


@cases(
    "text expected",
    ("named", "Sang &amp; dans", "Sang & dans"),
    ("by number", "&#229;ben &#xE5;ben &#XE5;ben", "åben åben åben"),
    ("the longest name", "&CounterClockwiseContourIntegral;", "∳"),
    ("once", "A &amp;amp; B", "A &amp; B"),
    ("a tag, which stays text", "x&lt;y &lt;b&gt;", "x<y <b>"),
    ("no semicolon", "AT&T&reg", "AT&T&reg"),
    ("no such name", "&copy 2026 &copyright;", "&copy 2026 &copyright;"),
    ("no reference", "Mad&vin; &; &#; &#x; &#99999999;", "Mad&vin; &; &#; &#x; &#99999999;"),
    ("no character", "&#0;&#xD800;", "\ufffd\ufffd"),
    ("a number beyond all measure", "&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
)
def test_decoded_text_has_its_references_decoded_once(text: str, expected: str) -> None:
    assert decoded(text) == expected
