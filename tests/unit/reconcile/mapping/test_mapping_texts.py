"""The texts of behaviour 2: name, short and long description."""

from billetbro.reconcile.mapping.html import long_description, plain_line, short_description, web_url
from tests.cases import cases


@cases(
    "title expected",
    ("entity", "Børn &amp; bøger", "Børn & bøger"),
    ("apostrophe", "Fru Holms&#039; strik", "Fru Holms' strik"),
    ("letter-and-space", "B&oslash;rn i&nbsp;haven", "Børn i haven"),
    ("decoded-once", "A &amp;amp; B", "A &amp; B"),
    ("white-space", "  Stort\n\t rod ", "Stort rod"),
    ("signs-that-are-no-html", "5 < 6 & 7 > 6", "5 < 6 & 7 > 6"),
    ("what-no-database-holds", "Nul\x00 og \ud800 halve", "Nul og halve"),
    ("ampersand", "Mad&vin", "Mad&vin"),
    ("no-semicolon", "AT&T&reg", "AT&T&reg"),
    ("address", "Ida <ida@lib.example>", "Ida <ida@lib.example>"),
    ("sign-before-a-letter", "a<b", "a<b"),
    ("heart", "<3 bøger", "<3 bøger"),
    ("sign-decoded", "x&lt;y", "x<y"),
    ("decoded-and-no-tag", "&lt;b&gt;fed&lt;/b&gt;", "<b>fed</b>"),
    ("plainly-html", "Den <em>store</em> dag &amp; nat", "Den store dag & nat"),
    ("line-break", "Et<br>To", "Et To"),
    ("html-decoded-once", "<p>&amp;lt;em&amp;gt;</p>", "&lt;em&gt;"),
    ("nothing-to-be-seen", "\u200b \ufeff\u00ad", ""),
    ("nothing-to-be-seen-by-number", "&#8203;&shy;", ""),
    ("invisible-characters", "Bi\u00adbli\u200bo\ufefftek", "Bibliotek"),
    ("one-way-to-write-a-letter", "A\u030aben", "\u00c5ben"),
    ("what-shapes-an-emoji", "👩\u200d👧 Familiedag", "👩\u200d👧 Familiedag"),
    ("other-letters", "Æblefest 🍎 på Åen", "Æblefest 🍎 på Åen"),
    ("nothing", None, ""),
)
def test_plain_line_of_a_title_is_readable(title: str | None, expected: str) -> None:
    assert plain_line(title) == expected


@cases(
    "description expected",
    ("plain", "Kom og syng", "Kom og syng"),
    ("paragraphs-become-words", "<p>Kom</p><p>og <em>syng</em>!</p>", "Kom og syng!"),
    ("line-break", "Linje<br>skift", "Linje skift"),
    ("entities-once", "Sang &amp; dans&nbsp;i <b>sal</b> 2", "Sang & dans i sal 2"),
    ("no-second-decoding", "&amp;lt;b&amp;gt;", "&lt;b&gt;"),
    ("script-gone", "Før<script>alert('x')</script><style>p{color:red}</style> efter", "Før efter"),
    ("comment-gone", "Før<!-- skjult --> efter", "Før efter"),
    ("address-stays", "Skriv til Ida <ida@lib.example>", "Skriv til Ida <ida@lib.example>"),
    ("signs-stay", "Kun hvis a<b, og AT&T&reg", "Kun hvis a<b, og AT&T&reg"),
    ("decoded-and-no-tag", "&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"),
    ("cut-by-what-can-be-seen", "Ord\u00ad" * 85, "Ord" * 85),
    ("nothing", None, ""),
    ("just-fits", "æ" * 255, "æ" * 255),
    ("one-enormous-word", "æ" * 256, "æ" * 254 + "…"),
    ("cut-before-the-word-that-does-not-fit", "a" * 250 + " bcde fgh", "a" * 250 + "…"),
    ("cut-after-the-word-that-just-fits", "a" * 250 + " bcd fgh", "a" * 250 + " bcd…"),
    ("cut-at-the-space", "a" * 254 + " bcd", "a" * 254 + "…"),
    ("no-comma-before-the-dots", "a" * 250 + ", bcdefgh", "a" * 250 + "…"),
)
def test_short_description_of_html_is_plain_and_at_most_255_characters(description: str | None, expected: str) -> None:
    assert short_description(description) == expected


