"""The pages in Airflow's own API server, over a database in which the demonstration's libraries were run once."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, make_url, text
from starlette.testclient import TestClient

from demo.environment import LIBRARIES, EmbeddedPostgres, sandbox_connections
from sandbox.server import Sandbox
from tests.integration.pages.site import Site

SettingsOf = Callable[[Callable[[list[Any]], list[Any]]], AbstractContextManager[None]]
ON_SALE = "SELECT min(event_id) FROM sync.ticket_events WHERE library = 'solbjerg' AND sale = 'open'"
PRIVACY_KEY = "made-up-key-of-the-pseudonyms"


@pytest.fixture(scope="module")
def libraries_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the demonstration's two libraries with a CMS; only Nordvig's pages are for some people."""
    content: dict[str, Any] = yaml.safe_load(LIBRARIES.read_text())
    content["libraries"] = [entry for entry in content["libraries"] if entry["source"]["type"] == "dpl_cms"]
    content["libraries"][1]["staff"] = ["vera", "Havnens folk"]
    content["defaults"]["requests"] = {"concurrency": 4, "per_second": 1000}
    file = tmp_path_factory.mktemp("settings") / "libraries.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    return file


@pytest.fixture
def settings_of(libraries_file: Path) -> SettingsOf:
    """Give what changes the entries of libraries.yaml for the length of a block."""

    @contextmanager
    def changed(change: Callable[[list[Any]], list[Any]]) -> Iterator[None]:
        before = libraries_file.read_text()
        content = yaml.safe_load(before)
        content["libraries"] = change(content["libraries"])
        libraries_file.write_text(yaml.safe_dump(content, allow_unicode=True))
        try:
            yield
        finally:
            libraries_file.write_text(before)

    return changed


@pytest.fixture(scope="module")
def module_environment(
    sandbox: Sandbox, libraries_file: Path, postgres: EmbeddedPostgres, module_database_url: str, airflow_home: Path
) -> Iterator[None]:
    """Set what the API server finds in its environment: its connections and its settings."""
    from billetbro_airflow.tasks.databases import billetbro_engine

    database = postgres.airflow_connection_json(make_url(module_database_url).database or "")
    variables = sandbox_connections(sandbox, database, PRIVACY_KEY) | {
        "BILLETBRO_LIBRARIES": str(libraries_file),
        "_AIRFLOW_PROCESS_CONTEXT": "server",
        "AIRFLOW__API__SECRET_KEY": "a made-up key of forms",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a made-up key of logins " * 4,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield
        billetbro_engine().dispose()


@pytest.fixture(scope="module")
def synced(module_environment: None, sandbox: Sandbox) -> Engine:
    """Give the database after a first run of both libraries, some sales, and a second run that exported them."""
    from billetbro_airflow.tasks.databases import billetbro_engine
    from tests.integration.pages.site import run_all

    run_all("first")
    with billetbro_engine().connect() as connection:
        event_id = connection.scalar(text(ON_SALE))
    assert event_id
    sandbox.place2book.buy(event_id, quantity=2)
    run_all("second")
    return billetbro_engine()


@pytest.fixture(scope="module")
def airflow(module_environment: None) -> TestClient:
    """Give Airflow's API server with our plugin; nobody is signed in."""
    from airflow.api_fastapi.app import create_app

    with warnings.catch_warnings():
        # Airflow reads .airflowignore with what its own dependency calls deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        app = create_app(apps="core")
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture
def site(synced: Engine, airflow: TestClient) -> Site:
    """Give the pages as nobody sees them."""
    airflow.cookies.clear()
    return Site(client=airflow, engine=synced)


@pytest.fixture
def admin(site: Site) -> Site:
    """Give the pages as the operator of Airflow sees them."""
    return site.as_person("otto", "ADMIN")


@pytest.fixture(scope="module")
def known_dag(airflow_home: Path, module_environment: None) -> Iterator[None]:
    """Make the hourly job known to Airflow as its DAG processor does, and not paused."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    from demo.environment import ROOT
    from tests.integration.pages.site import pause

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        DagBundlesManager().sync_bundles_to_db()  # type: ignore[no-untyped-call]
        bag = BundleDagBag(ROOT / "dags", bundle_path=ROOT / "dags", bundle_name="dags-folder")
        sync_bag_to_db(bag, "dags-folder", None)
    pause(paused=False)
    yield
    pause(paused=True)


@pytest.fixture
def acting(known_dag: None, admin: Site) -> Iterator[Site]:
    """Give the pages as the operator sees them, where runs can be started; there are none before and after."""
    from tests.integration.pages.site import forget_runs

    forget_runs(admin.engine)
    yield admin
    forget_runs(admin.engine)
