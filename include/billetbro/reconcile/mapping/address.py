"""Where an event takes place, as an address whose name belongs to it (behaviour 2).

| the source's address                                | the event's address in Place2book                           |
|-----------------------------------------------------|-------------------------------------------------------------|
| is online, or is none at all                        | the fallback address, whole                                 |
| names a place of its own, and has street, postal    | that place's, named by it; its room on the second line      |
|   code and city                                     |                                                             |
| names a place of its own, and lacks one of them     | none: rejected as `address_incomplete`                      |
| names none, and has all three                       | the branch's, named by it; the room on the second line      |
| names none, and lacks one                           | the fallback address, whole; the room on its second line    |
|                                                     | only where the fallback is the event's branch               |

A room is no place: it names nothing, and stands only on the address of the place that it is in. Parts of two places are
never mixed, and no place's name stands on another place's address: where the fallback steps in, it does so with its own
name.
"""

from dataclasses import replace

from billetbro.models import Address, LibraryRules, SourceAddress, SourceEvent
from billetbro.models.text import caseless
from billetbro.reconcile.mapping.flaw import Flaw
from billetbro.reconcile.mapping.html import plain_line

_DENMARK = frozenset({"dk", "danmark", "denmark"})
_PARTS = ("street", "postal_code", "city", "country")


def address_of(event: SourceEvent, rules: LibraryRules) -> Address | Flaw:
    """Return the event's address, or the flaw `address_incomplete`; phone numbers come from the settings."""
    fallback = replace(rules.fallback_address, phone=rules.contact_phone)
    source = event.address
    if source is None or source.online:
        return fallback
    parts = _parts(source, fallback.country)
    missing = next((part for part in _PARTS if not parts[part]), None)
    place, branch = plain_line(source.place), next(filter(None, map(plain_line, event.branches)), "")
    if missing is None:
        name = place or branch or _name_at(parts, fallback)
        return Address(
            name=name,
            address1=parts["street"],
            address2=_room(source, name),
            postal_code=parts["postal_code"],
            city=parts["city"],
            phone=rules.contact_phone,
            country=parts["country"],
        )
    if place:
        return Flaw("address_incomplete", f"address.{missing}", _found(source, missing) or place)
    if caseless(branch) == caseless(fallback.name):
        return replace(fallback, address2=fallback.address2 or _room(source, branch))
    return fallback


def _parts(source: SourceAddress, country_at_home: str) -> dict[str, str]:
    country = _country(source.country, country_at_home)
    return {
        "street": plain_line(source.street),
        "postal_code": _postal_code(source.postal_code, country),
        "city": plain_line(source.city),
        "country": country,
    }


def _room(source: SourceAddress, place: str) -> str:
    """Return the room, unless it only says again what the place is called."""
    room = plain_line(source.room)
    return "" if caseless(room) == caseless(place) else room


def _name_at(parts: dict[str, str], fallback: Address) -> str:
    """Return the fallback's name at the fallback's own address: of any other nobody knows whose it is."""
    here, there = (parts["street"], parts["postal_code"]), (fallback.address1, fallback.postal_code)
    return fallback.name if [*map(caseless, here)] == [*map(caseless, there)] else ""


def _country(text: str | None, fallback: str) -> str:
    """Return the ISO code of what the source says, the fallback's where it says nothing, "" for an unknown name."""
    country = plain_line(text)
    if not country:
        return fallback
    if caseless(country) in _DENMARK:
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
    said = {"street": source.street, "postal_code": source.postal_code, "city": source.city, "country": source.country}
    return plain_line(said[part])