@cases(
    "body expected",
    (
        "allowed",
        "<h2>Program</h2><h3>a</h3><h4>b</h4><p><strong>1</strong> <em>2</em> <b>3</b> <i>4</i><br>5</p>"
        "<ul><li>x</li></ul><ol><li>y</li></ol>",
        "<h2>Program</h2><h3>a</h3><h4>b</h4><p><strong>1</strong> <em>2</em> <b>3</b> <i>4</i><br>5</p>"
        "<ul><li>x</li></ul><ol><li>y</li></ol>",
    ),
    ("attributes", '<p class="x" style="y" onclick="z()">Hej</p>', "<p>Hej</p>"),
    ("language-and-title", '<p lang="DA" title="x">Hej</p>', "<p>Hej</p>"),
    ("script-and-style", "<p>Hej<script>alert('x')</script><style>p{}</style></p>", "<p>Hej</p>"),
    ("frame", '<iframe src="https://x.example">i</iframe><p>Hej</p>', "<p>Hej</p>"),
    ("others-lose-their-tag", '<div><p>Hej</p></div><img src="x" onerror="y">', "<p>Hej</p>"),
    ("blocks-do-not-run-together", "<div>Et</div><div>To</div>", "Et  To"),
    (
        "link",
        '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="x">ud</a>',
        '<a href="https://x.example/?a=1&amp;b=2">ud</a>',
    ),
    ("http-link", '<a href="http://x.example">ud</a>', '<a href="http://x.example">ud</a>'),
    ("relative-link", '<a href="/om-os">om</a>', "<a>om</a>"),
    ("link-without-a-scheme", '<a href="//x.example/">om</a>', "<a>om</a>"),
    ("javascript-link", '<a href="javascript:alert(1)">om</a>', "<a>om</a>"),
    ("mail-link", '<a href="mailto:test@example.com">skriv</a>', "<a>skriv</a>"),
    ("entities-stay", "<p>Sang &amp; dans</p>", "<p>Sang &amp; dans</p>"),
    ("unclosed", "<p>Åben", "<p>Åben</p>"),
    ("nothing", None, ""),
)
def test_long_description_of_a_body_keeps_only_what_is_allowed(body: str | None, expected: str) -> None:
    assert long_description(body, None) == expected


@cases(
    "body page expected",
    (
        "last-line",
        "<p>Hej</p>",
        "https://solbjerg.example.com/a?b=1&c=2",
        '<p>Hej</p>\n<p><a href="https://solbjerg.example.com/a?b=1&amp;c=2">Læs mere på bibliotekets hjemmeside'
        "</a></p>",
    ),
    (
        "only-line-escaped",
        None,
        'https://solbjerg.example.com/"><script>',
        '<p><a href="https://solbjerg.example.com/&quot;&gt;&lt;script&gt;">Læs mere på bibliotekets hjemmeside'
        "</a></p>",
    ),
    ("no-page", "<p>Hej</p>", None, "<p>Hej</p>"),
    ("no-web-page", "<p>Hej</p>", "javascript:alert(1)", "<p>Hej</p>"),
)
def test_long_description_ends_with_a_link_to_the_page(body: str | None, page: str | None, expected: str) -> None:
    assert long_description(body, page) == expected


@cases(
    "url expected",
    ("whole", " https://x.example/a.jpg ", "https://x.example/a.jpg"),
    ("relative", "/a.jpg", None),
    ("other-scheme", "ftp://x.example/a.jpg", None),
    ("no-host", "https://", None),
    ("broken", "http://[::1", None),
    ("invisible-characters", "\ufeffhttps://x.example/a\u200b", "https://x.example/a"),
    ("nothing", None, None),
)
def test_web_url_of_anything_but_a_whole_address_is_none(url: str | None, expected: str | None) -> None:
    assert web_url(url) == expected
