"""The addresses of behaviour 2: a name always stands on the address that it belongs to."""

from dataclasses import replace

import pytest

from billetbro.models import Address, SourceAddress
from billetbro.reconcile.mapping.address import address_of
from billetbro.reconcile.mapping.flaw import Flaw
from tests.cases import cases
from tests.unit.reconcile.mapping.mapping_examples import EVENT, RULES

PHONE = "+45 00 00 50 00"
FALLBACK = replace(RULES.fallback_address, phone=PHONE)
OWN = SourceAddress(street="Engvej 3", postal_code="4000", city="Roskilde", country="DK")


def _address(source: SourceAddress | None, branches: tuple[str, ...] = ("Skovby Bibliotek",)) -> Address | Flaw:
    return address_of(replace(EVENT, address=source, branches=branches), RULES)


BRANCH = "Skovby Bibliotek"


@cases(
    "place room branches named",
    ("place-and-not-the-branch", "Medborgerhuset", None, (BRANCH,), ("Medborgerhuset", "")),
    ("room-of-the-place", "Medborgerhuset", "Store Sal", (BRANCH,), ("Medborgerhuset", "Store Sal")),
    ("branch-typed-as-the-room", "Medborgerhuset", BRANCH, (BRANCH,), ("Medborgerhuset", BRANCH)),
    ("text", " K&oslash;kken &amp; sal ", "1.  sal &amp; foyer", (), ("Køkken & sal", "1. sal & foyer")),
    ("room-of-the-first-branch", None, "Store Sal", (BRANCH, "Havnen"), (BRANCH, "Store Sal")),
    ("blank-names-do-not-count", " ", "Store Sal", (" ", "Havnen"), ("Havnen", "Store Sal")),
    ("branch-twice", None, "skovby  bibliotek", (BRANCH,), (BRANCH, "")),
    ("place-twice", "Medborgerhuset", "Medborgerhuset", (), ("Medborgerhuset", "")),
    ("nobody's-name-rather-than-the-room's", None, "Store Sal", (), ("", "Store Sal")),
)
def test_address_of_a_complete_address_has_the_name_of_its_place(
    place: str | None, room: str | None, branches: tuple[str, ...], named: tuple[str, str]
) -> None:
    assert _address(replace(OWN, place=place, room=room), branches) == Address(
        name=named[0], address1="Engvej 3", address2=named[1], postal_code="4000", city="Roskilde", phone=PHONE
    )


@pytest.mark.parametrize("street", ["Bygaden 12", "bygaden 12", "Bygaden 12 ", "Bygaden  12\u200b"])
def test_address_of_the_fallbacks_own_address_without_branch_has_the_fallbacks_name(street: str) -> None:
    address = _address(SourceAddress(street=street, postal_code="800", city="Solbjerg"), ())
    assert isinstance(address, Address)
    assert replace(address, address1="Bygaden 12") == FALLBACK


@pytest.mark.parametrize("space", [" ", "\u00a0", "\n", "  "], ids=["space", "no-break-space", "line-break", "two"])
def test_address_of_a_street_that_ends_in_white_space_is_the_same_without(space: str) -> None:
    assert _address(replace(OWN, street=f"Engvej 3{space}")) == _address(OWN)


@cases(
    "source",
    ("no-address", None),
    ("every-part-missing", SourceAddress()),
    ("online", replace(OWN, online=True, place="Zoom", room="Kanal 2")),
    ("no-street", replace(OWN, street=None)),
    ("no-postal-code", replace(OWN, postal_code=None)),
    ("blank-city", replace(OWN, city=" ")),
    ("room-of-another-branch", replace(OWN, city=None, room="Store Sal")),
    ("room-called-as-a-branch", replace(OWN, city=None, room="Havnen")),
)
def test_address_of_an_event_without_its_own_is_the_fallback_whole(source: SourceAddress | None) -> None:
    assert _address(source) == FALLBACK


@cases(
    "branch room fallbacks_own second_line",
    ("room-of-the-fallbacks-branch", "Solbjerg Bibliotek", "Store Sal", "", "Store Sal"),
    ("branch-in-another-spelling", "solbjerg bibliotek ", "Store Sal", "", "Store Sal"),
    ("second-line-from-the-settings", "Solbjerg Bibliotek", "Store Sal", "2. sal", "2. sal"),
    ("room-called-as-the-branch", "Solbjerg Bibliotek", "Solbjerg Bibliotek", "", ""),
    ("room-of-another-branch", "Havnen", "Store Sal", "", ""),
)
def test_address_of_the_fallback_has_a_room_only_of_its_own_branch(
    branch: str, room: str, fallbacks_own: str, second_line: str
) -> None:
    rules = replace(RULES, fallback_address=replace(RULES.fallback_address, address2=fallbacks_own))
    event = replace(EVENT, address=SourceAddress(room=room), branches=(branch,))
    assert address_of(event, rules) == replace(FALLBACK, address2=second_line)


ELSEWHERE = SourceAddress(place="Medborgerhuset", room="Store Sal")
HOUSE = replace(OWN, place="Medborgerhuset")


@cases(
    "source flaw",
    ("only-a-name", ELSEWHERE, Flaw("address_incomplete", "address.street", "Medborgerhuset")),
    ("no-danish-code", replace(HOUSE, postal_code="12345"), Flaw("address_incomplete", "address.postal_code", "12345")),
    ("no-city", replace(HOUSE, city=None), Flaw("address_incomplete", "address.city", "Medborgerhuset")),
    ("no-country-code", replace(HOUSE, country="Sverige"), Flaw("address_incomplete", "address.country", "Sverige")),
    ("branch-as-room", replace(ELSEWHERE, room=BRANCH), Flaw("address_incomplete", "address.street", "Medborgerhuset")),
    (
        "called-as-the-fallbacks-place",
        replace(ELSEWHERE, place="Solbjerg Bibliotek"),
        Flaw("address_incomplete", "address.street", "Solbjerg Bibliotek"),
    ),
)
def test_address_of_another_place_that_is_incomplete_is_not_mixed_with_ours(source: SourceAddress, flaw: Flaw) -> None:
    assert _address(source) == flaw


@cases(
    "given country expected",
    ("lost-zero", "800", "DK", "0800"),
    ("no-country-is-the-fallbacks", "800", None, "0800"),
    ("country-by-name", "2730", "Danmark", "2730"),
    ("with-country-code", "DK-2730", "dk", "2730"),
    ("german-as-it-is", "24105", "DE", "24105"),
    ("swedish-as-it-is", "211 22", "SE", "211 22"),
)
def test_address_of_a_postal_code_has_four_digits_in_denmark(given: str, country: str | None, expected: str) -> None:
    address = _address(replace(OWN, postal_code=given, country=country))
    assert address.postal_code == expected


@pytest.mark.parametrize("given", ["0", "00", "12345", "abc", "٢٧٣٠"])
def test_address_of_a_danish_postal_code_that_is_none_counts_as_missing(given: str) -> None:
    assert _address(replace(OWN, postal_code=given)) == FALLBACK


def test_address_without_a_phone_in_the_settings_has_an_empty_one() -> None:
    rules = replace(RULES, contact_phone="", fallback_address=replace(RULES.fallback_address, phone=""))
    assert address_of(replace(EVENT, address=None), rules) == replace(RULES.fallback_address, phone="")
