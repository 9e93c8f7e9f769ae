"""The pages as a person sees them: requests with or without a login, and what a page says."""

import re
from dataclasses import dataclass
from html import unescape

from httpx import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from billetbro.models import Mode
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest, utc_now

FOR_A_PERSON = {"Accept": "text/html,application/xhtml+xml"}
TAG = re.compile(r"<[^>]*>")


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

    def text(self, path: str) -> str:
        """Return what a page says, without its tags; the page must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return text_of(answer.text)


def text_of(html: str) -> str:
    """Return what a person reads of a page."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def run_all(run_id: str) -> None:
    """Run every library through the steps of the hourly job, as its tasks would."""
    from billetbro_airflow.tasks import steps
    from billetbro_airflow.tasks.databases import billetbro_engine

    engine, settings, request = billetbro_engine(), load_settings(), RunRequest(run_id=run_id, mode=Mode.SYNC)
    begin(engine, settings.libraries, request, utc_now())
    for library in settings.libraries:
        job = steps.Job(engine=engine, settings=settings, library=library, request=request)
        for step in (steps.extract, steps.transform, steps.load, steps.writeback, steps.export_purchases):
            step(job)
