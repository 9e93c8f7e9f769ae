"""Whose name stands on an address, from the website to Place2book, and at the first run after an upgrade."""

import json
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from tests.cases import cases
from tests.integration.steps.harness import World

pytestmark = pytest.mark.thorough

BRANCH = {"locationType": "physical", "street": "Solbjerg Torv 4 ", "zip_code": 2735, "city": "Solbjerg"}
ELSEWHERE = {**BRANCH, "locationAdditional": "Medborgerhuset", "street": "Møllevej 18"}
MIGRATION = import_module("billetbro.store.migrations.sync.0010_place_names")


def _shown(world: World, uuid: str) -> tuple[object, ...]:
    fields = world.event_of(uuid).fields.as_json()
    address = fields["address"]
    assert isinstance(address, dict)
    return tuple(address[part] for part in ("name", "address1", "address2"))


@cases(
    "address shown",
    ("room of the branch", {**BRANCH, "location": "Store Sal"}, ("Solbjerg Bibliotek", "Solbjerg Torv 4", "Store Sal")),
    ("room elsewhere", {**ELSEWHERE, "location": "Store Sal"}, ("Medborgerhuset", "Møllevej 18", "Store Sal")),
    ("place elsewhere", ELSEWHERE, ("Medborgerhuset", "Møllevej 18", "")),
)
def test_event_is_sold_under_the_name_of_the_place_where_it_is(
    website: World, address: dict[str, object], shown: tuple[object, ...]
) -> None:
    uuid = website.publish(address=address)
    assert (_shown(website, uuid), website.open_rejections()) == (shown, set())
    assert website.run().writes == []


def test_event_elsewhere_with_half_an_address_is_not_sold_at_the_branch_and_later_where_it_is(website: World) -> None:
    half = {name: value for name, value in ELSEWHERE.items() if name != "street"}
    uuid = website.add(address={**half, "location": "Solbjerg Bibliotek"})
    assert (website.run().writes, website.open_rejections()) == ([], {("Koncert", "address_incomplete")})
    website.after_edit(uuid, address=ELSEWHERE)
    assert (_shown(website, uuid), website.open_rejections()) == (("Medborgerhuset", "Møllevej 18", ""), set())


def test_event_that_loses_half_its_address_elsewhere_stays_as_it_was_sold(website: World) -> None:
    uuid = website.publish(address=ELSEWHERE)
    assert website.after_edit(uuid, address={**ELSEWHERE, "street": None}, title="Stor koncert").writes == []
    assert _shown(website, uuid) == ("Medborgerhuset", "Møllevej 18", "")


def _as_the_version_before_left_it(world: World, uuid: str, edited: dict[str, str]) -> None:
    event, before = world.event_of(uuid), {"address.name": "Store Sal", "address.address2": "Medborgerhuset"}
    address = event.fields.as_json()["address"]
    assert isinstance(address, dict)
    old = {**address, "name": "Store Sal", "address2": "Medborgerhuset"}
    world.sandbox.place2book.staff_edit(event.id, address={**old, **edited})
    drift = {f"address.{part}": value for part, value in edited.items()}
    known = {"location": "Store Sal", "location_additional": "Medborgerhuset", "street": "Møllevej 18 "}
    values = {"uuid": uuid, "before": json.dumps(before), "drift": json.dumps(drift), "known": json.dumps(known)}
    with world.engine.begin() as connection:
        links = (
            "UPDATE sync.links SET applied = applied || CAST(:before AS jsonb), echo = echo || CAST(:before AS jsonb), "
            "drift = CAST(:drift AS jsonb) WHERE uuid = :uuid"
        )
        events = (
            "UPDATE sync.source_events SET payload = jsonb_set(payload, '{address}', CAST(:known AS jsonb)) "
            "WHERE uuid = :uuid"
        )
        connection.execute(text(links), values)
        connection.execute(text(events), values)
        with Operations.context(MigrationContext.configure(connection)):
            MIGRATION.upgrade()


@cases(
    "edited shown writes",
    ("not edited", {}, ("Medborgerhuset", "Møllevej 18", "Store Sal"), [("place2book", "PUT")]),
    ("both", {"name": "Borgernes hus", "address2": "Bag scenen"}, ("Borgernes hus", "Møllevej 18", "Bag scenen"), []),
    ("name alone", {"name": "Borgernes hus"}, ("Borgernes hus", "Møllevej 18", "Store Sal"), [("place2book", "PUT")]),
)
def test_upgrade_renames_places_once_but_for_what_staff_had_edited(
    website: World, edited: dict[str, str], shown: tuple[object, ...], writes: list[tuple[str, str]]
) -> None:
    uuid = website.publish(address={**ELSEWHERE, "location": "Store Sal"})
    _as_the_version_before_left_it(website, uuid, edited)
    assert (website.run().writes, _shown(website, uuid)) == (writes, shown)
    assert set(website.ours()[uuid].drift) == {f"address.{part}" for part in edited}
    assert website.run().writes == []
    website.after_edit(uuid, address={**ELSEWHERE, "locationAdditional": "Møllen", "location": "Lille Sal"})
    assert _shown(website, uuid) == ("Møllen", "Møllevej 18", "Lille Sal")
