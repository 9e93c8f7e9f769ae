"""The report as Chromium shows and prints it: nothing sticks out, every chart is to be seen."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from billetbro.warehouse.reports.page import page_of
from billetbro.warehouse.reports.rows import Rows
from tests.unit.warehouse.reports.examples import AS_OF, SOLBJERG, busy_year, event, figures

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
PAGES = {
    "busy month": (busy_year(), 6, 4),
    "no sales": (Rows(events=(event(1, tickets=0, title=LONG),), as_of=AS_OF), 0, 2),
    "nothing was ever read": (Rows(), 0, 2),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        browser.close()


@pytest.fixture(params=PAGES.values(), ids=PAGES.keys())
def shown(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, int, int]:
    rows, charts, sheets = request.param
    file = tmp_path / "report.html"
    file.write_text(page_of(figures(rows), SOLBJERG))
    return file.as_uri(), charts, sheets


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_page_fits_the_screen_with_every_chart(browser: Browser, shown: tuple[str, int, int], width: int) -> None:
    address, charts, _ = shown
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth")
    boxes = [chart.bounding_box() for chart in page.locator("svg").all()]
    page.close()
    assert (wide, asked, len(boxes)) == (width, [address], charts)
    assert [box for box in boxes if not box or box["width"] < 300 or box["height"] < 80] == []


def test_page_prints_on_few_sheets(browser: Browser, shown: tuple[str, int, int]) -> None:
    address, _, sheets = shown
    page = browser.new_page()
    page.goto(address)
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= sheets
