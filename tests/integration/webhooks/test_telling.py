"""The end of a run, for several libraries that asked for it in their Yesplan."""

import json
import logging
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine, text

from billetbro.models import WebhookAction
from billetbro.steps.request import RunRequest, utc_now
from billetbro.store import webhook_requests as stored
from billetbro_airflow.tasks.webhook_states import tell_who_asked
from demo.environment import LIBRARIES
from sandbox.server import Sandbox

RUN = RunRequest(run_id="scheduled__1")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = yaml.safe_load(LIBRARIES.read_text())["libraries"][0]
    source = {"type": "yesplan", "price_unit": "kroner", "custom_data": {"webhook_state": "ticketing_update"}}
    venues = [
        {**library, "id": venue, "place2book": {"event_maker": maker}, "source": {**source, "conn_id": f"y_{venue}"}}
        for maker, venue in ((6000, "closed"), (6001, "theater"))
    ]
    (tmp_path / "libraries.yaml").write_text(yaml.safe_dump({"libraries": venues}))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(tmp_path / "libraries.yaml"))


def test_venue_is_told_although_another_is_listed_no_more_and_a_third_has_no_connection(
    engine: Engine, settings: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Sandbox(seeded=False) as sandbox, caplog.at_level(logging.WARNING, "billetbro_airflow.tasks.webhook_states"):
        theater = sandbox.yesplan["theater"]
        given = {"conn_type": "yesplan", "host": sandbox.yesplan_urls["theater"], "password": theater.api_key}
        monkeypatch.setenv("AIRFLOW_CONN_Y_THEATER", json.dumps(given))
        event = theater.add()
        with engine.begin() as connection:
            for library in ("closed", "gone", "theater"):
                stored.remember(connection, library, library, utc_now())
                stored.note_run(connection, library, event, WebhookAction.UPDATE, RUN.run_id)
        tell_who_asked(engine, RUN)
        assert theater.get(event).custom == {"ticketing_update": "failed"}
    assert [record.getMessage() for record in caplog.records] == [
        "closed: the states of forced updates could not be shown: There is no connection 'y_closed'; add it in Airflow "
        "under Admin, Connections.",
        "gone: the states of forced updates could not be shown: unknown library: gone; known are: closed, theater",
    ]
    with engine.connect() as connection:
        told = connection.execute(text("SELECT library, told_at IS NOT NULL FROM sync.webhook_requests ORDER BY 1"))
        assert [tuple(row) for row in told] == [("closed", False), ("gone", False), ("theater", True)]
