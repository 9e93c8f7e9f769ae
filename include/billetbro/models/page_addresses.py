"""The addresses of Billetbro's pages in Airflow's interface."""

from dataclasses import dataclass
from urllib.parse import quote

ROOT = "/billetbro"


@dataclass(frozen=True, slots=True)
class PageAddresses:
    """Addresses below Airflow's own; without `base` they are paths, for links from one page to another."""

    base: str = ""

    @property
    def overview(self) -> str:
        """Return the address of the overview."""
        return self._at("")

    @property
    def runs(self) -> str:
        """Return the address of the list of runs."""
        return self._at("runs")

    @property
    def sales(self) -> str:
        """Return the address of the sales."""
        return self._at("sales")

    @property
    def health(self) -> str:
        """Return the address that a monitoring system asks."""
        return self._at("health")

    def library(self, library: str) -> str:
        """Return the address of a library's page."""
        return self._at("libraries", library)

    def event(self, library: str, uuid: str) -> str:
        """Return the address of an event's page."""
        return self._at("libraries", library, "events", uuid)

    def run(self, run_id: str) -> str:
        """Return the address of a run's page."""
        return self._at("runs", run_id)

    def _at(self, *parts: str) -> str:
        return "/".join((self.base.rstrip("/") + ROOT, *(quote(part, safe="") for part in parts)))
