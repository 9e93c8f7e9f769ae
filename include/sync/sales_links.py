"""What a sales link says: whether it is Place2book's, and which event it sells (facts: sales links)."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qs, urlsplit

PLACE2BOOK_DOMAIN = "place2book.com"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SECCODE = re.compile(r"[A-Za-z0-9]+")
_EVENT_PATHS = (
    re.compile(r"(?:/[a-z]{2})?/sw2/sales/([A-Za-z0-9]+)/*", re.IGNORECASE),
    re.compile(r"(?:/[a-z]{2})?/events/([A-Za-z0-9]+)/*", re.IGNORECASE),
)
_CHOOSE_TICKETS = re.compile(r"(?:/[a-z]{2})?/sales_workflow/choose_tickets/*", re.IGNORECASE)


def is_place2book(link: str, sales_hosts: Collection[str]) -> bool:
    """Tell whether the link points to Place2book: one of the hosts (host, or host:port), or a subdomain of its own."""
    parts = _split(link)
    return parts is not None and _is_sales_host(parts, sales_hosts)


def seccode_of(link: str, sales_hosts: Collection[str]) -> str | None:
    """Return the seccode of the event that the link sells; None for an organiser's list and for anything else."""
    parts = _split(link)
    if parts is None or not _is_sales_host(parts, sales_hosts):
        return None
    if _CHOOSE_TICKETS.fullmatch(parts.path):
        given = parse_qs(parts.query).get("seccode", [])
        return given[0] if given and _SECCODE.fullmatch(given[0]) else None
    for path in _EVENT_PATHS:
        if match := path.fullmatch(parts.path):
            return match[1]
    return None


def _split(link: str) -> SplitResult | None:
    """Take the link apart; one without a scheme, as typed by hand, is taken as https. None when it is no web link."""
    text = link.strip()
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
