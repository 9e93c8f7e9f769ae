"""`forget`, `personal-data` and the nightly removal, with the connections, settings and files that Airflow names."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from deltalake import DeltaTable
from sqlalchemy import Engine, make_url, text

from billetbro.errors import Fatal, SettingsError
from billetbro.models.message import Message
from billetbro.settings.libraries import LibrariesFileError
from billetbro.steps.request import utc_now
from billetbro.store.database import migrate, migrate_warehouse
from billetbro.warehouse.privacy.pseudonymise import Keys
from billetbro_airflow.tasks.databases import billetbro_engine, warehouse_engine
from billetbro_airflow.tasks.export_files import lake
from billetbro_airflow.tasks.personal_data import keep_personal_data_in_order, keys_of_pseudonyms
from demo.environment import EmbeddedPostgres
from tests.cases import cases
from tests.catalogues import danish
from tests.integration.cli.conftest import PRIVACY_KEY, Command, Said
from tests.integration.warehouse.examples import FIRST, Till, export
from tests.integration.warehouse.files import parquet_files, rows
from tests.integration.warehouse.personal import FIRST_BUYER, KEEP, SECOND_BUYER, traces

EMAIL = "Test.Testesen@example.com"
NOW = utc_now()
REMOVED = "Fjernet. Place2book har stadig købene: slet dem også dér."
NOTED = "Numrene er noteret: ingen eksport gemmer køberen."
NAMED = (*FIRST_BUYER[:3], *SECOND_BUYER)
pytestmark = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")  # Airflow's own


@pytest.fixture
def engine(module_environment: None) -> Iterator[Engine]:
    """Give the database with the same two purchases in both libraries and in one that is listed no longer."""
    engine = billetbro_engine()
    migrate(engine)
    migrate_warehouse(engine)
    for library in ("nordvig", "solbjerg", "lukket"):
        export(engine, Till(), NOW, privacy=KEEP, library=library)
    yield engine
    with engine.begin() as connection:
        account = "warehouse.forgotten, warehouse.privacy_policies, warehouse.retention_sweeps, warehouse.file_exports"
        connection.execute(text(f"TRUNCATE warehouse.events, {account} CASCADE"))


@pytest.fixture
def files(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("BILLETBRO_FILES", f"file://{tmp_path}")
    for library in ("nordvig", "solbjerg", "lukket"):
        write(engine, library)
    return tmp_path


def write(engine: Engine, library: str) -> None:
    files = lake()
    assert files is not None
    files.write(engine, library, NOW)


def break_a_file(files: Path, library: str) -> None:
    next((files / "purchases" / f"library={library}").rglob("*.parquet")).write_bytes(b"not a file of rows")


def those_with_an_email(engine: Engine) -> dict[str, int]:
    query = text("SELECT library, count(email) FROM warehouse.purchases GROUP BY library")
    with engine.connect() as connection:
        return {str(row[0]): int(row[1]) for row in connection.execute(query)}


@pytest.fixture
def forget(command: Command) -> Command:
    def run(**given: object) -> Said:
        return command("forget", **{"email": "", "phone": "", "purchases": [], "dry_run": False} | given)

    return run


@pytest.mark.parametrize("given", [{"email": EMAIL}, {"phone": "+4512345678"}, {"purchases": [900]}], ids=str)
def test_forget_removes_the_person_from_every_library_and_says_where(
    forget: Command, engine: Engine, files: Path, given: dict[str, object]
) -> None:
    said = forget(**given)
    found = [
        line
        for library in ("solbjerg", "nordvig", "lukket")
        for line in (
            f"{library}: 1 køb",
            "  rækker med persondata: purchases 1, answers 2",
            "  i filer: purchases 1, answers 2",
        )
    ]
    lines = said.out.splitlines()
    assert (said.code, lines[:9], lines[9].startswith(REMOVED), said.err) == (0, found, True, "")
    assert (lines[10:], traces(engine, NAMED, files)) == ([NOTED] * ("purchases" in given), list(SECOND_BUYER))


def test_forget_without_arguments_reads_the_address_from_standard_input(
    forget: Command, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f" {EMAIL}\n"))
    assert (forget(libraries=["nordvig"]).code, traces(engine, NAMED)) == (0, list(NAMED))
    assert (forget(email=EMAIL).out.splitlines()[0], traces(engine, NAMED)) == ("solbjerg: 1 køb", list(SECOND_BUYER))


def test_forget_with_dry_run_says_what_there_is_and_leaves_it(forget: Command, engine: Engine, files: Path) -> None:
    said = forget(email=EMAIL, dry_run=True)
    assert (said.code, said.out.splitlines()[-1]) == (0, "Intet er fjernet (--dry-run).")
    assert (traces(engine, NAMED), traces(engine, NAMED, files)) == (list(NAMED), list(NAMED))


def test_forget_of_nobody_who_is_stored_has_an_exit_code_of_its_own(forget: Command, engine: Engine) -> None:
    said = forget(email="nobody@example.com")
    assert (said.code, said.out) == (3, "Ingen køb fundet: intet fjernet.\n")


def test_forget_of_a_number_that_is_not_stored_notes_it_for_later_exports(forget: Command, engine: Engine) -> None:
    tried = forget(purchases=[999], dry_run=True)
    said = forget(purchases=[999], libraries=["nordvig"])
    nothing = "Ingen køb fundet: intet fjernet."
    assert (tried.code, tried.out, said.code, said.out) == (3, f"{nothing}\n", 3, f"{nothing}\n{NOTED}\n")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT library, purchase_id FROM warehouse.forgotten")).all() == [
            ("nordvig", 999)
        ]


def test_forget_goes_on_when_one_library_fails_and_names_it(forget: Command, engine: Engine, files: Path) -> None:
    break_a_file(files, "solbjerg")
    said = forget(email=EMAIL)
    assert (said.code, "nordvig: 1 køb" in said.out, "solbjerg" in said.out) == (1, True, False)
    assert said.err.startswith("FEJL: solbjerg: ")
    assert those_with_an_email(engine) == {"solbjerg": 1, "nordvig": 1, "lukket": 1}
    assert [trace for trace in NAMED if trace in (said.out + said.err).casefold()] == []


@pytest.fixture(params=["a key of one library", "an id", "all of it"])
def broken_settings(
    request: pytest.FixtureRequest,
    libraries_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, bool]:
    good = yaml.safe_load(libraries_file.read_text())
    if request.param == "a key of one library":
        good["libraries"][0]["source"]["price_unit"] = "dollars"
    if request.param == "an id":
        good["libraries"][0]["id"] = "Solbjerg"
    broken = tmp_path_factory.mktemp("broken") / "libraries.yaml"
    broken.write_text("libraries: [" if request.param == "all of it" else yaml.safe_dump(good, allow_unicode=True))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(broken))
    return {"lukket": True, "nordvig": request.param == "all of it", "solbjerg": True}


def test_forget_does_not_wait_until_the_settings_are_mended(
    forget: Command, engine: Engine, files: Path, broken_settings: dict[str, bool]
) -> None:
    said = forget(email=EMAIL)
    found = {line.split(":")[0] for line in said.out.splitlines() if line.endswith("1 køb")}
    assert (said.code, found, said.err) == (0, set(broken_settings), danish(Message("settings.partly_read")) + "\n")
    assert traces(engine, NAMED, files) == list(SECOND_BUYER)
    said = forget(email=EMAIL, libraries=["solbjerrg"])
    assert (said.code, "ukendt bibliotek: solbjerrg; de kendte er: " in said.err) == (1, True)


def test_personal_data_says_what_nobody_can_tell_while_the_settings_have_mistakes(
    command: Command, engine: Engine, files: Path, broken_settings: dict[str, bool]
) -> None:
    said = command("personal_data", json=True)
    assert {one["library"]: one["retention_days"] is None for one in said.json} == broken_settings
    assert (said.code, said.err) == (0, danish(Message("settings.partly_read")) + "\n")
    assert {one["removed_on"] for one in said.json if broken_settings[one["library"]]} == {None}
    kept = [line for line in command("personal_data").out.splitlines() if line.startswith(("  Opbevares", "  Ældste"))]
    assert sum(line.endswith(danish(Message("record.unknown"))) for line in kept) == 2 * sum(broken_settings.values())


def test_night_waits_until_the_settings_are_mended(engine: Engine, broken_settings: dict[str, bool]) -> None:
    with pytest.raises(LibrariesFileError):
        keep_personal_data_in_order([])
    assert those_with_an_email(engine) == {"solbjerg": 2, "nordvig": 2, "lukket": 2}


def test_forget_finds_former_pseudonyms(forget: Command, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    night = keep_personal_data_in_order(["solbjerg"])
    assert night == {"solbjerg": {"purchases by policy": 2, "answers by policy": 2}}
    given = {"conn_type": "generic", "password": "another key made up for the tests"}
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", json.dumps(given))
    assert "kan ikke gennemsøges" in forget(email=EMAIL, libraries=["solbjerg"]).out
    given["extra"] = {"former_keys": [PRIVACY_KEY]}  # type: ignore[assignment]
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", json.dumps(given))
    said = forget(email=EMAIL, libraries=["solbjerg"])
    assert (said.code, said.out.splitlines()[0], "gennemsøges" in said.out) == (0, "solbjerg: 1 køb", False)


@pytest.fixture
def moved(engine: Engine, monkeypatch: pytest.MonkeyPatch, postgres: EmbeddedPostgres, database_url: str) -> Engine:
    """Let the warehouse lie in another database from now on, where Nordvig was exported since; the old one is left."""
    name = make_url(database_url).database or ""
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_WAREHOUSE", postgres.airflow_connection_json(name))
    migrate_warehouse(warehouse_engine())
    export(warehouse_engine(), Till(), NOW, privacy=KEEP, library="nordvig")
    return warehouse_engine()


def test_forget_finds_the_person_in_the_warehouse_left_behind(forget: Command, engine: Engine, moved: Engine) -> None:
    said = forget(email=EMAIL)
    assert [line for line in said.out.splitlines() if line.endswith("køb") and line[0] != " "] == [
        "nordvig: 1 køb",
        *(f"{library} (warehouse in billetbro_db): 1 køb" for library in ("solbjerg", "nordvig", "lukket")),
    ]
    assert (traces(engine, NAMED), traces(moved, NAMED)) == (list(SECOND_BUYER), list(SECOND_BUYER))
    moved.dispose()


def test_night_and_record_reach_the_warehouse_left_behind_too(command: Command, engine: Engine, moved: Engine) -> None:
    assert keep_personal_data_in_order(["nordvig"]) == {
        "nordvig": {"purchases by policy": 2, "answers by policy": 2},
        "nordvig (warehouse in billetbro_db)": {"purchases by policy": 2, "answers by policy": 2},
    }
    told = command("personal_data", libraries=["nordvig"], json=True).json
    found = [one["name"] for one in told]
    assert found == ["Nordvig Bibliotekerne", "Nordvig Bibliotekerne (warehouse in billetbro_db)"]
    moved.dispose()


def test_night_reaches_files_that_only_the_warehouse_that_was_left_behind_knows(
    engine: Engine, files: Path, moved: Engine
) -> None:
    with engine.begin() as connection:
        long_ago = {"long_ago": NOW - timedelta(days=800)}
        connection.execute(text("UPDATE warehouse.events SET begin_at = :long_ago, end_at = :long_ago"), long_ago)
    keep_personal_data_in_order([])
    assert traces(engine, NAMED, files) == []
    moved.dispose()


def test_personal_data_is_told_for_each_library_listed_or_stored(command: Command, engine: Engine, files: Path) -> None:
    headings = [line for line in command("personal_data").out.splitlines() if line.startswith("== ")]
    assert headings == [
        "== Solbjerg Bibliotek (solbjerg) ==",
        "== Nordvig Bibliotekerne (nordvig) ==",
        "== lukket (lukket) ==",
    ]


def test_personal_data_for_machines_says_what_is_where_how_long(command: Command, engine: Engine, files: Path) -> None:
    (told,) = command("personal_data", libraries=["nordvig"], json=True).json
    held = {(one["where"], f"{one['table']}.{one['column']}"): (one["rows"], one["plain"]) for one in told["held"]}
    assert held == {
        (where, column): rows
        for where in ("warehouse", "files")
        for column, rows in {
            "purchases.full_name": (2, 2),
            "purchases.email": (2, 2),
            "purchases.phone_number": (2, 2),
            "purchases.zip_code": (1, 1),
            "purchases.customer_key": (1, 1),
            "answers.value": (2, 2),
        }.items()
    }
    assert (told["policy"], told["retention_days"], told["removed_on"]) == ("keep", 365, "2027-03-10")
    assert set(told) >= {"whose", "source", "purpose", "recipients", "legal_basis", "oldest", "since", "name"}
    assert [trace for trace in NAMED if trace in json.dumps(told).casefold()] == []


def test_night_brings_every_library_in_order(engine: Engine, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with engine.begin() as connection:
        long_ago = {"long_ago": NOW - timedelta(days=800)}
        connection.execute(text("UPDATE warehouse.events SET begin_at = :long_ago, end_at = :long_ago"), long_ago)
    capsys.readouterr()
    gone = {"purchases": 2, "answers": 2, "purchases in files": 2, "answers in files": 2}
    assert keep_personal_data_in_order([]) == {"solbjerg": gone, "nordvig": gone, "lukket": gone}
    assert capsys.readouterr().out.splitlines()[-3:] == [
        f"{library}: purchases: 2, answers: 2, purchases in files: 2, answers in files: 2"
        for library in ("solbjerg", "nordvig", "lukket")
    ]
    assert traces(engine, NAMED, files) == []
    assert keep_personal_data_in_order([]) == {"solbjerg": {}, "nordvig": {}, "lukket": {}}


def test_night_brings_files_up_to_date_merged(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLETBRO_FILES", f"file://{tmp_path}")
    for number in (920, 930):
        bought = replace(FIRST, purchase_id=number, tickets=())
        export(engine, Till({10: (FIRST, bought)}), NOW, privacy=KEEP, library="lukket", force=True)
        write(engine, "lukket")
    export(engine, Till({10: (replace(FIRST, total_ore=2),)}), NOW, privacy=KEEP, library="lukket", force=True)
    keep_personal_data_in_order([])
    (_,) = [uri for uri in DeltaTable(tmp_path / "purchases").file_uris() if "library=lukket" in uri]
    assert len(parquet_files(tmp_path, library="lukket")) > 1
    stored = {row["purchase_id"]: row["total_ore"] for row in rows(tmp_path, "purchases") if row["library"] == "lukket"}
    assert stored == {900: 2, 910: 7500, 920: 10000, 930: 10000}


def test_night_begins_with_the_library_that_waited_longest(engine: Engine) -> None:
    for library in ("lukket", "solbjerg"):
        keep_personal_data_in_order([library])
    assert list(keep_personal_data_in_order([])) == ["nordvig", "lukket", "solbjerg"]


def test_night_needs_no_tables_where_no_warehouse_was_left_behind(
    engine: Engine, moved: Engine, monkeypatch: pytest.MonkeyPatch, postgres: EmbeddedPostgres
) -> None:
    try:
        given = postgres.create_database("never_a_warehouse")
        name = make_url(given).database or ""
        monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", postgres.airflow_connection_json(name))
        assert list(keep_personal_data_in_order([])) == ["solbjerg", "nordvig"]
    finally:
        billetbro_engine().dispose()
        moved.dispose()
        postgres.drop_database(name)


def test_night_goes_on_when_one_library_fails_and_names_it(engine: Engine, files: Path) -> None:
    break_a_file(files, "solbjerg")
    with pytest.raises(Fatal, match=r"^solbjerg: .*purchases") as caught:
        keep_personal_data_in_order([])
    assert "nordvig" not in str(caught.value)
    assert caught.value.__cause__ is not None
    assert those_with_an_email(engine) == {"solbjerg": 2, "nordvig": 0, "lukket": 2}


def test_night_of_a_library_that_nobody_knows_is_a_mistake(engine: Engine) -> None:
    with pytest.raises(LibrariesFileError, match="unknown library: nowhere; known are: solbjerg, nordvig, lukket"):
        keep_personal_data_in_order(["nowhere"])


@cases(
    "extra former",
    ("no extra", None, ()),
    ("empty", {}, ()),
    ("one", {"former_keys": ["an earlier made-up key"]}, (b"an earlier made-up key",)),
)
def test_keys_are_password_and_former_ones(
    monkeypatch: pytest.MonkeyPatch, extra: object, former: tuple[bytes, ...]
) -> None:
    given = {"conn_type": "generic", "password": PRIVACY_KEY, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", json.dumps(given))
    assert keys_of_pseudonyms() == Keys(current=PRIVACY_KEY.encode(), former=former)


@pytest.mark.parametrize("former", ["one key", [""], [7]], ids=["text", "an empty one", "a number"])
def test_keys_that_are_no_list_of_texts_are_a_settings_error(monkeypatch: pytest.MonkeyPatch, former: object) -> None:
    given = {"conn_type": "generic", "password": PRIVACY_KEY, "extra": {"former_keys": former}}
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", json.dumps(given))
    with pytest.raises(SettingsError, match="former_keys") as caught:
        keys_of_pseudonyms()
    assert "one key" not in str(caught.value)


def test_keys_without_a_connection_are_none(monkeypatch: pytest.MonkeyPatch, airflow_home: Path) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_BILLETBRO_PRIVACY", raising=False)
    assert keys_of_pseudonyms() == Keys()
