"""What one library may do side by side: write-backs and lists of purchases, within the setting, each on its own."""

from __future__ import annotations

from threading import Barrier
from typing import Any

import pytest

from billetbro.models import TicketStatus
from billetbro.sources.dpl_cms.source import DplCmsSource
from tests.cases import cases
from tests.integration.steps.harness import AN_EVENT, Died, Happened, World

pytestmark = pytest.mark.slow

SERVER = "cms:solbjerg"
PATCH = (SERVER, "PATCH")
READ = ["extract", "transform", "load"]
FEW = 6
"""Requests at once in these tests: more than what else is read at once, so that it is the setting that counts."""


def programme(world: World, number: int = 12) -> list[str]:
    """Publish so many events and put them on sale, and return their uuids."""
    world.configure(requests={"concurrency": FEW, "per_second": 2000})
    uuids = [world.add(f"Koncert {one:02}", uuid=f"{one:02}") for one in range(number)]
    world.run(only=READ)
    return uuids


def write_back(world: World) -> Happened:
    return world.run(only=[*READ, "writeback"])


def outcomes(world: World, run: Happened) -> list[tuple[str, str | None, bool | None]]:
    query = "SELECT status, error_code, outcome_unknown FROM sync.changes WHERE run_id = :run AND kind = 'write_back'"
    rows = world.rows(f"{query} ORDER BY id", run=run.run_id)
    return [(row["status"], row["error_code"], row["outcome_unknown"]) for row in rows]


def test_write_backs_are_sent_side_by_side_within_the_setting(world: World) -> None:
    uuids = programme(world)
    world.sandbox.log.clear()
    run = world.after_fault(SERVER, "slow", "PATCH", AN_EVENT, seconds=0.3)
    assert (run.raised, run.counted) == ({}, {PATCH: len(uuids)})
    assert world.sandbox.log.most_at_once[SERVER] == FEW
    assert all(world.answers(world.link_shown(uuid)) for uuid in uuids)
    world.after_repair()
    assert world.run().writes == []


def test_purchases_are_read_side_by_side_within_the_setting(world: World) -> None:
    uuids = programme(world)
    world.run()
    for uuid in uuids:
        world.sandbox.place2book.buy(world.event_of(uuid).id)
    world.sandbox.log.clear()
    run = world.after_fault("place2book", "slow", "GET", "/purchases$", seconds=0.3)
    assert (run.raised, len(world.rows("SELECT * FROM warehouse.purchases"))) == ({}, len(uuids))
    assert world.sandbox.log.most_at_once["place2book"] == FEW


@cases(
    "fault known failed",
    ("login", {"code": 403}, "wrong_credentials", 1),
    ("down", {"code": 503}, "outcome_unknown", 5),
)
def test_write_back_that_stops_in_the_middle_begins_no_more_and_records_what_was_under_way(
    world: World, fault: dict[str, Any], known: str, failed: int
) -> None:
    uuids = programme(world, 20)
    world.sandbox.faults.add(SERVER, "status", "PATCH", "/events/(?!0[0-5])[0-9]{2}$", **fault)
    run = write_back(world)
    sent = run.counted[PATCH]
    assert set(run.raised) == {"writeback"}
    assert 6 + failed <= sent < 6 + failed + FEW
    told = outcomes(world, run)
    assert len([one for one in told if one[0] == "applied"]) == 6
    assert len([one for one in told if one[1] == known]) == sent - 6
    assert [one for one in told if one[1] == "not_sent"] == [("failed", "not_sent", False)] * (len(uuids) - sent)
    assert world.after_repair().counted[PATCH] == len(uuids) - 6
    assert all(world.answers(world.link_shown(uuid)) for uuid in uuids)


def test_lost_answers_of_several_write_backs_leave_each_of_them_in_doubt(world: World) -> None:
    uuids = programme(world, 4)
    world.sandbox.faults.add(SERVER, "drop_after", "PATCH", "/events/0[1-3]$")
    run = write_back(world)
    assert set(run.raised) == {"writeback"}
    assert [(status, unknown) for status, _, unknown in outcomes(world, run)] == [("applied", False)] + [
        ("failed", True)
    ] * 3
    again = world.after_repair()
    assert (again.raised, again.writes) == ({}, [])
    assert all(world.answers(world.link_shown(uuid)) for uuid in uuids)


def test_process_that_dies_with_several_write_backs_under_way_leaves_each_of_them_in_doubt(world: World) -> None:
    uuids = programme(world, 10)
    together = Barrier(FEW)

    class DiesWithSeveral(DplCmsSource):
        def write_back(self, uuid: str, status: TicketStatus) -> None:
            super().write_back(uuid, status)
            if uuid != uuids[0]:
                try:
                    together.wait(timeout=60)
                finally:
                    raise Died

    world.source = DiesWithSeveral
    run = write_back(world)
    assert isinstance(run.raised["writeback"], Died)
    statuses = [status for status, *_ in outcomes(world, run)]
    assert (statuses.count("applied"), statuses.count("applying")) == (1, FEW)
    world.source = DplCmsSource
    again = world.run()
    assert (again.raised, again.counted) == ({}, {PATCH: len(uuids) - 1 - FEW})
    closed = [(status, unknown) for status, _, unknown in outcomes(world, run)]
    assert closed.count(("failed", True)) == FEW
    assert all(world.answers(world.link_shown(uuid)) for uuid in uuids)
