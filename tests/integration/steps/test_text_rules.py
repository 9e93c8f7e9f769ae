"""An upgrade to the rules by which text is read: each field is sent once, and staff's own edits stay."""

import json
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from tests.integration.steps.harness import World

pytestmark = pytest.mark.thorough

MIGRATION = import_module("billetbro.store.migrations.sync.0013_text_rules")
BEFORE = {"name": "AT© og Mad", "description_short": "Kom"}
SHOWN = {"name": "AT&copy og Mad", "description_short": "Kom <ida@lib.example>"}
EDITS = {"name": "AT og mad (flyttet)", "description_short": "Skrevet i Place2book"}


@pytest.mark.parametrize("edited", [(), ("name",), ("name", "description_short")], ids=["none", "name", "both"])
def test_upgrade_sends_text_as_it_is_read_now_but_for_staff_edits(website: World, edited: tuple[str, ...]) -> None:
    uuid = website.publish(SHOWN["name"], description=SHOWN["description_short"])
    kept = {name: EDITS[name] for name in edited}
    _as_the_version_before_left_it(website, uuid, kept)
    expected = {**SHOWN, **kept}
    assert website.run().writes == ([] if len(edited) == len(SHOWN) else [("place2book", "PUT")])
    assert (_shown(website, uuid), dict(website.ours()[uuid].drift)) == (expected, kept)
    assert website.run().writes == []
    website.after_edit(uuid, title="Noget andet")
    assert _shown(website, uuid) == {**expected, "name": "Noget andet"}


def _shown(world: World, uuid: str) -> dict[str, object]:
    fields = world.event_of(uuid).fields.as_json()
    return {name: fields[name] for name in SHOWN}


def _as_the_version_before_left_it(world: World, uuid: str, edited: dict[str, str]) -> None:
    world.sandbox.place2book.staff_edit(world.event_of(uuid).id, **{**BEFORE, **edited})
    values = {"uuid": uuid, "before": json.dumps(BEFORE), "drift": json.dumps(edited)}
    with world.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE sync.links SET applied = applied || CAST(:before AS jsonb), echo = echo || CAST(:before AS "
                "jsonb), drift = CAST(:drift AS jsonb) WHERE uuid = :uuid"
            ),
            values,
        )
        with Operations.context(MigrationContext.configure(connection)):
            MIGRATION.upgrade()
