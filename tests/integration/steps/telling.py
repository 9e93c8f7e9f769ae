"""A world whose people are told of each run, as the report of the hourly job tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from billetbro.messages.notices import Digest
from billetbro.models.message import Message
from billetbro.settings.addresses import NoticeAddress
from billetbro.settings.libraries import Settings, Told
from billetbro.steps.notify import Circle, Ended, Teller, notify
from billetbro.store.runs import read_runs
from billetbro_airflow.notifications.people import circles
from billetbro_airflow.notifications.sending import send
from tests.integration.steps.harness import Happened, World
from tests.post import Mail, Post

CULTURE = "kultur@bib.example"
OPERATOR = "drift@it.example"
HOOK = "chat"
DAG = "place2book_sync"


@dataclass(slots=True)
class Telling:
    """A world, the post, and the operators' addresses."""

    world: World
    post: Post
    operators: list[str] = field(default_factory=list)

    def hour(
        self,
        hours: float = 1,
        *,
        tasks: Mapping[str, Message] | None = None,
        in_time: bool = True,
        events: Sequence[str] = (),
        **run: object,
    ) -> Happened:
        """Run some hours later and tell people."""
        self.world.ahead += timedelta(hours=hours)
        happened = self.world.run(events=events, **run)  # type: ignore[arg-type]
        ended = self.ended(happened, tasks=tasks or {}, in_time=in_time, limited=bool(events))
        notify(self.teller, ended, self.circles())
        return happened

    def told_in_hour(self, hours: float = 1, **how: object) -> list[Mail]:
        """Run some hours later and return the mails that came of it."""
        self.hour(hours, **how)  # type: ignore[arg-type]
        return self.post.taken()

    @property
    def teller(self) -> Teller:
        """Return what sends by the real way."""
        return Teller(engine=self.world.engine, send=send, now=self.world.now())

    def ended(
        self,
        happened: Happened,
        *,
        tasks: Mapping[str, Message] | None = None,
        in_time: bool = True,
        limited: bool = False,
    ) -> Ended:
        """Return how a run ended."""
        with self.world.engine.connect() as connection:
            records = read_runs(connection, happened.run_id)
        return Ended(
            dag_id=DAG, run_id=happened.run_id, records=records, tasks=tasks or {}, in_time=in_time, limited=limited
        )

    def circles(self) -> list[Circle]:
        """Return whoever the settings name."""
        told = Told.model_validate({"notify": self.operators})
        settings = Settings(libraries=tuple(self.world.libraries.values()), operators=told)
        return circles(settings, list(self.world.libraries), self.world.say)

    def noted(self) -> list[dict[str, object]]:
        """Return what is stored of what was told."""
        return self.world.rows("SELECT kind, code, title, told_at FROM sync.notices ORDER BY kind, code, address")


def chat(post: Post, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make the connection to the webhook, and return the entry that names it."""
    given = {"conn_type": "apprise", "extra": {"config": {"path": post.webhook()}}}
    monkeypatch.setenv(f"AIRFLOW_CONN_{HOOK.upper()}", json.dumps(given))
    return {"conn_id": HOOK}


def nobody_told(address: NoticeAddress, message: Digest) -> bool:
    """Send nothing, and fail if that was wanted."""
    raise AssertionError(f"{address} was told {message}")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Give the SQL statements of a block, without those that a new connection begins with."""
    sent: list[str] = []

    def caught(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", caught)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", caught)
