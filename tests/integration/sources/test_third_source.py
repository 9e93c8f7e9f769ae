"""A third kind of source is one file: the example of docs/sources.md, put where the others are, sells a concert."""

import importlib
import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from sqlalchemy import make_url

import billetbro.sources
from billetbro.messages import catalogue
from billetbro.messages.libraries import translator_of_libraries
from billetbro.reconcile.reasons import rejection_message
from billetbro.settings.libraries import LibrariesFileError, load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest, utc_now
from billetbro_airflow.tasks import steps
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.sources import check_source
from demo.environment import ROOT, EmbeddedPostgres, make_live, sandbox_connections
from sandbox.server import Sandbox
from tests.cases import cases

SETTINGS = """
libraries:
  - id: kirken
    name: Sankt Test Kirke
    source: {type: church, conn_id: church, price_unit: kroner, ticket: Koncertbillet}
    place2book: {event_maker: 5000}
    fallback_address: {name: Sankt Test Kirke, address1: Kirkevej 1, postal_code: "9835", city: Nordvig}
    requests: {per_second: 1000}
    personal_data: {policy: drop}
"""


@pytest.fixture
def third_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "sources.md").read_text(), re.DOTALL)
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "church.py").write_text(example)
    monkeypatch.setattr(billetbro.sources, "__path__", [*billetbro.sources.__path__, str(folder)])
    importlib.invalidate_caches()
    (sentences,) = re.findall(r"```po\n(.*?)```", (ROOT / "docs" / "sources.md").read_text(), re.DOTALL)
    monkeypatch.setattr(catalogue, "LOCALE", shutil.copytree(catalogue.LOCALE, tmp_path / "locale"))
    (tmp_path / "locale" / "da" / "LC_MESSAGES" / "church.po").write_text(sentences)
    catalogue._catalogue.cache_clear()
    file = tmp_path / "libraries.yaml"
    file.write_text(SETTINGS)
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    yield
    sys.modules.pop("billetbro.sources.church", None)
    catalogue._catalogue.cache_clear()


class Calendar:
    """A church's calendar on this machine, with one concert in ten days."""

    def __init__(self) -> None:
        begins = (datetime.now(UTC) + timedelta(days=10)).replace(microsecond=0)
        self.concert: dict[str, object] = {
            "id": "orgel-1",
            "title": "Orgelkoncert",
            "begins": begins.isoformat(),
            "ends": (begins + timedelta(hours=1)).isoformat(),
            "price": 75.5,
            "seats": 40,
        }
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _answers_of(self))
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    calendar = Calendar()
    thread = threading.Thread(target=calendar.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield calendar
    calendar.http.shutdown()
    thread.join()
    calendar.http.server_close()


def test_source_that_is_one_new_file_is_sold_and_gets_its_link(
    third_source: None,
    calendar: Calendar,
    postgres: EmbeddedPostgres,
    database_url: str,
    airflow_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Sandbox(seeded=False) as sandbox:
        database = postgres.airflow_connection_json(make_url(database_url).database or "")
        for name, value in sandbox_connections(sandbox, database).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AIRFLOW_CONN_CHURCH", json.dumps({"conn_type": "http", "host": calendar.url}))
        settings = load_settings()
        library = settings.library("kirken")
        engine, request = billetbro_engine(), RunRequest(run_id="first")
        make_live(engine, [library.id])
        begin(engine, [library], request, utc_now())
        job = steps.Job(engine=engine, settings=settings, library=library, request=request)
        for step in (steps.extract, steps.transform, steps.load, steps.writeback, steps.export_purchases):
            step(job)
        engine.dispose()
        (event,) = sandbox.place2book.events
        (price,) = sandbox.place2book.prices(event.id)
        assert (event.fields.name, price.fields.name, price.fields.value) == ("Orgelkoncert", "Koncertbillet", 7550)
        link = str(calendar.concert["tickets_at"])
        assert link.startswith(sandbox.place2book_url)
        assert (link.rpartition("/")[2], requests.get(link, timeout=60).status_code) == (event.seccode, 200)
    assert check_source(library) == "Kalenderen svarer. / The calendar answers."


def test_third_source_is_called_by_its_own_name(third_source: None) -> None:
    say = translator_of_libraries("da").for_library("kirken")
    found = say.say(rejection_message("title_missing"))
    assert found == "Arrangementet har ingen titel. Giv det en titel i kirkens kalender."


@cases(
    "wrong said",
    ("unknown kind", "type: churhc", "source.type: found 'churhc'; allowed is dpl_cms or yesplan or church"),
    ("misspelt key", "type: church, tickets: B", "source.tickets: unknown key; did you mean 'ticket'?"),
    (
        "a key of another kind",
        "type: church, horizon_days: 7",
        "source.horizon_days: unknown key; known keys are conn_id, price_unit, ticket, type",
    ),
)
def test_mistake_in_the_settings_of_a_third_source_is_told_as_any_other(
    third_source: None, tmp_path: Path, wrong: str, said: str
) -> None:
    file = tmp_path / "libraries.yaml"
    file.write_text(SETTINGS.replace("type: church", wrong))
    with pytest.raises(LibrariesFileError) as caught:
        load_settings()
    assert str(caught.value) == f"{file}: the libraries' settings have mistakes:\n  - kirken: {said}"


def _answers_of(calendar: Calendar) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer([calendar.concert] if self.path == "/concerts" else [])

        def do_PUT(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calendar.concert.update(sent if self.path == "/concerts/orgel-1" else {})
            self._answer({})

        def _answer(self, data: object) -> None:
            body = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Answers
