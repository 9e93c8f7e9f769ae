"""The child processes of `make up`."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo.processes import ProcessEndedError, Processes, ending_with_parent

FOREVER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
IGNORES_TERM = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
]
FAILS = [sys.executable, "-c", "print('first line'); print('the reason'); raise SystemExit(3)"]


@pytest.fixture
def marker(tmp_path: Path) -> str:
    return f"marker-of-{tmp_path}"


def test_processes_after_their_block_have_ended(tmp_path: Path, marker: str) -> None:
    with Processes(tmp_path, {}) as processes:
        processes.start("one", [*FOREVER, marker])
        processes.start("two", [*FOREVER, marker])
        _wait_for(tmp_path / "one.log", tmp_path / "two.log")
        processes.check()
        assert _running(marker) == 2

    assert _running(marker) == 0


def test_process_that_will_not_end_is_ended(tmp_path: Path, marker: str) -> None:
    with Processes(tmp_path, {}, stop_timeout=0.3) as processes:
        processes.start("stubborn", [*IGNORES_TERM, marker])
        _wait_for(tmp_path / "stubborn.log")

    assert _running(marker) == 0


def test_process_that_ended_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Processes(tmp_path, {}) as processes:
        processes.start("unlucky", FAILS)
        with pytest.raises(ProcessEndedError) as caught:
            _check_for_two_minutes(processes)

    expected = f"unlucky ended (code 3). Its log, {tmp_path / 'unlucky.log'}, ends:\n  first line\n  the reason"
    assert str(caught.value) == expected


def test_command_run_to_its_end_that_fails_is_an_error(tmp_path: Path) -> None:
    with Processes(tmp_path, {}) as processes, pytest.raises(ProcessEndedError, match=r"unlucky ended \(code 3\)"):
        processes.run("unlucky", FAILS)


def test_command_run_to_its_end_gets_the_environment_given_and_no_other(tmp_path: Path) -> None:
    code = "import os; print(os.environ['GREETING'], 'HOME' in os.environ)"
    with Processes(tmp_path, {"GREETING": "goddag"}) as processes:
        processes.run("speaks", [sys.executable, "-c", code])
        processes.check()

    assert (tmp_path / "speaks.log").read_text() == "goddag False\n"


def test_command_ending_with_its_parent_gets_the_signal_when_that_is_killed(tmp_path: Path, marker: str) -> None:
    command = [str(part) for part in ending_with_parent([*FOREVER, marker], "KILL")]
    log = tmp_path / "orphan.log"
    parent_code = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
    with (
        log.open("wb") as output,
        subprocess.Popen([sys.executable, "-c", parent_code, *command], stdout=output) as parent,
    ):
        _wait_for(log)
        parent.send_signal(signal.SIGKILL)

    # Where the system cannot do it, the command is left as it was.
    still_running = 0 if command[0] == "setpriv" else 1
    _wait_until_running(still_running, marker)
    assert _running(marker) == still_running


def _check_for_two_minutes(processes: Processes) -> None:
    for _ in range(1200):
        processes.check()
        time.sleep(0.1)


def _wait_for(*logs: Path) -> None:
    deadline = time.monotonic() + 120
    while not all(log.exists() and "here" in log.read_text() for log in logs):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _wait_until_running(number: int, marker: str) -> None:
    deadline = time.monotonic() + 120
    while _running(marker) != number and time.monotonic() < deadline:
        time.sleep(0.05)


def _running(marker: str) -> int:
    processes = psutil.process_iter(["cmdline"])
    return sum((process.info["cmdline"] or [""])[-1] == marker for process in processes)
