"""The pages as a person sees them: requests with or without a login, and what a page says."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape

from httpx import Response
from sqlalchemy import Engine, delete, select, text, update
from starlette.testclient import TestClient

from billetbro.models import Mode
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import NothingToDo, RunRequest, utc_now
from demo.environment import make_live

FOR_A_PERSON = {"Accept": "text/html,application/xhtml+xml"}
TAG = re.compile(r"<[^>]*>")
HIDDEN = re.compile(r'<input type="hidden" name="([a-z0-9_]+)" value="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Site:
    """Asks for pages; `get` is a person's browser, `client` anything else."""

    client: TestClient
    engine: Engine

    def as_person(self, name: str, role: str) -> "Site":
        """Sign in as a user of Airflow's simple login: VIEWER, USER, OP or ADMIN."""
        from airflow.api_fastapi.app import get_auth_manager
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

        user = SimpleAuthManagerUser(username=name, role=role)
        self.client.cookies.set("_token", get_auth_manager().generate_jwt(user))
        return self

    def get(self, path: str, **headers: str) -> Response:
        """Ask for a page below `/billetbro`."""
        return self.client.get(f"/billetbro{path}", headers=FOR_A_PERSON | headers)

    def form(self, query: str) -> dict[str, str]:
        """Return the form of a page that asks for a confirmation."""
        answer = self.get(f"/actions/confirm?{query}")
        assert answer.status_code == 200, answer.text
        return {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}

    def post(self, form: Mapping[str, str], path: str = "/actions") -> Response:
        """Send a form."""
        return self.client.post(f"/billetbro{path}", data=dict(form), headers=FOR_A_PERSON)

    def text(self, path: str) -> str:
        """Return what a page says, without its tags; the page must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return text_of(answer.text)


def text_of(html: str) -> str:
    """Return what a person reads of a page."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def pause(*, paused: bool) -> None:
    """Pause the hourly job in Airflow, or let it go on."""
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    with create_session() as session:
        session.execute(update(DagModel).where(DagModel.dag_id == "place2book_sync").values(is_paused=paused))


def forget_runs(engine: Engine) -> None:
    """Remove all runs from Airflow, and what people asked for."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        session.execute(delete(DagRun))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM sync.actions"))


def started_runs() -> list[tuple[str, str | None, dict[str, object]]]:
    """Return the runs in Airflow: id, who triggered each, and what it was started with."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        found = session.execute(select(DagRun.run_id, DagRun.triggering_user_name, DagRun.conf).order_by(DagRun.id))
        return [(run_id, user, conf) for run_id, user, conf in found]


def run_all(run_id: str, mode: Mode = Mode.SYNC) -> None:
    """Run every library through the steps of the hourly job, as its tasks would."""
    from billetbro_airflow.tasks import steps
    from billetbro_airflow.tasks.databases import billetbro_engine

    engine, settings, request = billetbro_engine(), load_settings(), RunRequest(run_id=run_id, mode=mode)
    make_live(engine, [library.id for library in settings.libraries])
    begin(engine, settings.libraries, request, utc_now())
    for library in settings.libraries:
        job = steps.Job(engine=engine, settings=settings, library=library, request=request)
        for step in (steps.extract, steps.transform, steps.load, steps.writeback, steps.export_purchases):
            with suppress(NothingToDo):
                step(job)
