"""Nobody who bought a ticket is found anywhere, whatever goes wrong on the way: every table, every file, every word."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import yaml
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context
from sqlalchemy import Engine, text

from billetbro.messages.libraries import translator_of_libraries
from billetbro.steps.report import make_report
from billetbro_airflow.tasks import personal_data, steps
from billetbro_airflow.tasks import sync as tasks
from billetbro_airflow.tasks.databases import billetbro_engine
from demo.environment import LIBRARIES, make_live
from sandbox.place2book_records import Buyer
from sandbox.server import Sandbox
from tests.integration.cli.conftest import Command
from tests.integration.warehouse.files import everything_in as everything_under

pytestmark = pytest.mark.slow

BUYER = Buyer(
    full_name="Lækage Lækagesen", email="laek.agesen@example.com", phone_number="+45 91 82 73 64", zip_code="9835"
)
TRACES = (
    "lækage",
    "laek.agesen",
    "91 82 73 64",
    "91827364",
    "jordnødder",
    "nødder",
    "testesen",
    "prøvesen",
    "proevesen",
    "plakat på",
)
NOT_GIVEN = {"email": "", "phone": "", "purchases": [], "dry_run": False}
UNREADABLE = {
    "purchase_id": "Lækage Lækagesen",
    "full_name": ["Lækage Lækagesen"],
    "email": {"address": "laek.agesen@example.com"},
    "total_price_paid": "91 82 73 64",
    "tickets": [{"ticket_id": "jordnødder"}],
}
WORDS = {"message": "Lækage Lækagesen (laek.agesen@example.com, 91827364) is allergic: jordnødder"}
WRONG_ANSWERS: tuple[tuple[int, object], ...] = ((200, [UNREADABLE]), (200, WORDS), (422, WORDS), (404, WORDS))
ALL_STEPS = (steps.extract, steps.transform, steps.load, steps.writeback, steps.export_purchases)
Step = Callable[[steps.Job], str]


@pytest.fixture(scope="module", params=["pseudonymise", "drop"])
def policy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def libraries_file(policy: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = yaml.safe_load(LIBRARIES.read_text())
    content["libraries"] = [library for library in content["libraries"] if library["id"] == "nordvig"]
    content["libraries"][0]["personal_data"] = {"policy": policy}
    content["defaults"]["requests"] = {"concurrency": 4, "per_second": 1000}
    file = tmp_path_factory.mktemp("settings") / "libraries.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    return file


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("BILLETBRO_FILES", f"file://{tmp_path}/files")
    return tmp_path / "files"


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        yield said


def carry_out(run_id: str, heard: list[str], *chosen: Step, mode: str = "sync") -> None:
    params = {"libraries": [], "events": [], "mode": mode, "allow_mass_removal": False, "read_all_prices": False}
    task = SimpleNamespace(retries=2, execution_timeout=None)
    ti = SimpleNamespace(try_number=1, max_tries=2, task=task)
    dag_run = SimpleNamespace(run_id=run_id, run_type="manual")
    context = cast(Context, {"params": params, "dag_run": dag_run, "ti": ti})
    make_live(billetbro_engine(), ["nordvig"])
    with set_current_context(context):
        noted(heard, tasks.begin_run)
        for step in chosen:
            noted(heard, lambda step=step: tasks.for_each_library_of(["nordvig"], step))  # type: ignore[misc]
    heard.append(make_report(billetbro_engine(), run_id, translator_of_libraries()).text)


def noted(heard: list[str], work: Callable[[], object]) -> None:
    try:
        heard.append(str(work()))
    except Exception as error:
        heard.append("".join(traceback.format_exception(error)))


def everything_in(engine: Engine) -> str:
    relations = text(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    with engine.connect() as connection:
        return "\n".join(
            line
            for name in connection.scalars(relations).all()
            for line in connection.scalars(text(f"SELECT r::text FROM {name} AS r"))
        )


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")  # Airflow's, when it looks for providers
def test_buyers_are_found_nowhere_whatever_goes_wrong(
    command: Command, sandbox: Sandbox, policy: str, files: Path, heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.reset()
    engine = billetbro_engine()
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS sync, warehouse CASCADE"))
    event = sandbox.place2book.find("Krimiaften med lokale forfattere")
    bought = sandbox.place2book.buy(event.id, buyer=BUYER, answers={"Allergi": "Jordnødder"})
    carry_out(
        f"{policy}: well", heard, steps.extract, steps.transform, steps.load, steps.writeback, steps.export_purchases
    )
    for number, (code, body) in enumerate(WRONG_ANSWERS):
        sandbox.faults.add("place2book", "status", "GET", "/purchases", code=code, body=json.dumps(body))
        carry_out(f"{policy}: fault {number}", heard, steps.export_purchases, mode="resync")
        sandbox.faults.clear()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.purchases ADD CHECK (purchase_id < 0) NOT VALID"))
    sandbox.place2book.buy(event.id, buyer=BUYER, answers={"Allergi": "Jordnødder"})
    carry_out(f"{policy}: refused by the database", heard, steps.export_purchases, mode="resync")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE warehouse.purchases DROP CONSTRAINT purchases_purchase_id_check"))
    carry_out(f"{policy}: well again", heard, steps.export_purchases, mode="resync")
    noted(heard, lambda: personal_data.keep_personal_data_in_order([]))
    asked = [
        command("personal_data"),
        command("personal_data", json=True),
        command("rejections", all=True),
        command("forget", **NOT_GIVEN | {"purchases": [bought.id]}),
        command("forget", **NOT_GIVEN | {"email": "laek.agesen"}),
        command("forget", **NOT_GIVEN | {"email": BUYER.email, "libraries": ["nowhere"]}),
        command("forget", **NOT_GIVEN | {"email": BUYER.email}),
    ]
    told = "\n".join([*heard, *caplog.messages, *(said.out + said.err for said in asked)])
    left = {"database": everything_in(engine), "files": everything_under(files), "told": told}
    shown = {place: [one for one in TRACES if one in found.casefold()] for place, found in left.items()}
    assert shown == {"database": [], "files": [], "told": []}
    assert ("krimiaften" in left["database"].casefold(), "IntegrityError" in told) == (True, True)
    assert (str(bought.id) in left["files"], asked[0].out.count("  Regel: " + policy)) == (True, 1)
    assert [said.code for said in asked] == [0, 0, 0, 0, 1, 1, 0 if policy == "pseudonymise" else 3]
