"""What the staff of a venue read at the command line: they plan in Yesplan, and are told of nothing else."""

import json
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine

from billetbro.messages.libraries import translator_of_libraries
from billetbro.steps.report import make_report
from sandbox.server import Sandbox
from tests.integration.cli.conftest import Command, demonstration_of

pytestmark = pytest.mark.usefixtures("synced")


@pytest.fixture(scope="module")
def libraries_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration_of("yesplan", tmp_path_factory.mktemp("settings"))


@pytest.mark.parametrize(
    ("title", "code", "sentence"),
    [
        ("Kameliadamen", "has_button", "står i Yesplan."),
        ("Visekoncert", "price_not_a_number", "Et prisfelt i Yesplan kan ikke læses"),
        ("Jazzaften", "not_relevant", "status i Yesplan"),
        ("Findes ikke", "never_seen", "i Yesplans liste"),
    ],
)
def test_why_of_a_venues_event_speaks_of_yesplan(command: Command, title: str, code: str, sentence: str) -> None:
    told = command("why", event=title, json=True).json
    (answer,) = [one["answer"] for one in (told, *told.get("libraries", {}).values()) if "answer" in one]
    assert (answer["code"], sentence in answer["message"]) == (code, True)
    assert "CMS" not in command("why", event=title).out


def test_history_and_rejections_of_a_venue_speak_of_yesplan(command: Command) -> None:
    history = command("history", event="Kameliadamen").out
    assert "skrevet til Yesplan" in history
    assert "status: I salg" in history
    rejections = command("rejections").out
    assert "Et prisfelt i Yesplan" in rejections
    assert "CMS" not in history + rejections


def test_plan_and_report_of_a_venue_speak_of_yesplan(command: Command, sandbox: Sandbox, synced: Engine) -> None:
    state = sandbox.yesplan["theater"]
    state.edit(state.find("Åbent hus bag scenen").id, ticketing_capacity="250", ticket_state="Udsolgt")
    plan = command("plan").out
    assert "(arrangementet er ændret i Yesplan)" in plan
    report = make_report(synced, "first", translator_of_libraries()).text
    assert "Skrevet til Yesplan: 4" in report
    assert "status: - -> I salg" in report
    assert "CMS" not in plan + report


@pytest.mark.parametrize(
    ("extra", "line"),
    [
        ({}, "OK    theater: Yesplans webhook (theater_webhook): hemmeligheden er der"),
        (
            {"previous_secret": "made-up secret of last year"},
            "OK    theater: Yesplans webhook (theater_webhook): SKIFTES: både den nye og den gamle hemmelighed gælder.",
        ),
        ({"previous_secret": "short"}, "FEJL  theater: Yesplans webhook (theater_webhook)"),
    ],
    ids=["one", "two", "one too short"],
)
def test_check_tells_while_two_secrets_of_the_webhook_count(
    command: Command, libraries_file: Path, monkeypatch: pytest.MonkeyPatch, extra: dict[str, str], line: str
) -> None:
    content = yaml.safe_load(libraries_file.read_text())
    content["libraries"][0]["source"]["webhook"] = "theater_webhook"
    other = libraries_file.with_name("webhook.yaml")
    other.write_text(yaml.safe_dump(content, allow_unicode=True))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(other))
    given = {"conn_type": "generic", "password": "made-up secret of the theatre", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_THEATER_WEBHOOK", json.dumps(given))
    assert line in command("check").out
