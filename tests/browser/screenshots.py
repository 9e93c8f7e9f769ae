"""`python -m tests.browser.screenshots FOLDER`: a picture of each page, light and dark, wide and narrow."""

from __future__ import annotations

import shutil
import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.addresses import addresses
from tests.browser.person import Person
from tests.browser.running import running_up

WIDTHS = {"wide": 1280, "narrow": 390}
TALLEST = 1600
SCHEMES = ("light", "dark")


def main(folder: Path) -> None:
    """Start `make up`, and take the pictures as Airflow's operator."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_up() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        pages = addresses(running)
        for (width, pixels), scheme in product(WIDTHS.items(), SCHEMES):
            size = {"width": pixels, "height": 900}
            context = browser.new_context(base_url=running.address, viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
            person = Person(page=context.new_page(), address=running.address, password=running.password)
            person.sign_in("admin")
            for name, address in pages.items():
                person.page.goto(address)
                height = min(TALLEST, person.page.evaluate("document.documentElement.scrollHeight"))
                part = {"x": 0, "y": 0, "width": pixels, "height": height}
                person.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True, clip=part)  # type: ignore[arg-type]
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
