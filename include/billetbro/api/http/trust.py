"""Which addresses are trusted: the connection's own origin, over TLS, and never a machine's own services.

A link-local address is answered by the machine or its cloud, whose metadata service gives its credentials to whoever
asks. So the address that a name leads to is looked at once the connection is made, before anything is sent: a name that
leads elsewhere the next time does not get past that. Behind a proxy, names are the proxy's to look up.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3 import exceptions as low

DEFAULT_PORTS = {"https": 443, "http": 80}
METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
METADATA_ADDRESSES = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Those of clouds whose service is not link-local."""
_LONGEST_SHOWN = 100

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class SentElsewhereError(requests.RequestException):
    """A redirect to another origin, which is not followed."""

    def __init__(self, origin: str, target: str) -> None:
        super().__init__("a redirect to another origin")
        self.origin = origin
        self.target = target


class ForbiddenAddressError(low.LocationValueError):
    """A connection to an address that no API has."""


def target_of_redirect(url: str, location: str) -> None:
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


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: by its name, or by an address in any notation."""
    address = address_in(host)
    return host.lower().rstrip(".") == "localhost" if address is None else address.is_loopback


def is_forbidden_host(host: str) -> bool:
    """Return whether a host is a machine's own service by its name or address, whatever it leads to."""
    address = address_in(host)
    return host.lower().rstrip(".") in METADATA_NAMES if address is None else is_forbidden(address)


def is_forbidden(address: Address) -> bool:
    """Return whether an address is link-local or a cloud's metadata service."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return plain.is_link_local or plain in METADATA_ADDRESSES


def address_in(host: str) -> Address | None:
    """Return the address that a host is, also as one number, in hexadecimal or shortened (`127.1`); None for a name."""
    bare = host.strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare)) if bare.isascii() and bare else None
    except OSError:
        return None


def ensure_trusted_peer(sock: socket.socket) -> None:
    """Close a connection and raise ForbiddenAddressError if the address at its other end is one that no API has."""
    try:
        peer = address_in(str(sock.getpeername()[0]))
    except (OSError, IndexError):
        return
    if peer is not None and is_forbidden(peer):
        sock.close()
        raise ForbiddenAddressError("an address that no API has")


def is_plain(parts: SplitResult) -> bool:
    """Return whether an address is without TLS and not this machine's own."""
    return parts.scheme.lower() == "http" and not is_loopback(parts.hostname or "")
