"""Which addresses are trusted: the connection's own origin, over TLS, and never a machine's own services.

A link-local address is answered by the machine or its cloud, whose metadata service gives its credentials to whoever
asks. So the address that a name leads to is looked at once the connection is made, before anything is sent: a name that
leads elsewhere the next time does not get past that. Behind a proxy, names are the proxy's to look up.
"""

import socket
from urllib.parse import urljoin, urlsplit

import requests
from urllib3 import exceptions as low

from billetbro.api.http.addresses import DEFAULT_PORTS, address_in, is_forbidden

_LONGEST_SHOWN = 100


class SentElsewhereError(requests.RequestException):
    """A redirect to another origin, which is not followed."""

    def __init__(self, origin: str, target: str) -> None:
        super().__init__("a redirect to another origin")
        self.origin = origin
        self.target = target


class ForbiddenAddressError(low.LocationValueError):
    """A connection to an address that no API has."""


def ensure_same_origin(url: str, location: str) -> None:
    """Raise SentElsewhereError if a redirect leads to another origin: scheme, host and port."""
    try:
        target = origin_of(urljoin(url, location))
    except ValueError:
        target = "?"
    origin = origin_of(url)
    if origin != target:
        raise SentElsewhereError(origin, target)


def origin_of(url: str) -> str:
    """Return the scheme, host and port of an address, the port if it is not the scheme's own; "?" if there is none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "?"
    if not host:
        return "?"
    name = f"[{host}]" if ":" in host else host
    shown = f"{parts.scheme}://{name}" + ("" if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{port}")
    return "".join(letter for letter in shown[:_LONGEST_SHOWN] if letter.isprintable())


def ensure_trusted_peer(sock: socket.socket) -> None:
    """Close a connection and raise ForbiddenAddressError if the address at its other end is one that no API has."""
    try:
        peer = address_in(str(sock.getpeername()[0]))
    except (OSError, IndexError):
        return
    if peer is not None and is_forbidden(peer):
        sock.close()
        raise ForbiddenAddressError("an address that no API has")
