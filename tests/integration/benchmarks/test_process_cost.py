"""CPU of processes that have ended counts, and peak memory is seen while they live."""

import os
import signal
import subprocess
import sys

import pytest

from benchmarks.process_cost import Peak, spent_by

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

GRANDPARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]]); input()"
BUSY = "import time\nwhile time.process_time() < 1: pass"
"""Twice what is waited for: the kernel counts in whole ticks, and may count fewer than there were."""
LARGE = "import time; held = b'x' * 100_000_000; time.sleep(600)"


def grandparent(work: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", GRANDPARENT, work], stdin=subprocess.PIPE)


def test_cpu_of_a_process_that_has_ended_counts_as_its_parents() -> None:
    with grandparent(BUSY) as process:
        while (spent := spent_by({"it": process.pid}))["it forks"] < 0.5:
            assert process.poll() is None
        process.kill()
    assert sorted(spent) == ["it", "it forks"]


def test_peak_is_that_of_the_grandchildren() -> None:
    peak, child = Peak(), "import subprocess, sys; subprocess.run(sys.argv[1:])"
    command = [sys.executable, "-c", child, sys.executable, "-c", child, sys.executable, "-c", LARGE]
    with subprocess.Popen(command, start_new_session=True) as root:
        with peak.watching(root.pid):
            while peak.mib < 95:
                assert root.poll() is None
        os.killpg(root.pid, signal.SIGKILL)
