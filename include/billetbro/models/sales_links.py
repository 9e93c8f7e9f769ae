"""Read a sales link: whether it is Place2book's, and which event it sells (facts: sales links).

Links are accepted as people paste them: with invisible characters, in brackets or quotation marks, with a full stop at
the end, from a page's source, in capitals, or without a scheme.
"""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qs, urlsplit

from billetbro.models.text import normal_form

PLACE2BOOK_DOMAIN = "place2book.com"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SECCODE = re.compile(r"[A-Za-z0-9]+")
_LANGUAGE = r"(?:/[a-z]{2})?"
_IN_THE_PATH = (
    re.compile(_LANGUAGE + r"/sw[0-9]+/sales/([A-Za-z0-9]+)/*", re.IGNORECASE),
    re.compile(_LANGUAGE + r"/events/([A-Za-z0-9]+)/*", re.IGNORECASE),
)
_IN_THE_QUERY = (
    (re.compile(_LANGUAGE + r"/sales_workflow/choose_tickets/*", re.IGNORECASE), "seccode"),
    (re.compile(_LANGUAGE + r"/choose_ticket_sales_workflow/*", re.IGNORECASE), "seccode"),
    (re.compile(_LANGUAGE + r"/[0-9]+/list/[A-Za-z0-9]+/*", re.IGNORECASE), "event_detail"),
)
"""The forms that name their event in a query parameter; without it they are an organiser's list of events."""
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
"""An ampersand that was escaped once or more."""
_AROUND = " <>()[]\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"
_AFTER = f"{_AROUND}.,;"


def pasted_link(text: str) -> str:
    """Return the link in a pasted text; empty if nothing is visible."""
    unbroken = re.sub(r"[\t\r\n]", "", text)
    return _AMPERSAND.sub("&", normal_form(unbroken)).lstrip(_AROUND).rstrip(_AFTER)


def is_place2book(link: str, sales_hosts: Collection[str]) -> bool:
    """Tell whether the link leads to Place2book: to one of the hosts (host or host:port), or to its own subdomain."""
    parts = _split(link)
    return parts is not None and _is_sales_host(parts, sales_hosts)


def seccode_of(link: str, sales_hosts: Collection[str]) -> str | None:
    """Return the seccode of the event that the link sells; None for an organiser's list and for anything else."""
    parts = _split(link)
    return _seccode_in(parts) if parts is not None and _is_sales_host(parts, sales_hosts) else None


def seccode_anywhere(link: str) -> str | None:
    """Return the seccode of a link that is known to be a sales link, on any site."""
    parts = _split(link)
    return None if parts is None else _seccode_in(parts)


def _seccode_in(parts: SplitResult) -> str | None:
    for path in _IN_THE_PATH:
        if match := path.fullmatch(parts.path):
            return match[1]
    for path, name in _IN_THE_QUERY:
        if path.fullmatch(parts.path):
            given = parse_qs(parts.query).get(name, [""])[0]
            return given if _SECCODE.fullmatch(given) else None
    return None


def _split(link: str) -> SplitResult | None:
    """Split the link, with https as the default scheme; None if it is not a web link."""
    text = pasted_link(link)
    if "://" not in text:
        text = f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(text)
        known = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if known else None


def _is_sales_host(parts: SplitResult, sales_hosts: Collection[str]) -> bool:
    host = (parts.hostname or "").rstrip(".")
    port = parts.port
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        return f"{host}:{port}" in {known.lower() for known in sales_hosts}
    return host in {known.lower() for known in sales_hosts} or f".{host}".endswith(f".{PLACE2BOOK_DOMAIN}")
