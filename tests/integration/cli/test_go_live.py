"""`go-live` and `pause-live`: the plan, the question, and what `check` says of it."""

import getpass

import pytest
from sqlalchemy import Engine, text

from billetbro.store.live_libraries import pause_live
from sandbox.server import Sandbox
from tests.integration.cli.conftest import Command

ASKED = {"library": ["solbjerg"], "all": False, "yes": False}


@pytest.fixture
def paused(synced: Engine) -> Engine:
    """Give the database after a first run, with no library that is live."""
    with synced.begin() as connection:
        pause_live(connection, ["solbjerg", "nordvig"])
    return synced


def live(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT library, said_by FROM sync.live_libraries ORDER BY library")).all()
    return [(row.library, row.said_by) for row in rows]


def test_go_live_shows_the_plan_and_does_nothing_without_a_yes(command: Command, paused: Engine) -> None:
    said = command("go_live", **ASKED)
    assert (said.code, live(paused)) == (3, [])
    assert "== solbjerg == PLAN: intet er ændret" in said.out
    assert "Sæt solbjerg i drift? Næste kørsel gør det, som planen viser. [j/N]" in said.err
    said = command("go_live", **ASKED | {"yes": True, "language": "en"})
    assert (said.code, live(paused)) == (0, [("solbjerg", getpass.getuser())])
    assert said.out.splitlines()[-1] == "Live from now on: solbjerg."


def test_go_live_of_a_library_that_cannot_be_planned_is_refused(
    command: Command, paused: Engine, sandbox: Sandbox
) -> None:
    sandbox.faults.add("cms:nordvig", "status", "GET", code=500)
    try:
        said = command("go_live", **ASKED | {"library": [], "all": True, "yes": True})
    finally:
        sandbox.faults.clear()
    assert (said.code, [library for library, _ in live(paused)]) == (1, ["solbjerg"])
    assert "nordvig er ikke sat i drift: planen kunne ikke laves." in said.err


@pytest.mark.parametrize("asked", [{"library": []}, {"all": True}], ids=["none", "some and all"])
def test_go_live_wants_libraries_or_all(command: Command, paused: Engine, asked: dict[str, object]) -> None:
    for name in ("go_live", "pause_live"):
        said = command(name, **ASKED | asked)
        assert (said.code, said.err) == (2, "Nævn biblioteker, eller skriv --all.\n")


def test_pause_live_says_so_and_the_next_run_only_plans(command: Command, paused: Engine) -> None:
    command("go_live", **ASKED | {"yes": True})
    said = command("pause_live", **ASKED)
    assert (said.code, live(paused)) == (0, [])
    assert said.out == "Ikke i drift mere: solbjerg. Kørsler viser kun, hvad de ville gøre.\n"


def test_check_tells_which_libraries_are_live(command: Command, paused: Engine) -> None:
    command("go_live", **ASKED | {"yes": True})
    told = [line for line in command("check").out.splitlines() if ": i drift: " in line]
    assert told == [
        "OK    solbjerg: i drift: ja",
        "OK    nordvig: i drift: NEJ: ingen har sat det i drift her; kør `airflow billetbro go-live`",
    ]
