"""Where an event takes place, as an address whose name belongs to it (behaviour 2).

| the source's address                                     | the event's address in Place2book              |
|----------------------------------------------------------|------------------------------------------------|
| is online, or is none at all                             | the fallback address, whole                    |
| has street, postal code and city                         | its own; named by its location, else by the    |
|                                                          | branch, else by nothing                        |
| lacks one, and names no location, or a branch of ours, or| the fallback address, whole                    |
|   the fallback's own place                               |                                                |
| lacks one, and its location is another place             | none: rejected as `address_incomplete`         |

Parts of two places are never mixed, and no place's name stands on another place's address: where the fallback steps
in, it does so with its own name.
"""

from __future__ import annotations

from dataclasses import replace

from include.models import Address, LibraryRules, SourceAddress, SourceEvent
from include.sync.html import plain_line
from include.sync.mapping_flaws import Flaw

_DENMARK = frozenset({"dk", "danmark", "denmark"})
_PARTS = ("street", "postal_code", "city", "country")


def address_of(event: SourceEvent, rules: LibraryRules) -> Address | Flaw:
    """Return the event's address, or the flaw `address_incomplete`; phone numbers come from the settings."""
    fallback = replace(rules.fallback_address, phone=rules.contact_phone)
    source = event.address
    if source is None or source.online:
        return fallback
    country = _country(source.country, fallback.country)
    parts = {
        "street": plain_line(source.street),
        "postal_code": _postal_code(source.postal_code, country),
        "city": plain_line(source.city),
        "country": country,
    }
    missing = [part for part in _PARTS if not parts[part]]
    location = plain_line(source.location)
    if not missing:
        return Address(
            name=location or _own_name(event, parts, fallback),
            address1=parts["street"],
            address2=plain_line(source.location_additional),
            postal_code=parts["postal_code"],
            city=parts["city"],
            phone=rules.contact_phone,
            country=country,
        )
    if not location or _is_ours(location, event, rules):
        return fallback
    return Flaw("address_incomplete", f"address.{missing[0]}", _found(source, missing[0]) or location)


def _own_name(event: SourceEvent, parts: dict[str, str], fallback: Address) -> str:
    """Return the first branch's name; without a branch the fallback's, but only at the fallback's own address."""
    branch = next((name for name in map(plain_line, event.branches) if name), "")
    if branch:
        return branch
    at_fallback = (parts["street"].casefold(), parts["postal_code"]) == (
        fallback.address1.casefold(),
        fallback.postal_code,
    )
    return fallback.name if at_fallback else ""


def _is_ours(location: str, event: SourceEvent, rules: LibraryRules) -> bool:
    """Tell whether the location is one of the event's branches, a branch in the settings, or the fallback's place."""
    ours = (*event.branches, *rules.event_makers_by_branch, rules.fallback_address.name)
    return location.casefold() in {plain_line(name).casefold() for name in ours}


def _country(text: str | None, fallback: str) -> str:
    """Return the ISO code of what the source says, the fallback's where it says nothing, "" for an unknown name."""
    country = plain_line(text)
    if not country:
        return fallback
    if country.casefold() in _DENMARK:
        return "DK"
    return country.upper() if len(country) == 2 and country.isascii() and country.isalpha() else ""


def _postal_code(text: str | None, country: str) -> str:
    """Return the postal code; in Denmark always four digits (800 is 0800), "" where it is none."""
    code = plain_line(text)
    if country != "DK":
        return code
    digits = code.upper().removeprefix("DK").lstrip("- ")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4 and int(digits)):
        return ""
    return digits.zfill(4)


def _found(source: SourceAddress, part: str) -> str:
    said = {
        "street": source.street,
        "postal_code": source.postal_code,
        "city": source.city,
        "country": source.country,
    }
    return plain_line(said[part])
