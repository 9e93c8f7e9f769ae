"""`rebuild` and `orphans`: what is found, who decides, and the exit codes."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from sandbox.server import Sandbox
from tests.integration.cli.conftest import Command

BABY = "Babyrytmik for de mindste"
ASKED = {"wins": None, "choose": [], "dry_run": False, "yes": False, "libraries": ["solbjerg"]}
TABLES = ("changes", "links", "ticket_events", "rejections", "runs", "source_events", "orphans", "settled")


@pytest.fixture
def lost(synced: Engine) -> Engine:
    """Give the database after its tables of links were lost."""
    with synced.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"DELETE FROM sync.{table}"))
    return synced


def count(engine: Engine, table: str = "links") -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM sync.{table}")) or 0)


def uuid_of(sandbox: Sandbox, title: str) -> str:
    return sandbox.cms["solbjerg"].find(title).uuid


def writes(sandbox: Sandbox) -> list[tuple[str, str]]:
    nothing = "/api/v1/events/00000000-0000-0000-0000-000000000000"
    return [(entry.method, entry.path) for entry in sandbox.log.writes() if entry.path != nothing]


def test_rebuild_links_what_is_the_same_and_shows_the_plan_of_the_next_run(
    command: Command, lost: Engine, sandbox: Sandbox
) -> None:
    before = writes(sandbox)
    said = command("rebuild", **ASKED | {"wins": "place2book"})
    assert (said.code, writes(sandbox)) == (0, before)
    assert "== solbjerg == GENSKABELSE: 0 allerede forbundet, " in said.out
    assert "forbindelser er gemt. Intet er sendt." in said.out
    assert "== solbjerg == PLAN: intet er ændret" in said.out
    again = command("rebuild", **ASKED | {"language": "en"})
    assert (again.code, ", 0 found again, 0 with differences" in again.out, count(lost) > 3) == (0, True, True)


def test_rebuild_asks_nobody_without_a_terminal_and_says_what_is_left(
    command: Command, lost: Engine, sandbox: Sandbox
) -> None:
    uuid = uuid_of(sandbox, BABY)
    event = sandbox.place2book.find(BABY)
    sandbox.place2book.staff_edit(event.id, name=f"{BABY}, hold 2")
    try:
        shown = command("rebuild", **ASKED | {"dry_run": True})
        assert (shown.code, count(lost)) == (3, 0)
        assert f"    navn: {BABY}, hold 2 | {BABY}" in shown.out.splitlines()
        left = command("rebuild", **ASKED)
        assert (left.code, f"{BABY}: ikke afgjort; intet er forbundet eller ændret" in left.out) == (3, True)
        chosen = command("rebuild", **ASKED | {"choose": [f"{uuid}=place2book"], "wins": "source"})
        assert chosen.code == 0
        assert f"{BABY}: Place2book har ret; forskellen bliver stående, indtil CMS ændres" in chosen.out
    finally:
        sandbox.place2book.staff_edit(event.id, name=BABY)


def test_rebuild_lets_one_side_win_everywhere(command: Command, lost: Engine, sandbox: Sandbox) -> None:
    event = sandbox.place2book.find(BABY)
    sandbox.place2book.staff_edit(event.id, capacity=999)
    try:
        said = command("rebuild", **ASKED | {"wins": "source"})
        assert (said.code, f"{BABY}: CMS har ret; næste kørsel retter Place2book" in said.out) == (0, True)
        assert "999 -> " in said.out
    finally:
        sandbox.place2book.staff_edit(event.id, capacity=12)


@pytest.mark.parametrize("choice", ["abc", "abc=both", "=source"])
def test_rebuild_refuses_a_choice_that_makes_no_sense(command: Command, lost: Engine, choice: str) -> None:
    said = command("rebuild", **ASKED | {"choose": [choice]})
    assert (said.code, said.err) == (2, f"--choose {choice}: skriv UUID=source eller UUID=place2book.\n")


def test_rebuild_of_a_library_whose_site_is_down_fails_and_names_it(
    command: Command, lost: Engine, sandbox: Sandbox
) -> None:
    sandbox.faults.add("cms:solbjerg", "status", "GET", code=500)
    try:
        said = command("rebuild", **ASKED)
    finally:
        sandbox.faults.clear()
    assert (said.code, said.err.splitlines()[-1].startswith("solbjerg: FEJL: "), count(lost)) == (1, True, 0)


def test_orphans_are_listed_for_people_and_machines(command: Command, lost: Engine, sandbox: Sandbox) -> None:
    assert command("orphans", libraries=["solbjerg"]).out == "Ingen arrangementer i Place2book er blevet til overs.\n"
    site, event = sandbox.cms["solbjerg"], sandbox.place2book.find(BABY)
    site.unpublish(uuid_of(sandbox, BABY))
    command("rebuild", **ASKED)
    said = command("orphans", libraries=["solbjerg"])
    assert said.out.splitlines()[0] == "solbjerg: 1 arrangement i Place2book er blevet til overs"
    assert f"{BABY}  ({event.id})" in said.out
    machine = command("orphans", libraries=["solbjerg"], json=True).json
    assert [(row["library"], row["event_id"], row["name"]) for row in machine] == [("solbjerg", event.id, BABY)]


def test_rebuild_forgets_again_whom_a_restored_database_has_back(
    command: Command, lost: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BILLETBRO_FILES", str(tmp_path / "files"))
    assert command("forget", purchases=[4711], email="", phone="", dry_run=False, libraries=["solbjerg"]).code == 3
    noted = text("SELECT purchase_id FROM warehouse.forgotten WHERE library = 'solbjerg'")
    with lost.begin() as connection:
        connection.execute(text("DELETE FROM warehouse.forgotten"))
    command("rebuild", **ASKED | {"dry_run": True})
    with lost.connect() as connection:
        assert list(connection.scalars(noted)) == []
    command("rebuild", **ASKED)
    with lost.connect() as connection:
        assert list(connection.scalars(noted)) == [4711]
