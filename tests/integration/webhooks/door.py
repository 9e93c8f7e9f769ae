"""The webhook as a test reaches it: its address, the runs that it asked for, and what it remembers."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, text

from billetbro.settings.libraries import LibrariesFileError
from billetbro_airflow.webhooks.answers import NotAnswered
from sandbox.yesplan_webhook import Webhook as Yesplan

SECRETS = {"theater": b"made-up secret of the theatre", "kulturhus": b"made-up secret of the house"}
KNOWN, NEW, STUCK = "1201-1700000000", "1202-1700000000", "1203-1700000000"
GROUPS = {
    "group": (KNOWN, NEW),
    "untold": (),
    "full": tuple(f"{number}-17" for number in range(200)),
    "overfull": tuple(f"{number}-17" for number in range(201)),
}
"""The groups of events in Yesplan by id, and the events in each. One cannot be told of."""
SERIES = "untold"
"""The series of the event KNOWN, as the latest snapshot has it."""


@dataclass(slots=True)
class WrittenDown:
    """Runs as they were asked for; all wait until `begun` is set, and none can be started while `paused`.

    To start one takes `seconds`, as it does in Airflow.
    """

    started: list[tuple[str, ...]] = field(default_factory=list)
    """Of each, the library and the events."""
    ids: list[str] = field(default_factory=list)
    begun: bool = False
    paused: bool = False
    seconds: float = 0.0

    def waiting(self, library: str) -> list[str]:
        """Return the runs that wait for this library."""
        return [] if self.begun else [run_id for run_id in self.ids if f"__{library}__" in run_id]

    def start(self, library: str, uuids: Sequence[str], run_id: str) -> None:
        """Write down a run."""
        if self.paused:
            raise NotAnswered(503, "paused", retry_after=300)
        time.sleep(self.seconds)
        self.started.append((library, *uuids))
        self.ids.append(run_id)


@dataclass(slots=True)
class Door:
    """The webhook, and what stands behind it."""

    address: str
    engine: Engine
    runs: WrittenDown
    secrets: dict[str, tuple[bytes, ...]]
    looks: threading.Event = field(default_factory=threading.Event)
    """Cleared while the secrets cannot be looked up."""
    logged: dict[str, int] = field(default_factory=dict)
    """The kinds of refusals that were logged, with how many more there were."""
    looked: int = 0
    settings_are_broken: bool = False
    answers: threading.Event = field(default_factory=threading.Event)
    """Set once Yesplan tells whether it has the event STUCK."""

    def known_secrets(self) -> dict[str, tuple[bytes, ...]]:
        """Return the secrets, once they can be looked up."""
        self.looked += 1
        self.looks.wait(30)
        return self.secrets

    def events_of(self, _library: str) -> Door:
        """Return what asks Yesplan for events."""
        if self.settings_are_broken:
            raise LibrariesFileError("libraries.yaml: the libraries' settings have mistakes:\n  - nordvig: id: missing")
        return self

    def has_event(self, uuid: str) -> bool:
        """Tell whether Yesplan has an event; it has NEW."""
        return uuid == NEW or (uuid == STUCK and self.answers.wait(30))

    def of_group(self, group: str) -> Sequence[str] | None:
        """Return the events of a group in Yesplan."""
        if group == STUCK:
            self.answers.wait(30)
            return (STUCK,)
        return GROUPS.get(group)

    def yesplan(self, library: str = "theater", secret: str | None = None) -> Yesplan:
        """Return a venue's Yesplan that has the library's secret, or another."""
        known = SECRETS.get(library, b"made-up secret of nobody").decode()
        return Yesplan(f"{self.address}/{library}", known if secret is None else secret)

    def requests(self) -> list[tuple[object, ...]]:
        """Return library, event, action and run of the requests that are remembered, in order."""
        query = text("SELECT library, uuid, action, run_id FROM sync.webhook_requests ORDER BY received_at")
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]
