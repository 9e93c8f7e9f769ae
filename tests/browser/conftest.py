"""`make up`, and Chromium in front of it; all tests share one that has run the libraries and exported some sales."""

import shutil
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from tests.browser.person import Person
from tests.browser.running import Running, running_up


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """Start it once, with a run behind it."""
    with running_up() as running:
        yield running


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


@pytest.fixture(scope="session")
def plain() -> Iterator[requests.Session]:
    """Give what asks without a browser and without a login."""
    with requests.Session() as session:
        session.trust_env = False
        yield session
