"""What fails fails alone, is tried again only when that can help, and is named in a red run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import yaml
from sqlalchemy import Engine, func, select, text

from billetbro.store.database import library_lock
from billetbro.store.schema.warehouse_tables import purchases
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import STEPS, Runs
from tests.end_to_end.conftest import BUYERS

pytestmark = pytest.mark.long

WELL = dict.fromkeys(STEPS, ("success", 1))
STOPPED_AT_ONCE = {**dict.fromkeys(STEPS, ("skipped", 1)), "export_purchases": ("success", 1)}
EVENTS = "/api/v1/events"


@pytest.fixture(scope="module", autouse=True)
def _in_step(runs: Runs) -> None:
    assert runs.run().state == "success"


@pytest.fixture(autouse=True)
def _no_faults_but_the_test_s_own(sandbox: Sandbox, _in_step: None) -> None:
    sandbox.faults.clear()
    sandbox.log.clear()


def attempts(sandbox: Sandbox, server: str, path: str) -> int:
    return sum((entry.server, entry.method, entry.path) == (server, "GET", path) for entry in sandbox.log.entries)


def count_of_purchases(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(purchases)) or 0


@contextmanager
def held_until_a_task_fails(runs: Runs, engine: Engine, library: str) -> Iterator[None]:
    """Hold a library, so that its task hangs without a request."""
    failed = "SELECT count(*) FROM task_instance WHERE task_id = 'library.extract' AND state = 'failed'"
    before = runs.query(failed)

    def hold() -> None:
        with library_lock(engine, library):
            held.set()
            while runs.query(failed) == before:
                time.sleep(0.1)

    held, holder = Event(), Thread(target=hold)
    holder.start()
    held.wait(60)
    yield
    holder.join(60)


def test_source_that_may_recover_is_tried_again_and_its_failure_stays_its_own(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "html_200", "GET", EVENTS)
    ran = runs.run()
    assert (ran.state, ran.state_of("report"), ran.state_of("announce_warehouse")) == ("failed", "failed", "success")
    assert ran.steps("solbjerg") == {**STOPPED_AT_ONCE, "extract": ("failed", 3)}
    assert ran.steps("nordvig") == WELL
    assert attempts(sandbox, "cms:solbjerg", EVENTS) == 3
    assert "1 af 2 biblioteker fejlede: solbjerg: extract: Forbindelsen 'cms_solbjerg'" in ran.log


def test_source_that_recovers_leaves_the_run_green(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "html_200", "GET", EVENTS, times=1)
    ran = runs.run(libraries=["solbjerg"])
    assert (ran.state, ran.steps("solbjerg")) == ("success", WELL | {"extract": ("success", 2)})
    assert attempts(sandbox, "cms:solbjerg", EVENTS) == 2


def test_token_that_is_not_accepted_is_not_tried_again(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.faults.add("place2book", "status", path="/event_makers/5000/", code=401)
    ran = runs.run()
    assert ran.state == "failed"
    assert ran.steps("nordvig") == WELL
    found = ran.steps("solbjerg")
    assert found == WELL | {"load": ("failed", 1), "writeback": ("skipped", 1), "export_purchases": ("failed", 1)}
    assert "1 af 2 biblioteker fejlede: solbjerg: load: Forbindelsen 'place2book'" in ran.log
    assert sandbox.place2book_token not in ran.log


def test_purchases_are_exported_even_if_load_and_writeback_failed(runs: Runs, sandbox: Sandbox, engine: Engine) -> None:
    before = count_of_purchases(engine)
    cms = sandbox.cms["nordvig"]
    cms.edit(cms.find("Babybio").uuid, title="Babybio med kaffe")
    cms.edit(cms.find("Lektiecafé").uuid, external_data=None)
    event = sandbox.place2book.find("Krimiaften med lokale forfattere")
    sandbox.place2book.buy(event.id, quantity=1)
    sandbox.faults.add("place2book", "status", "PUT", code=500)
    sandbox.faults.add("cms:nordvig", "status", "PATCH", code=403)
    ran = runs.run(libraries=["nordvig"])
    assert ran.state == "failed"
    assert {step: state for step, (state, _) in ran.steps("nordvig").items()} == {
        "extract": "success",
        "transform": "success",
        "load": "failed",
        "writeback": "failed",
        "export_purchases": "success",
    }
    assert count_of_purchases(engine) == before + 1


def test_task_that_ends_silently_is_red_by_name(runs: Runs, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs.dag.get_task("library.extract"), "execution_timeout", timedelta(seconds=0.3))
    with held_until_a_task_fails(runs, engine, "nordvig"):
        ran = runs.run(libraries=["nordvig"])
    assert (ran.state, ran.steps("nordvig")) == ("failed", {**STOPPED_AT_ONCE, "extract": ("failed", 1)})
    assert "nordvig: opgaven library.extract_0 fejlede uden forklaring; se dens log.\n" in ran.log
    assert ("Det gik godt for alle biblioteker." in ran.log, ran.tasks["report", None]) == (False, ("failed", 1))


def test_row_that_the_database_refuses_is_not_shown_in_the_log(
    runs: Runs,
    sandbox: Sandbox,
    engine: Engine,
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    settings = yaml.safe_load(Path(variables["BILLETBRO_LIBRARIES"]).read_text())
    settings["libraries"][1]["personal_data"] = {"policy": "keep"}
    (tmp_path / "libraries.yaml").write_text(yaml.safe_dump(settings))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(tmp_path / "libraries.yaml"))
    sandbox.place2book.buy(sandbox.place2book.find("Krimiaften med lokale forfattere").id, quantity=1)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.purchases ADD CONSTRAINT made_up CHECK (false) NOT VALID"))
    ran = runs.run(libraries=["nordvig"])
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.purchases DROP CONSTRAINT made_up"))
    assert (ran.state, ran.steps("nordvig")) == ("failed", WELL | {"export_purchases": ("failed", 1)})
    assert [buyer for buyer in BUYERS if buyer in ran.log.casefold()] == []
    told = ("IntegrityError, SQLSTATE 23514, in", "INSERT INTO warehouse.purchases")
    assert [words for words in told if words not in ran.log] == []


BROKEN = """
libraries:
  - {id: Herlev!, name: Herlev, source: {type: dpl_cms, conn_id: cms}, place2book: {conn_id: p, event_maker: 1}}
  - {id: odder, nam: Odder}
