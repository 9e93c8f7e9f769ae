"""Map an event's location to an address with a matching name (behaviour 2).

| the source's address                                | the event's address in Place2book                           |
|-----------------------------------------------------|-------------------------------------------------------------|
| is online, or missing                               | the fallback address                                        |
| names a place; has street, postal code and city     | the place's, with its name; the room on the second line     |
| names a place; one of the three is missing          | none: rejected as `address_incomplete`                      |
| names no place; has all three                       | the branch's, with its name; the room on the second line    |
| names no place; one of the three is missing         | the fallback address; the room on its second line only if   |
|                                                     | the fallback is the event's branch                          |

A room does not name an address; it is only added to the address of its own place. Parts of two places are never mixed,
and a place's name is never used with another place's address: the fallback comes with its own name.
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
    """Return the room, unless it repeats the place's name."""
    room = plain_line(source.room)
    return "" if caseless(room) == caseless(place) else room


def _name_at(parts: dict[str, str], fallback: Address) -> str:
    """Return the fallback's name if this is its address; any other address has no known name."""
    here, there = (parts["street"], parts["postal_code"]), (fallback.address1, fallback.postal_code)
    return fallback.name if [*map(caseless, here)] == [*map(caseless, there)] else ""


def _country(text: str | None, fallback: str) -> str:
    """Return the ISO code of the country, the fallback's if none is given, "" for an unknown name."""
    country = plain_line(text)
    if not country:
        return fallback
    if caseless(country) in _DENMARK:
        return "DK"
    return country.upper() if len(country) == 2 and country.isascii() and country.isalpha() else ""


def _postal_code(text: str | None, country: str) -> str:
    """Return the postal code, in Denmark always four digits (800 is 0800); "" if it is invalid."""
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
