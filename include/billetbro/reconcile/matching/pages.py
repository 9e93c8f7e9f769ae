"""The page of a source event, as its Place2book event names it in the last line of its long description. Pure."""

import html
import re
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"""href=["']([^"']+)""", re.IGNORECASE)
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)


def page_named_in(description: str) -> str | None:
    """Return the address that a long description links to last, in its normal form; None without any link."""
    addresses = _ADDRESS.findall(description)
    return normal_page(html.unescape(addresses[-1])) if addresses else None


def normal_page(address: str) -> str:
    """Return an address without scheme, www, fragment and trailing slash, its host in small letters."""
    host, slash, rest = _SCHEME.sub("", address.strip()).partition("#")[0].partition("/")
    return f"{host.lower()}{slash}{rest}".rstrip("/")


def host_of(page: str) -> str:
    """Return the host, with its port, of an address in its normal form."""
    return urlsplit(f"//{page}").netloc
