"""A person in front of a browser."""

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a browser; `sign_in` uses Airflow's own form."""

    page: Page
    address: str
    password: str

    def sign_in(self, name: str) -> None:
        """Sign in on the way to the overview."""
        self.page.goto("/billetbro/")
        self.fill_in_login(name)

    def fill_in_login(self, name: str) -> None:
        """Fill in Airflow's form, and wait to be back at the pages."""
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/billetbro/**")

    def faults(self) -> list[str]:
        """Return what axe finds that keeps somebody from using the page."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html']}" for one in found if one["impact"] in SERIOUS for node in one["nodes"]]

    def sticks_out(self) -> bool:
        """Return whether the page is wider than the screen."""
        wide: bool = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        return wide
