"""`make up`, and Chromium in front of it; all tests share one that has run the libraries and exported some sales."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from demo.environment import ROOT
from demo.processes import ending_with_parent
from tests.browser.person import Person
from tests.browser.running import Running

LONGEST = 600
"""Seconds to wait for something, many times as long as it takes on a machine that does nothing else."""
WELCOME = re.compile(r"^  (\S.*?) {2,}(\S+)", re.MULTILINE)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """Start it, and wait until a run has ended."""
    with TemporaryDirectory(prefix="billetbro-up-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        output = folder / "output"
        command = ending_with_parent([sys.executable, "-m", "demo.up", "--state", str(folder)], "TERM")
        with (
            output.open("wb") as stream,
            subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT) as process,
        ):
            try:
                wait_for(lambda: "Ctrl-C" in output.read_text(), process)
                yield _with_sales(dict(WELCOME.findall(output.read_text())), process)
            finally:
                process.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        browser.close()


@pytest.fixture
def person(browser: Browser, running: Running) -> Iterator[Callable[..., Person]]:
    """Give what opens a browser for a person: `person("nora")` is signed in, `person(None)` is not."""
    opened: list[Person] = []

    def open_for(name: str | None, **settings: object) -> Person:
        context = browser.new_context(base_url=running.address, locale="da-DK", **settings)  # type: ignore[arg-type]
        found = Person(page=context.new_page(), address=running.address, password=running.password)
        opened.append(found)
        if name is not None:
            found.sign_in(name)
        return found

    yield open_for
    for one in opened:
        one.page.context.close()


def wait_for(ready: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait for a condition, unless the process ends."""
    deadline = time.monotonic() + LONGEST
    while not ready():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _with_sales(welcome: dict[str, str], process: "subprocess.Popen[bytes]") -> Running:
    """Wait for the first run, buy some tickets, and run once more."""
    running = Running(address=welcome["Airflow"], password=welcome["password"], sandbox=welcome["stand-in APIs"])
    wait_for(running.has_run, process)
    running.buy_some()
    run_id = running.start_run()
    wait_for(lambda: running.state_of(run_id) == "success", process)
    return running


@pytest.fixture(scope="session")
def plain() -> Iterator[requests.Session]:
    """Give what asks without a browser and without a login."""
    with requests.Session() as session:
        session.trust_env = False
        yield session
