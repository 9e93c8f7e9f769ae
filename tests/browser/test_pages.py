"""The pages as people see and use them, in Chromium (behaviour 12)."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.long]

Opened = Callable[..., Person]
PAGES = ("/billetbro/",)
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 740}}


def test_nobody_is_sent_to_the_login_and_comes_back_to_the_page(person: Opened) -> None:
    visitor = person(None)
    visitor.page.goto("/billetbro/?lang=en")
    visitor.fill_in_login("admin")
    assert visitor.page.url.endswith("/billetbro/?lang=en")
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Overview"


def test_the_pages_stand_in_airflows_own_navigation(person: Opened) -> None:
    operator = person("admin")
    operator.page.goto("/")
    operator.page.get_by_role("link", name="Billetbro").or_(
        operator.page.get_by_role("button", name="Billetbro")
    ).first.click()
    shown = operator.page.frame_locator("iframe[title='Billetbro']")
    shown.get_by_role("heading", name="Oversigt", level=1).wait_for()


def test_a_person_of_one_library_sees_that_one_and_those_that_are_for_all(person: Opened) -> None:
    seen = {name: person(name).page.locator("main").inner_text() for name in ("admin", "nora", "lis")}
    assert [("Nordvig" in text, "Solbjerg" in text) for text in seen.values()] == [
        (True, True),
        (True, True),
        (False, True),
    ]


@pytest.mark.parametrize(("address", "size", "scheme"), [*product(PAGES, SIZES, ("light", "dark"))])
def test_page_fits_the_screen_and_has_no_fault_that_keeps_anybody_out(
    person: Opened, address: str, size: str, scheme: str
) -> None:
    reader = person("admin", viewport=SIZES[size], color_scheme=scheme)
    reader.page.goto(address)
    assert (reader.faults(), reader.sticks_out()) == ([], False)


def test_page_works_without_scripts_and_by_keyboard(person: Opened) -> None:
    reader = person("admin")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.page.goto("/billetbro/")
    assert reader.page.locator("script").count() == 0
    assert [url for url in asked if not url.startswith(reader.address)] == []
