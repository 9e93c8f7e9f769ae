"""The addresses of behaviour 2: a name always stands on the address that it belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include.models import Address, SourceAddress
from include.sync.mapping_address import address_of
from include.sync.mapping_flaws import Flaw
from tests.unit.sync.mapping_examples import EVENT, RULES

PHONE = "+45 00 00 50 00"
FALLBACK = replace(RULES.fallback_address, phone=PHONE)
OWN = SourceAddress(street="Engvej 3", postal_code="4000", city="Roskilde", country="DK")


def _address(source: SourceAddress | None, branches: tuple[str, ...] = ("Skovby Bibliotek",)) -> Address | Flaw:
    return address_of(replace(EVENT, address=source, branches=branches), RULES)


@pytest.mark.parametrize(
    ("location", "branches", "name"),
    [
        pytest.param("Forsamlingshuset", ("Skovby Bibliotek",), "Forsamlingshuset", id="venue-and-not-the-branch"),
        pytest.param(" K&oslash;kken &amp; sal ", (), "Køkken & sal", id="venue-without-branch"),
        pytest.param(None, ("Skovby Bibliotek", "Havnen"), "Skovby Bibliotek", id="first-branch"),
        pytest.param("  ", (" ", "Havnen"), "Havnen", id="blank-names-do-not-count"),
        pytest.param(None, (), "", id="nobody's-name-rather-than-a-wrong-one"),
    ],
)
def test_address_of_a_complete_address_has_the_name_of_its_place(
    location: str | None, branches: tuple[str, ...], name: str
) -> None:
    assert _address(replace(OWN, location=location), branches) == Address(
        name=name, address1="Engvej 3", address2="", postal_code="4000", city="Roskilde", phone=PHONE, country="DK"
    )


def test_address_of_the_fallbacks_own_address_without_branch_has_the_fallbacks_name() -> None:
    source = SourceAddress(street="bygaden 12", postal_code="800", city="Solbjerg")
    assert _address(source, ()) == replace(FALLBACK, address1="bygaden 12")


def test_address_of_an_address_with_a_room_puts_it_on_the_second_line() -> None:
    source = replace(OWN, location="Kulturhuset", location_additional="Sal 2, 1. th. &amp; foyer")
    assert _address(source) == Address(
        name="Kulturhuset",
        address1="Engvej 3",
        address2="Sal 2, 1. th. & foyer",
        postal_code="4000",
        city="Roskilde",
        phone=PHONE,
    )


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(None, id="no-address"),
        pytest.param(SourceAddress(), id="every-part-missing"),
        pytest.param(replace(OWN, online=True, location="Zoom"), id="online"),
        pytest.param(replace(OWN, street=None), id="no-street"),
        pytest.param(replace(OWN, postal_code=None), id="no-postal-code"),
        pytest.param(replace(OWN, city=" "), id="blank-city"),
        pytest.param(replace(OWN, city=None, location="skovby bibliotek"), id="the-events-branch"),
        pytest.param(replace(OWN, city=None, location="Havnen"), id="another-branch-of-the-library"),
        pytest.param(
            SourceAddress(location="Solbjerg Bibliotek", location_additional="Sal 1"), id="the-fallbacks-place"
        ),
    ],
)
def test_address_of_an_event_without_its_own_is_the_fallback_whole(source: SourceAddress | None) -> None:
    assert _address(source) == FALLBACK


@pytest.mark.parametrize(
    ("source", "flaw"),
    [
        pytest.param(
            SourceAddress(location="Forsamlingshuset"),
            Flaw("address_incomplete", "address.street", "Forsamlingshuset"),
            id="only-a-name",
        ),
        pytest.param(
            replace(OWN, location="Forsamlingshuset", postal_code="12345"),
            Flaw("address_incomplete", "address.postal_code", "12345"),
            id="no-danish-postal-code",
        ),
        pytest.param(
            replace(OWN, location="Forsamlingshuset", city=None),
            Flaw("address_incomplete", "address.city", "Forsamlingshuset"),
            id="no-city",
        ),
        pytest.param(
            replace(OWN, location="Forsamlingshuset", country="Sverige"),
            Flaw("address_incomplete", "address.country", "Sverige"),
            id="no-country-code",
        ),
    ],
)
def test_address_of_another_place_that_is_incomplete_is_never_mixed_with_ours(
    source: SourceAddress, flaw: Flaw
) -> None:
    assert _address(source) == flaw


@pytest.mark.parametrize(
    ("given", "country", "expected"),
    [
        pytest.param("800", "DK", "0800", id="lost-zero"),
        pytest.param("800", None, "0800", id="no-country-is-the-fallbacks"),
        pytest.param("2730", "Danmark", "2730", id="country-by-name"),
        pytest.param("DK-2730", "dk", "2730", id="with-country-code"),
        pytest.param("24105", "DE", "24105", id="german-as-it-is"),
        pytest.param("211 22", "SE", "211 22", id="swedish-as-it-is"),
    ],
)
def test_address_of_a_postal_code_has_four_digits_in_denmark(given: str, country: str | None, expected: str) -> None:
    address = _address(replace(OWN, postal_code=given, country=country))
    assert isinstance(address, Address)
    assert address.postal_code == expected


@pytest.mark.parametrize("given", ["0", "00", "12345", "abc", "٢٧٣٠"])
def test_address_of_a_danish_postal_code_that_is_none_counts_as_missing(given: str) -> None:
    assert _address(replace(OWN, postal_code=given)) == FALLBACK


def test_address_without_a_phone_in_the_settings_has_an_empty_one() -> None:
    rules = replace(RULES, contact_phone="", fallback_address=replace(RULES.fallback_address, phone=""))
    assert address_of(replace(EVENT, address=None), rules) == replace(RULES.fallback_address, phone="")
