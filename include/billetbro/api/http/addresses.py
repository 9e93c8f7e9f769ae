"""What kind of address a host is: this machine's own, or one that no API has."""

import ipaddress
import socket
from urllib.parse import SplitResult

DEFAULT_PORTS = {"https": 443, "http": 80}
METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
METADATA_ADDRESSES = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
"""Those of clouds whose service is not link-local."""
WITH_IPV4_AT_THE_END = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Networks whose addresses stand for the IPv4 address in their last 32 bits: NAT64, and the old compatible form."""

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
    return any(plain.is_link_local or plain in METADATA_ADDRESSES for plain in _meant_by(address))


def _meant_by(address: Address) -> list[Address]:
    """Return an address and the IPv4 address that it stands for, if any."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inside = [address.ipv4_mapped, address.sixtofour]
    if any(address in network for network in WITH_IPV4_AT_THE_END):
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *filter(None, inside)]


def address_in(host: str) -> Address | None:
    """Return the address that a host is, also as one number, in hexadecimal or shortened (`127.1`); None for a name."""
    bare = host.strip("[]").partition("%")[0].removesuffix(".")
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
