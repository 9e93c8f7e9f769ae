"""The texts of behaviour 2: name, short and long description."""

from __future__ import annotations

import pytest

from billetbro.reconcile.mapping.html import long_description, plain_line, short_description, web_url


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Børn &amp; bøger", "Børn & bøger", id="entity"),
        pytest.param("Fru Holms&#039; strik", "Fru Holms' strik", id="apostrophe"),
        pytest.param("B&oslash;rn i&nbsp;haven", "Børn i haven", id="letter-and-space"),
        pytest.param("A &amp;amp; B", "A &amp; B", id="decoded-once"),
        pytest.param("  Stort\n\t rod ", "Stort rod", id="white-space"),
        pytest.param("5 < 6 & 7 > 6", "5 < 6 & 7 > 6", id="signs-that-are-no-html"),
        pytest.param("Nul\x00 og \ud800 halve", "Nul og halve", id="what-no-database-holds"),
        pytest.param("Mad&vin", "Mad&vin", id="ampersand"),
        pytest.param("AT&T&reg", "AT&T&reg", id="no-semicolon"),
        pytest.param("Ida <ida@lib.example>", "Ida <ida@lib.example>", id="address"),
        pytest.param("a<b", "a<b", id="sign-before-a-letter"),
        pytest.param("<3 bøger", "<3 bøger", id="heart"),
        pytest.param("x&lt;y", "x<y", id="sign-decoded"),
        pytest.param("&lt;b&gt;fed&lt;/b&gt;", "<b>fed</b>", id="decoded-and-no-tag"),
        pytest.param("Den <em>store</em> dag &amp; nat", "Den store dag & nat", id="plainly-html"),
        pytest.param("Et<br>To", "Et To", id="line-break"),
        pytest.param("<p>&amp;lt;em&amp;gt;</p>", "&lt;em&gt;", id="html-decoded-once"),
        pytest.param("\u200b \ufeff\u00ad", "", id="nothing-to-be-seen"),
        pytest.param("&#8203;&shy;", "", id="nothing-to-be-seen-by-number"),
        pytest.param("Bi\u00adbli\u200bo\ufefftek", "Bibliotek", id="invisible-characters"),
        pytest.param("A\u030aben", "\u00c5ben", id="one-way-to-write-a-letter"),
        pytest.param("👩\u200d👧 Familiedag", "👩\u200d👧 Familiedag", id="what-shapes-an-emoji"),
        pytest.param("Æblefest 🍎 på Åen", "Æblefest 🍎 på Åen", id="other-letters"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_plain_line_of_a_title_is_readable(title: str | None, expected: str) -> None:
    assert plain_line(title) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        pytest.param("Kom og syng", "Kom og syng", id="plain"),
        pytest.param("<p>Kom</p><p>og <em>syng</em>!</p>", "Kom og syng!", id="paragraphs-become-words"),
        pytest.param("Linje<br>skift", "Linje skift", id="line-break"),
        pytest.param("Sang &amp; dans&nbsp;i <b>sal</b> 2", "Sang & dans i sal 2", id="entities-once"),
        pytest.param("&amp;lt;b&amp;gt;", "&lt;b&gt;", id="no-second-decoding"),
        pytest.param("Før<script>alert('x')</script><style>p{color:red}</style> efter", "Før efter", id="script-gone"),
        pytest.param("Før<!-- skjult --> efter", "Før efter", id="comment-gone"),
        pytest.param("Skriv til Ida <ida@lib.example>", "Skriv til Ida <ida@lib.example>", id="address-stays"),
        pytest.param("Kun hvis a<b, og AT&T&reg", "Kun hvis a<b, og AT&T&reg", id="signs-stay"),
        pytest.param("&lt;script&gt;x&lt;/script&gt;", "<script>x</script>", id="decoded-and-no-tag"),
        pytest.param("Ord\u00ad" * 85, ("Ord" * 85), id="cut-by-what-can-be-seen"),
        pytest.param(None, "", id="nothing"),
        pytest.param("æ" * 255, "æ" * 255, id="just-fits"),
        pytest.param("æ" * 256, "æ" * 254 + "…", id="one-enormous-word"),
        pytest.param("a" * 250 + " bcde fgh", "a" * 250 + "…", id="cut-before-the-word-that-does-not-fit"),
        pytest.param("a" * 250 + " bcd fgh", "a" * 250 + " bcd…", id="cut-after-the-word-that-just-fits"),
        pytest.param("a" * 254 + " bcd", "a" * 254 + "…", id="cut-at-the-space"),
        pytest.param("a" * 250 + ", bcdefgh", "a" * 250 + "…", id="no-comma-before-the-dots"),
    ],
)
def test_short_description_of_html_is_plain_and_at_most_255_characters(description: str | None, expected: str) -> None:
    assert short_description(description) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "<h2>Program</h2><h3>a</h3><h4>b</h4><p><strong>1</strong> <em>2</em> <b>3</b> <i>4</i><br>5</p>"
            "<ul><li>x</li></ul><ol><li>y</li></ol>",
            "<h2>Program</h2><h3>a</h3><h4>b</h4><p><strong>1</strong> <em>2</em> <b>3</b> <i>4</i><br>5</p>"
            "<ul><li>x</li></ul><ol><li>y</li></ol>",
            id="allowed",
        ),
        pytest.param('<p class="x" style="y" onclick="z()">Hej</p>', "<p>Hej</p>", id="attributes"),
        pytest.param('<p lang="DA" title="x">Hej</p>', "<p>Hej</p>", id="language-and-title"),
        pytest.param("<p>Hej<script>alert('x')</script><style>p{}</style></p>", "<p>Hej</p>", id="script-and-style"),
        pytest.param('<iframe src="https://x.example">i</iframe><p>Hej</p>', "<p>Hej</p>", id="frame"),
        pytest.param('<div><p>Hej</p></div><img src="x" onerror="y">', "<p>Hej</p>", id="others-lose-their-tag"),
        pytest.param("<div>Et</div><div>To</div>", "Et  To", id="blocks-do-not-run-together"),
        pytest.param(
            '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="x">ud</a>',
            '<a href="https://x.example/?a=1&amp;b=2">ud</a>',
            id="link",
        ),
        pytest.param('<a href="http://x.example">ud</a>', '<a href="http://x.example">ud</a>', id="http-link"),
        pytest.param('<a href="/om-os">om</a>', "<a>om</a>", id="relative-link"),
        pytest.param('<a href="//x.example/">om</a>', "<a>om</a>", id="link-without-a-scheme"),
        pytest.param('<a href="javascript:alert(1)">om</a>', "<a>om</a>", id="javascript-link"),
        pytest.param('<a href="mailto:test@example.com">skriv</a>', "<a>skriv</a>", id="mail-link"),
        pytest.param("<p>Sang &amp; dans</p>", "<p>Sang &amp; dans</p>", id="entities-stay"),
        pytest.param("<p>Åben", "<p>Åben</p>", id="unclosed"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_long_description_of_a_body_keeps_only_what_is_allowed(body: str | None, expected: str) -> None:
    assert long_description(body, None) == expected


@pytest.mark.parametrize(
    ("body", "page", "expected"),
    [
        pytest.param(
            "<p>Hej</p>",
            "https://solbjerg.example.com/a?b=1&c=2",
            '<p>Hej</p>\n<p><a href="https://solbjerg.example.com/a?b=1&amp;c=2">Læs mere på bibliotekets hjemmeside'
            "</a></p>",
            id="last-line",
        ),
        pytest.param(
            None,
            'https://solbjerg.example.com/"><script>',
            '<p><a href="https://solbjerg.example.com/&quot;&gt;&lt;script&gt;">Læs mere på bibliotekets hjemmeside'
            "</a></p>",
            id="only-line-escaped",
        ),
        pytest.param("<p>Hej</p>", None, "<p>Hej</p>", id="no-page"),
        pytest.param("<p>Hej</p>", "javascript:alert(1)", "<p>Hej</p>", id="no-web-page"),
    ],
)
def test_long_description_ends_with_a_link_to_the_page(body: str | None, page: str | None, expected: str) -> None:
    assert long_description(body, page) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(" https://x.example/a.jpg ", "https://x.example/a.jpg", id="whole"),
        pytest.param("/a.jpg", None, id="relative"),
        pytest.param("ftp://x.example/a.jpg", None, id="other-scheme"),
        pytest.param("https://", None, id="no-host"),
        pytest.param("http://[::1", None, id="broken"),
        pytest.param("\ufeffhttps://x.example/a\u200b", "https://x.example/a", id="invisible-characters"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_web_url_of_anything_but_a_whole_address_is_none(url: str | None, expected: str | None) -> None:
    assert web_url(url) == expected
