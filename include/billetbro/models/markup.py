"""Recognise HTML, and decode the character references in plain text (behaviour 2)."""

import re
from html import unescape
from html.entities import html5

_NAMES = (
    "a abbr acronym address area article aside audio b base bdi bdo big blink blockquote body br button canvas caption "
    "center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption "
    "figure font footer form frame frameset h[1-6] head header hgroup hr html i iframe img input ins kbd label legend "
    "li link main map mark marquee math menu meta meter nav nobr noframes noscript object ol optgroup option output p "
    "param picture pre progress q rp rt ruby s samp script search section select slot small source span strike strong "
    "style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video "
    "wbr"
)
_TAG = re.compile(
    rf"<(?=[a-z/!])(?:!--|/?(?:{'|'.join(_NAMES.split())})"
    r"(?:\s+[a-z][-\w:.]*\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'|[^\s\"'<>=`]+))*+\s*+/?>)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Tell whether the text is clearly HTML: it has a comment, or a complete known tag.

    An address or a name in angle brackets, or "5 < 7", is plain text.
    """
    return "<" in text and _TAG.search(text) is not None


def decoded(text: str) -> str:
    """Return plain text with its character references decoded once; only those that end in a semicolon."""
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    reference = found[0]
    return unescape(reference) if reference[1] == "#" else html5.get(reference[1:], reference)
