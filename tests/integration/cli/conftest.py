"""The commands in this process, against the stand-ins and a PostgreSQL of their own; a module's tests share them."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, make_url

from billetbro.models import Mode
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.request import RunRequest, utc_now
from billetbro_airflow.cli.running import run_command
from billetbro_airflow.tasks import steps
from billetbro_airflow.tasks.databases import billetbro_engine
from demo.environment import LIBRARIES, EmbeddedPostgres, make_live, sandbox_connections
from sandbox.server import Sandbox

PRIVACY_KEY = "made-up-key-of-the-pseudonyms"
NOT_GIVEN: dict[str, object] = {
    "language": None,
    "libraries": [],
    "events": [],
    "json": False,
    "all": False,
    "read_all_prices": False,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what a machine reads."""
        return json.loads(self.out)


Command = Callable[..., Said]


def demonstration_of(source: str, folder: Path) -> Path:
    """Return a file with the demonstration's libraries that have such a source, without a limit on requests."""
    content = yaml.safe_load(LIBRARIES.read_text())
    content["libraries"] = [entry for entry in content["libraries"] if entry["source"]["type"] == source]
    content["defaults"]["requests"] = {"concurrency": 4, "per_second": 1000}
    file = folder / "libraries.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    return file


@pytest.fixture(scope="module")
def libraries_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the demonstration's two libraries with a CMS, without the limit on requests a second."""
    return demonstration_of("dpl_cms", tmp_path_factory.mktemp("settings"))


@pytest.fixture(scope="module")
def module_environment(
    sandbox: Sandbox, libraries_file: Path, postgres: EmbeddedPostgres, module_database_url: str, airflow_home: Path
) -> Iterator[None]:
    """Set what a command finds in its environment: its connections and its settings."""
    database = postgres.airflow_connection_json(make_url(module_database_url).database or "")
    variables = sandbox_connections(sandbox, database, PRIVACY_KEY) | {
        "BILLETBRO_LIBRARIES": str(libraries_file),
        "_AIRFLOW_PROCESS_CONTEXT": "server",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield
        billetbro_engine().dispose()


@pytest.fixture
def command(module_environment: None, capsys: pytest.CaptureFixture[str]) -> Command:
    """Give what runs a subcommand with the arguments that are given, the others as without them."""

    def run(name: str, **given: object) -> Said:
        code = 0
        capsys.readouterr()
        try:
            run_command(f"billetbro_airflow.cli.{name}", Namespace(**NOT_GIVEN | given))
        except SystemExit as ended:
            code = int(str(ended.code))
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="module")
def synced(module_environment: None) -> Engine:
    """Give the database after the first run of the first library: Solbjerg's, unless a module has others."""
    engine = billetbro_engine()
    settings = load_settings()
    library = settings.libraries[0]
    request = RunRequest(run_id="first", mode=Mode.SYNC)
    make_live(engine, [one.id for one in settings.libraries])
    begin(engine, [library], request, utc_now())
    job = steps.Job(engine=engine, settings=settings, library=library, request=request)
    for step in (steps.extract, steps.transform, steps.load, steps.writeback):
        step(job)
    return engine