"""
MISTAKES = {
    "broken settings": (BROKEN, {}, ["Herlev!: id:", "Herlev!: source.price_unit", "odder: nam: unknown key; did you"]),
    "unknown library": (None, {"libraries": ["nordvig", "vejle"]}, ["unknown library: vejle; known are: solbjerg"]),
    "unknown parameter": (
        None,
        {"library": ["nordvig"], "mode": "resync"},
        ["library: unknown parameter; did you mean"],
    ),
}


@pytest.mark.parametrize(("settings", "conf", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_in_what_was_asked_for_is_red_with_all_of_it_in_the_log(
    runs: Runs,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: str | None,
    conf: dict[str, object],
    said: list[str],
) -> None:
    if settings is not None:
        (tmp_path / "libraries.yaml").write_text(settings)
        monkeypatch.setenv("BILLETBRO_LIBRARIES", str(tmp_path / "libraries.yaml"))
    ran = runs.run(**conf)
    assert ran.tasks == {
        ("select_libraries", None): ("failed", 1),
        **{(f"library.{step}", None): ("upstream_failed", 0) for step in STEPS},
        ("announce_warehouse", None): ("skipped", 1),
        ("report", None): ("failed", 1),
    }
    assert (ran.state, [words for words in said if words not in ran.log]) == ("failed", [])
    assert "Intet bibliotek blev behandlet: opgaven select_libraries siger hvorfor." in ran.log
    assert sandbox.log.entries == []


@pytest.mark.parametrize(
    ("dag_id", "task"), [("personal_data_retention", "remove"), ("monthly_report", "select_libraries")]
)
def test_param_that_another_dag_does_not_have_is_red_and_no_library_is_worked_on(
    runs: Runs, airflow_home: Path, dag_id: str, task: str
) -> None:
    ran = Runs(airflow_home, dag_id).run(librarys=["nordvig"])
    first = ran.tasks[task, None]
    found = (ran.state, first, {state for state, _ in ran.tasks.values()} - {"upstream_failed"})
    assert found == ("failed", ("failed", 1), {"failed"})
    assert "librarys: unknown parameter; did you mean 'libraries'" in ran.log
