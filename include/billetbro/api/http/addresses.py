"""What kind of address a host is: this machine's own, or one that no API has."""

import ipaddress
import socket
from urllib.parse import SplitResult

DEFAULT_PORTS = {"https": 443, "http": 80}
METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
METADATA_ADDRESSES = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Those of clouds whose service is not link-local."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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


def is_plain(parts: SplitResult) -> bool:
    """Return whether an address is without TLS and not this machine's own."""
    return parts.scheme.lower() == "http" and not is_loopback(parts.hostname or "")
