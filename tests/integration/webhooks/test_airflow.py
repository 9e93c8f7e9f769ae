"""What the webhook has of Airflow: secrets in connections, runs that wait, and its place in the API server."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from airflow.models.dagrun import DagRun
from airflow.plugins_manager import get_fastapi_plugins
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import delete

from billetbro.errors import BilletbroError
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.webhooks.airflow_runs import AirflowRuns
from billetbro_airflow.webhooks.answers import NotAnswered
from billetbro_airflow.webhooks.take_action import RunDesk
from billetbro_airflow.webhooks.venues import Venues, events_of
from demo.environment import LIBRARIES
from sandbox.server import Sandbox
from sandbox.yesplan_json import named
from tests.cases import cases

SECRET = "made-up secret of the theatre"
EARLIER = "made-up secret of last year"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    content = yaml.safe_load(LIBRARIES.read_text())
    website = content["libraries"][0]
    venues = [
        {
            **website,
            "id": venue,
            "place2book": {"event_maker": 6000 + number},
            "source": {"type": "yesplan", "conn_id": f"yesplan_{venue}", "price_unit": "kroner"}
            | ({} if venue == "quiet" else {"webhook": f"{venue}_webhook"}),
        }
        for number, venue in enumerate(("theater", "quiet", "short", "missing"))
    ]
    file = tmp_path / "libraries.yaml"
    file.write_text(yaml.safe_dump({**content, "libraries": [website, *venues]}))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    for venue, password in (("theater", f" {SECRET}\n"), ("short", "too short")):
        given = json.dumps({"conn_type": "generic", "password": password})
        monkeypatch.setenv(f"AIRFLOW_CONN_{venue.upper()}_WEBHOOK", given)
    return file


def test_secrets_are_those_of_the_connections_and_one_that_is_none_is_told_of(
    settings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "billetbro_airflow.webhooks.venues"):
        secrets = Venues().secrets()
    assert secrets == {"theater": (SECRET.encode(),)}
    assert [record.getMessage() for record in caplog.records] == [
        "short: Yesplan's webhook is off. The secret in the connection 'short_webhook' (its password, and "
        "previous_secret if there is one) needs 16 characters or more.",
        "missing: Yesplan's webhook is off. There is no connection 'missing_webhook'; add it in Airflow under Admin, "
        "Connections.",
    ]


@cases(
    "extra found",
    ("both", {"previous_secret": f" {EARLIER} "}, (SECRET.encode(), EARLIER.encode())),
    ("the other alone", {"previous_secret": None}, (SECRET.encode(),)),
    ("one that is too short", {"previous_secret": "too short"}, None),
    ("an empty one", {"previous_secret": ""}, None),
)
def test_secret_that_is_being_changed_counts_beside_the_new_one(
    settings: Path, monkeypatch: pytest.MonkeyPatch, extra: dict[str, object], found: tuple[bytes, ...] | None
) -> None:
    given = {"conn_type": "generic", "password": SECRET, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_THEATER_WEBHOOK", json.dumps(given))
    assert Venues().secrets() == ({} if found is None else {"theater": found})


def test_secrets_are_looked_for_again_after_a_while(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    venues = Venues(lambda: moment)
    first = venues.secrets()
    monkeypatch.delenv("AIRFLOW_CONN_THEATER_WEBHOOK")
    second = venues.secrets()
    moment += 11
    assert (first, second, venues.secrets()) == ({"theater": (SECRET.encode(),)}, {"theater": (SECRET.encode(),)}, {})


def test_secrets_while_the_settings_cannot_be_read_are_none(settings: Path) -> None:
    settings.write_text("libraries: 7")
    assert Venues().secrets() == {}


def test_secrets_are_not_lost_by_another_librarys_mistake_but_no_run_can_go_well(settings: Path) -> None:
    content = yaml.safe_load(settings.read_text())
    del content["libraries"][0]["name"]
    settings.write_text(yaml.safe_dump(content))
    assert Venues().secrets() == {"theater": (SECRET.encode(),)}
    with pytest.raises(BilletbroError, match="solbjerg: name"):
        events_of("theater")


def test_events_are_asked_for_in_their_own_librarys_yesplan(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        theater = sandbox.yesplan["theater"]
        given = {"conn_type": "yesplan", "host": sandbox.yesplan_urls["theater"], "password": theater.api_key}
        monkeypatch.setenv("AIRFLOW_CONN_YESPLAN_THEATER", json.dumps(given))
        known, group = theater.events[0].id, named("group", "Nøddeknækkeren")["id"]
        events, website = events_of("theater"), events_of("solbjerg")
        assert [events.has_event(known), events.has_event("9-9"), website.has_event(known)] == [True, False, False]
        inside = tuple(event.id for event in theater.events if event.group == "Nøddeknækkeren")
        assert [events.of_group(group), events.of_group("9-9"), website.of_group(group)] == [inside, None, None]
        theater.behave(revoked=True)
        for asks in (lambda: events.has_event(known), lambda: events.of_group(group)):
            with pytest.raises(BilletbroError):
                asks()


def test_desk_without_the_connection_of_our_tables_is_no_help_now() -> None:
    desk = RunDesk(billetbro_engine, AirflowRuns(), events_of)
    with pytest.raises(NotAnswered) as raised:
        desk.remember("theater", "signature")
    assert (raised.value.status, raised.value.retry_after) == (503, 60)
    assert str(raised.value).startswith("theater: There is no connection 'billetbro_db'")


@pytest.fixture
def queued(airflow_home: Path) -> Iterator[None]:
    runs = [
        ("yesplan__theater__1", DagRunState.QUEUED, "venue_updates"),
        ("yesplan__theater__2", DagRunState.RUNNING, "venue_updates"),
        ("yesplan__theater__3", DagRunState.QUEUED, "another_dag"),
        ("yesplan__theatre__4", DagRunState.QUEUED, "venue_updates"),
        ("scheduled__5", DagRunState.QUEUED, "venue_updates"),
    ]
    with create_session() as session:
        for run_id, state, dag_id in runs:
            session.add(
                DagRun(
                    dag_id=dag_id,
                    run_id=run_id,
                    run_type=DagRunType.MANUAL,
                    state=state,
                    run_after=datetime(2026, 1, 1, tzinfo=UTC),
                    triggered_by=DagRunTriggeredByType.TEST,
                )
            )
    yield
    with create_session() as session:
        session.execute(delete(DagRun).where(DagRun.run_id.in_([run_id for run_id, *_ in runs])))


def test_runs_that_wait_are_those_of_the_library_that_have_not_begun(queued: None) -> None:
    assert AirflowRuns().waiting("theater") == {"yesplan__theater__1"}


def test_run_of_a_dag_that_airflow_has_not_found_is_not_started(airflow_home: Path) -> None:
    with pytest.raises(NotAnswered) as raised:
        AirflowRuns().start("theater", ["1-1"], "yesplan__theater__1")
    assert (raised.value.status, raised.value.retry_after) == (503, 300)


# Airflow's reader of .airflowignore uses a deprecated name of its library.
@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
def test_airflow_mounts_the_webhook_before_the_pages_and_nothing_else_of_ours() -> None:
    ours = [app for app in get_fastapi_plugins()[0] if "Billetbro" in app["name"]]
    assert [(app["url_prefix"], app["name"]) for app in ours] == [
        ("/billetbro/yesplan", "Billetbro: Yesplan's webhook"),
        ("/billetbro", "Billetbro: pages for staff"),
    ]
