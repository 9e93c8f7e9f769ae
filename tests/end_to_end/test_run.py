"""Two libraries, one run and the one after: every task, what reaches both APIs, and what is left lying about."""

import json
from pathlib import Path

import pytest
from deltalake import DeltaTable
from sqlalchemy import Engine, func, make_url, select

from billetbro.store.schema.tables import links
from billetbro.store.schema.warehouse_tables import purchases
from sandbox.server import Sandbox
from tests.end_to_end.airflow_runs import STEPS, Ran, Runs
from tests.end_to_end.conftest import BUYERS, PRIVACY_KEY
from tests.integration.warehouse.files import everything_in

pytestmark = pytest.mark.slow

WELL = dict.fromkeys(STEPS, ("success", 1))
ASSETS = ["additional_sales", "answers", "events", "prices", "purchases", "tickets"]


@pytest.fixture(scope="module")
def first(runs: Runs) -> Ran:
    return runs.run()


@pytest.fixture(scope="module")
def second(runs: Runs, first: Ran, sandbox: Sandbox) -> Ran:
    """Run it once more, with fields that were emptied; the requests logged from here on are this run's."""
    sandbox.log.clear()
    return runs.run(libraries=None, events=None)


def test_run_is_green_with_a_label_for_each_library(first: Ran) -> None:
    alone = [(task, None) for task in ("select_libraries", "announce_warehouse", "report")]
    mapped = [(f"library.{step}", label) for step in STEPS for label in ("solbjerg", "nordvig")]
    assert (first.state, first.tasks) == ("success", dict.fromkeys([*alone, *mapped], ("success", 1)))


def test_run_puts_the_events_on_sale_and_links_them_in_the_cms(first: Ran, sandbox: Sandbox) -> None:
    event = sandbox.cms["solbjerg"].find("Kaffesmagning")
    sold = sandbox.place2book.find("Kaffesmagning")
    assert f"/{sold.seccode}" in json.dumps(sandbox.cms["solbjerg"].as_json(event)["external_data"])


def test_run_exports_the_purchases(first: Ran, engine: Engine) -> None:
    query = select(purchases.c.library, func.count()).group_by(purchases.c.library)
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(query)] == [("nordvig", 2)]


def test_runs_write_what_changed_to_files_without_the_buyers(first: Ran, second: Ran, files: Path) -> None:
    written = DeltaTable(files / "purchases").to_pyarrow_table().to_pylist()
    assert [row["library"] for row in written] == ["nordvig", "nordvig"]
    told = everything_in(files).casefold()
    assert [buyer for buyer in BUYERS if buyer in told] == []


def test_run_reports_each_library_and_what_needs_staff(first: Ran) -> None:
    lines = first.log.splitlines()
    assert [line for line in lines if line.startswith("== ")] == [
        "== solbjerg == kræver handling",
        "== nordvig == sync",
        "== solbjerg == sync",
    ]
    assert "  Afvist, kræver handling: 6" in lines
    assert "Det gik godt for alle biblioteker. 6 afvisninger er åbne." in lines


def test_run_announces_each_table_of_the_warehouse_once(first: Ran, runs: Runs) -> None:
    found = runs.query(
        "SELECT asset.name, asset_event.extra FROM asset_event JOIN asset ON asset.id = asset_event.asset_id "
        "WHERE source_run_id = ? ORDER BY asset.name",
        first.run_id,
    )
    extra = {"libraries": ["nordvig", "solbjerg"]}
    assert [(name, json.loads(str(given))) for name, given in found] == [
        (f"billetbro_{name}", extra) for name in ASSETS
    ]


def test_run_hands_on_nothing_but_ids(first: Ran, runs: Runs) -> None:
    found = runs.query("SELECT task_id, key, value FROM xcom WHERE run_id = ?", first.run_id)
    assert [(task, key, json.loads(str(value))) for task, key, value in found] == [
        ("select_libraries", "return_value", [["solbjerg"], ["nordvig"]])
    ]


def test_second_run_writes_to_nobody(second: Ran, sandbox: Sandbox) -> None:
    assert (second.state, sandbox.log.writes()) == ("success", [])
    assert (second.steps("solbjerg"), second.steps("nordvig")) == (WELL, WELL)


def test_runs_leave_no_secret_and_no_buyer_in_log_or_metadata(
    first: Ran, second: Ran, runs: Runs, sandbox: Sandbox, module_database_url: str
) -> None:
    left = (first.log + second.log + runs.everything()).casefold()
    passwords = [password for _, password in sandbox.cms_users.values()]
    database = make_url(module_database_url).password
    secrets = [sandbox.place2book_token, PRIVACY_KEY, database, *passwords, *BUYERS]
    assert [secret for secret in secrets if secret and secret.casefold() in left] == []
    assert "julekoncert" in left


def test_plan_only_shows_changes(first: Ran, second: Ran, runs: Runs, sandbox: Sandbox, engine: Engine) -> None:
    event = sandbox.cms["solbjerg"].find("Kaffesmagning")
    sandbox.cms["solbjerg"].edit(event.uuid, title="Kaffesmagning med kage")
    with engine.connect() as connection:
        before = connection.execute(select(links).order_by(links.c.uuid)).all()
    sandbox.log.clear()
    ran = runs.run(mode="plan", libraries=["solbjerg"])
    assert (ran.state, sandbox.log.writes()) == ("success", [])
    assert ran.steps("solbjerg") == WELL | {"export_purchases": ("skipped", 1)}
    assert ran.state_of("announce_warehouse") == "skipped"
    assert "navn: Kaffesmagning -> Kaffesmagning med kage" in ran.log
    with engine.connect() as connection:
        assert connection.execute(select(links).order_by(links.c.uuid)).all() == before
    sandbox.cms["solbjerg"].edit(event.uuid, title="Kaffesmagning")


def test_run_leaves_the_dag_as_it_was_for_the_next(first: Ran, runs: Runs) -> None:
    defaults = {"libraries": [], "events": [], "mode": "sync", "allow_mass_removal": False, "read_all_prices": False}
    deadline = runs.dag.deadline
    runs.run(libraries=["solbjerg"], mode="plan")
    params = [holder.params for holder in (runs.dag, *runs.dag.tasks)]
    assert [{name: given[name] for name in given} for given in params] == [defaults] * len(params)
    assert (runs.dag.deadline, bool(deadline)) == (deadline, True)


def test_run_for_one_library_and_event_leaves_the_others_alone_and_names_an_unknown_one(
    first: Ran, second: Ran, runs: Runs, sandbox: Sandbox
) -> None:
    cms = sandbox.cms["nordvig"]
    wanted, other = cms.find("Babybio"), cms.find("Smag på tang")
    cms.edit(wanted.uuid, title="Babybio med kaffe")
    cms.edit(other.uuid, title="Smag på tang og tare")
    sandbox.log.clear()
    ran = runs.run(libraries=["nordvig"], events=[f" {wanted.uuid}", "mistyped"])
    assert (ran.state, ran.steps("nordvig"), ran.state_of("report")) == ("failed", WELL, "failed")
    assert "Intet arrangement hos kørslens biblioteker har uuid mistyped;" in ran.log
    assert {label for _, label in ran.tasks} == {None, "nordvig"}
    names = {event.fields.name for event in sandbox.place2book.events}
    assert ("Babybio med kaffe" in names, "Smag på tang og tare" in names) == (True, False)
