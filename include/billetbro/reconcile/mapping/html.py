"""Convert texts from the CMS for Place2book: plain lines, short descriptions, and safe HTML.

Comparison uses `same_html` and include/billetbro/models/text.py instead of what is sent.
"""

import html
import re
from urllib.parse import urlsplit

import nh3

from billetbro.models.markup import decoded, is_html
from billetbro.models.text import normal_form, one_line, visible
from billetbro.reconcile.mapping.html_bounds import flattened, is_cut, shortened

DESCRIPTION_SHORT_MAX = 255
"""Characters; Place2book silently drops the rest (facts: description_short)."""

_ALLOWED_TAGS = {"p", "br", "strong", "em", "b", "i", "ul", "ol", "li", "h2", "h3", "h4", "a"}
_ALLOWED_ATTRIBUTES = {"*": set[str](), "a": {"href"}}
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
_OPENING_TAG = re.compile(r"<[a-z][^<>]*>", re.IGNORECASE)
_NEVER_SENT = re.compile(r' (?:lang|title)="[^"]*"', re.IGNORECASE)
"""Attributes that an earlier version let through, and that are in what it applied."""


def plain_line(text: str | None) -> str:
    """Return the readable text as one line.

    Character references in plain text are decoded once; what is clearly HTML loses its tags. White space is folded;
    invisible characters, and those that no database can hold, are removed.
    """
    printable = shortened(_printable(text or ""))
    return one_line(_printable(decoded(_without_tags(printable) if is_html(printable) else printable)))


def short_description(text: str | None) -> str:
    """Return the text as one plain line of at most 255 characters, cut between words with "…"."""
    return _cut(plain_line(text), DESCRIPTION_SHORT_MAX)


def long_description(body: str | None, page: str | None) -> str:
    """Return the body with allowed HTML only, and a last line that links to the event's page, if any."""
    separated = _BLOCK_NOT_ALLOWED.sub(" <", flattened(shortened(_printable(body or ""))))
    safe = nh3.clean(
        separated,
        tags=_ALLOWED_TAGS,
        clean_content_tags=_REMOVED_WHOLE,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel=None,
    ).strip()
    url = web_url(page)
    link = f'<p><a href="{html.escape(url)}">Læs mere på bibliotekets hjemmeside</a></p>' if url else ""
    return "\n".join(part for part in (safe, link) if part)


def is_too_long(body: str | None) -> bool:
    """Tell whether the long description holds less than the body, which is too long or nested too deep."""
    return is_cut(_printable(body or ""))


def same_html(one: str, other: str) -> bool:
    """Return whether two long descriptions have the same normal form, apart from attributes that are never sent."""
    return one == other or _html_form(one) == _html_form(other)


def web_url(url: str | None) -> str | None:
    """Return the address if it is a complete http(s) one, else None."""
    text = visible(_printable(url or "")).strip()
    try:
        parts = urlsplit(text)
        return text if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _without_tags(text: str) -> str:
    """Return HTML as text with its character references not yet decoded."""
    return nh3.clean(_BLOCK.sub(" <", flattened(text)), tags=set(), clean_content_tags=_REMOVED_WHOLE)


def _html_form(text: str) -> str:
    return normal_form(_OPENING_TAG.sub(lambda tag: _NEVER_SENT.sub("", tag[0]), text))


def _cut(text: str, most: int) -> str:
    """Cut the text, between words if possible, to at most this many characters including its "…"."""
    if len(text) <= most:
        return text
    head, space, _ = text[:most].rpartition(" ")
    return f"{(head if space else text[: most - 1]).rstrip(' ,;:')}…"


def _printable(text: str) -> str:
    """Remove control characters and lone surrogates, which PostgreSQL and UTF-8 reject."""
    return _UNPRINTABLE.sub("", text)
