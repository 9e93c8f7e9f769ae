"""Plain text is not HTML; what plainly is HTML is (behaviour 2)."""

from __future__ import annotations

import pytest

from billetbro.models.markup import decoded, is_html


@pytest.mark.parametrize(
    "text",
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
        "<Hamlet>",
        "&lt;b&gt;",
        "x&lt;y",
        "",
    ],
)
def test_plain_text_is_no_html(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<em>Nyt</em>",
        "</p>",
        "Linje<br>skift",
        "<BR/>",
        "<br />",
        "<h2>",
        '<p lang="DA" title="x">',
        "<a href=https://x.example target='_blank'>",
        '<img\nsrc="x" >',
        "Før<!-- skjult --> efter",
    ],
)
def test_text_with_a_known_tag_is_html(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Sang &amp; dans", "Sang & dans", id="named"),
        pytest.param("&#229;ben &#xE5;ben &#XE5;ben", "åben åben åben", id="by number"),
        pytest.param("&CounterClockwiseContourIntegral;", "∳", id="the longest name"),
        pytest.param("A &amp;amp; B", "A &amp; B", id="once"),
        pytest.param("x&lt;y &lt;b&gt;", "x<y <b>", id="a tag, which stays text"),
        pytest.param("AT&T&reg", "AT&T&reg", id="no semicolon"),
        pytest.param("&copy 2026 &copyright;", "&copy 2026 &copyright;", id="no such name"),
        pytest.param("Mad&vin; &; &#; &#x; &#99999999;", "Mad&vin; &; &#; &#x; &#99999999;", id="no reference"),
        pytest.param("&#0;&#xD800;", "\ufffd\ufffd", id="no character"),
        pytest.param("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";", id="a number beyond all measure"),
    ],
)
def test_decoded_text_has_its_references_decoded_once(text: str, expected: str) -> None:
    assert decoded(text) == expected
