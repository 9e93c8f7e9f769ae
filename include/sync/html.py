"""Text that staff wrote in the CMS, made fit for Place2book: plain lines, short descriptions, and safe HTML."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import nh3

DESCRIPTION_SHORT_MAX = 255
"""Characters; Place2book silently drops the rest (facts: description_short)."""

_ALLOWED_TAGS = {"p", "br", "strong", "em", "b", "i", "ul", "ol", "li", "h2", "h3", "h4", "a"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_REMOVED_WHOLE = {"script", "style", "iframe", "noscript", "template", "object", "svg", "math", "title", "textarea"}
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|"
    r"ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)\b)",
    re.IGNORECASE,
)
_BLOCK_NOT_ALLOWED = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|dd|div|dl|dt|figcaption|figure|footer|h[156]|header|hr|main|nav|"
    r"pre|section|table|tbody|td|tfoot|th|thead|tr)\b)",
    re.IGNORECASE,
)


def plain_line(text: str | None) -> str:
    """Return the text as one line: entities decoded once, white space folded, what no database can hold left out."""
    return _folded(_printable(html.unescape(_printable(text or ""))))


def short_description(text: str | None) -> str:
    """Return the text without its HTML, at most 255 characters, cut between words with "…"."""
    separated = _BLOCK.sub(" <", _printable(text or ""))
    plain = nh3.clean(separated, tags=set(), clean_content_tags=_REMOVED_WHOLE)
    return _cut(_folded(_printable(html.unescape(plain))), DESCRIPTION_SHORT_MAX)


def long_description(body: str | None, page: str | None) -> str:
    """Return the body with allowed HTML only, and a last line that links to the event's own page where it has one."""
    separated = _BLOCK_NOT_ALLOWED.sub(" <", _printable(body or ""))
    safe = nh3.clean(
        separated,
        tags=_ALLOWED_TAGS,
        clean_content_tags=_REMOVED_WHOLE,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=None,
    ).strip()
    url = web_url(page)
    link = f'<p><a href="{html.escape(url)}">Læs mere på bibliotekets hjemmeside</a></p>' if url else ""
    return "\n".join(part for part in (safe, link) if part)


def web_url(url: str | None) -> str | None:
    """Return the address when it is a whole http(s) one, else None."""
    text = _printable(url or "").strip()
    try:
        parts = urlsplit(text)
        return text if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _cut(text: str, most: int) -> str:
    """Cut between two words where there are two, so that the text and its "…" are at most so many characters."""
    if len(text) <= most:
        return text
    head, space, _ = text[:most].rpartition(" ")
    return f"{(head if space else text[: most - 1]).rstrip(' ,;:')}…"


def _folded(text: str) -> str:
    return " ".join(text.split())


def _printable(text: str) -> str:
    """Leave out control characters and lone surrogates: PostgreSQL and UTF-8 do not take them."""
    return _UNPRINTABLE.sub("", text)
