"""Whatever is lost on the way: where staff touch nothing, Place2book ends as the source is; nothing seems staff's."""

from typing import Any, ClassVar

import pytest
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine

from billetbro.reconcile.planning.owned_fields import written_time
from sandbox.server import Sandbox
from tests.examples import given_examples
from tests.integration.steps.harness import new_world
from tests.integration.steps.venue import in_yesplan
from tests.properties.editors import Editors

TAKEN_FOR_STAFF = """
    SELECT title, kind AS what FROM sync.changes WHERE kind = 'drift'
    UNION SELECT title, code FROM sync.rejections WHERE code = 'event_missing_in_place2book'
"""
WANTED = """
    SELECT s.uuid, s.mapped -> 'desired' AS desired FROM sync.source_events s
    WHERE s.present AND s.mapped ->> 'outcome' = 'ticket_event' AND NOT EXISTS (
        SELECT FROM sync.rejections r WHERE r.uuid = s.uuid AND r.resolved_at IS NULL)
"""
CALLED_OFF = """
    SELECT l.uuid, l.event_id FROM sync.links l LEFT JOIN sync.source_events s USING (library, uuid)
    WHERE l.status = 'live' AND CASE WHEN coalesce(s.present, false)
        THEN s.mapped ->> 'outcome' = 'cancelled' ELSE l.starts_at >= :window_start END
"""


class SourceAlone(Editors):
    """A library whose ticket staff leave everything to the source; `looked` counts the events that were looked at."""

    looked: ClassVar[int] = 0

    def see_that_all_is_well(self) -> None:
        """See that Place2book is what the source wants, and that nothing of ours was taken for staff's, besides."""
        super().see_that_all_is_well()
        assert self.world.rows(TAKEN_FOR_STAFF) == []
        links = self.world.ours()
        for row in self.world.rows(WANTED):
            link = links[row["uuid"]]
            type(self).looked += 1
            assert (link.drift, self._stands(link.event_id, row["desired"])) == ({}, _wanted(row["desired"]))
        [latest] = self.world.rows("SELECT window_start FROM sync.runs ORDER BY id DESC LIMIT 1")
        for row in self.world.rows(CALLED_OFF, **latest):
            assert not self.world.sandbox.place2book.get(row["event_id"]).active(self.world.now())

    def _stands(self, event_id: int, desired: dict[str, Any]) -> dict[str, object]:
        event = self.world.sandbox.place2book.get(event_id)
        wanted = {price["name"] for price in desired["prices"]}
        prices = [price.fields for price in event.prices.values()]
        return {
            "name": event.fields.name,
            "capacity": event.fields.capacity,
            "begin_at": written_time(event.fields.begin_at),
            "prices": sorted((p.name, p.value) for p in prices if p.name in wanted or p.sale_end_at is None),
        }


def _wanted(desired: dict[str, Any]) -> dict[str, object]:
    return {
        "name": desired["name"],
        "capacity": desired["capacity"],
        "begin_at": desired["begin_at"],
        "prices": sorted((price["name"], price["value_ore"]) for price in desired["prices"]),
    }


@pytest.mark.slow
@pytest.mark.story
@pytest.mark.parametrize("source", ["dpl_cms", "yesplan"])
def test_library_whose_staff_edit_nothing_ends_as_its_source_is(sandbox: Sandbox, engine: Engine, source: str) -> None:
    class Story(SourceAlone):
        def fresh(self) -> None:
            world = new_world(sandbox, engine, ["solbjerg"], seeded=False)
            if source == "yesplan":
                world.libraries["solbjerg"] = in_yesplan(world.libraries["solbjerg"])
            type(self).world = world

    examples = given_examples(few=2, many=24, steps=25)
    run_state_machine_as_test(Story, settings=examples)
    assert Story.looked >= 2 * examples.max_examples
