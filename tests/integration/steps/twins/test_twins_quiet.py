"""A library with a twin is compared whole every hour: what it has to do depends on the other one's tables, too."""

from tests.integration.steps.harness import World
from tests.integration.steps.twins.pair import SOLBJERG, twins_of
from tests.integration.steps.venue import VENUE


def test_twins_are_always_compared(world: World) -> None:
    twins = twins_of(world, SOLBJERG, VENUE)
    twins.publish(SOLBJERG)
    for _ in range(4):
        happened = twins.run()
    assert happened.raised == {}
    rows = world.rows("SELECT unchanged FROM sync.runs WHERE run_id = :run", run=happened.run_id)
    assert [row["unchanged"] for row in rows] == [False, False]
