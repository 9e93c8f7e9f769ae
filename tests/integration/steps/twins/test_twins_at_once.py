"""Twins that several processes work on at the same moment, in any order: nobody waits for ever or sells twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.steps.twins.hours import told_of
from tests.integration.steps.twins.pair import SOLBJERG, Twins

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ROOT = Path(__file__).parents[4]
COMMAND = [sys.executable, "-m", "tests.integration.steps.twins.hours"]


@pytest.mark.parametrize("leader", [SOLBJERG])
def test_processes_that_run_twins_at_once_sell_each_event_once(twins: Twins, leader: str, follower: str) -> None:
    twins.run()
    titles = [f"Koncert {number}" for number in range(4)]
    for title in titles:
        twins.publish(leader, title), twins.publish(follower, title)
    orders = [[leader, follower], [follower, leader], [follower]]
    running = []
    for number, order in enumerate(orders):
        process = subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        process.stdin.write(told_of(twins.world, number + 1, order, 2))
        process.stdin.close()
        running.append(process)
    said = [process.stdout.read() if process.stdout else "" for process in running]
    assert ([process.wait() for process in running], said) == ([0] * 3, ["[]\n"] * 3)
    for process in running:
        assert process.stdout is not None
        process.stdout.close()
    assert {name: count for (name, _), count in twins.on_sale().items()} == dict.fromkeys(titles, 1)
    assert twins.run().writes == []
