"""The monthly report as Airflow makes it, of what a run exported: by the DAG, and by the command."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from billetbro.errors import SettingsError
from billetbro.steps.request import utc_now
from billetbro.warehouse.reports.month import Month
from billetbro_airflow.cli import monthly_report as command
from tests.end_to_end.airflow_runs import Runs

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def month() -> str:
    return str(Month.of(utc_now().date()))


@pytest.fixture(scope="module")
def reports(runs: Runs, airflow_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Runs, Path]]:
    assert runs.run(mode="resync").state == "success"
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BILLETBRO_REPORTS", f"file://{folder}")
        yield Runs(airflow_home, "monthly_report"), folder


def files(folder: Path) -> list[str]:
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.*"))


def test_each_library_gets_its_two_files_though_another_fails(reports: tuple[Runs, Path], month: str) -> None:
    runs, folder = reports
    (folder / "nordvig").write_text("in the way of the folder")
    ran = runs.run(month=month)
    states = {task: state for task, (state, _) in ran.tasks.items()}
    assert (ran.state, states) == (
        "failed",
        {("select_libraries", None): "success", ("report", "nordvig"): "failed", ("report", "solbjerg"): "success"},
    )
    assert "The report's files could not be written to" in ran.log
    (folder / "nordvig").unlink()
    assert runs.run(month=month, libraries=["nordvig"]).state == "success"
    assert files(folder) == [
        f"{library}/{month}/{library}-{month}.{ending}"
        for library in ("nordvig", "solbjerg")
        for ending in ("csv", "html")
    ]
    page = (folder / "solbjerg" / month / f"solbjerg-{month}.html").read_text()
    assert f"file://{folder}/solbjerg/{month}/solbjerg-{month}.html" in ran.log
    assert ("Solbjerg" in page, "testesen" in page.casefold()) == (True, False)


def test_command_makes_the_last_month_in_airflows_own_folder(
    reports: tuple[Runs, Path], airflow_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BILLETBRO_REPORTS")
    assert command.run(Namespace(language=None, month="", libraries=["solbjerg"])) == 0
    last = Month.of(utc_now().date()).before
    folder = airflow_home / "billetbro" / "reports"
    assert files(folder) == [f"solbjerg/{last}/solbjerg-{last}.{ending}" for ending in ("csv", "html")]
    assert f"solbjerg {last}: file://{folder}/solbjerg/{last}/solbjerg-{last}.html" in capsys.readouterr().out


@pytest.mark.parametrize(("month", "why"), [("oktober", "is not a month"), ("2999-01", "has not begun")])
def test_command_refuses_what_is_no_month_to_report_on(reports: tuple[Runs, Path], month: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        command.run(Namespace(language=None, month=month, libraries=[]))


def test_report_of_a_warehouse_of_nothing_is_a_page(reports: tuple[Runs, Path], engine: Engine, month: str) -> None:
    _, folder = reports
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE warehouse.events CASCADE"))
    assert command.run(Namespace(language=None, month=month, libraries=["nordvig"])) == 0
    page = (folder / "nordvig" / month / f"nordvig-{month}.html").read_text()
    assert "Der er endnu ikke læst noget salg fra Place2book" in page
