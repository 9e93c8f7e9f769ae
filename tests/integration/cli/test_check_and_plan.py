"""`check` and `plan`, and what a command says when it cannot do its work."""

import json
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url, text

from billetbro.store.database import connect
from demo.environment import LIBRARIES, EmbeddedPostgres
from sandbox.server import Sandbox
from tests.cases import cases
from tests.integration.cli.conftest import PRIVACY_KEY, Command

OK_OF_NORDVIG = [
    "libraries.yaml",
    "skemaet sync (billetbro_db)",
    "skemaet warehouse (billetbro_warehouse, ellers billetbro_db)",
    "kryptering af billetbro_db",
    "forbindelse place2book (Place2book)",
    "nordvig: arrangør 5100",
    "nordvig: arrangør 5101 (Nordvig Havn)",
    "nordvig: forbindelse cms_nordvig (CMS)",
    "nordvig: price_unit minor",
    "nordvig: fallback_address",
]


def set_connection(monkeypatch: pytest.MonkeyPatch, conn_id: str, **values: object) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(values))


def test_check_of_a_library_in_order_says_so_line_by_line(command: Command) -> None:
    said = command("check", libraries=["nordvig"])
    lines = said.out.splitlines()
    assert (said.code, said.err, lines[-1]) == (0, "", "Alt er i orden.")
    assert [line for line in lines[:-2] if not line.startswith("OK    ")] == []
    assert [subject for subject in OK_OF_NORDVIG if f"OK    {subject}: " not in said.out] == []
    assert len(lines) == len(OK_OF_NORDVIG) + 2


@cases(
    "line",
    ("event maker", "OK    solbjerg: arrangør 5000: ”Solbjerg Bibliotek” i Place2book"),
    ("branch", "OK    nordvig: arrangør 5101 (Nordvig Havn): ”Nordvig Havn” i Place2book"),
    ("key", "OK    forbindelse billetbro_privacy (solbjerg): nøglen er der"),
    (
        "address",
        "OK    solbjerg: fallback_address: Solbjerg Bibliotek, Solbjerg Torv 4, 2735 Solbjerg, DK, +45 00 00 50 00",
    ),
    (
        "kroner",
        "OK    solbjerg: price_unit kroner: ”Babyrytmik for de mindste”, Barn med voksen, i CMS: 40 → "
        "40,00 kr. (er det rigtigt?)",
    ),
    ("minor", "OK    nordvig: price_unit minor: ”Babybio”, Voksen med baby, i CMS: 5000 → 50,00 kr. (er det rigtigt?)"),
)
def test_check_shows_what_a_person_can_see_to_be_wrong(command: Command, line: str) -> None:
    assert line in command("check").out.splitlines()


def test_check_of_a_library_in_yesplan_looks_at_its_source(
    command: Command, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = yaml.safe_load(LIBRARIES.read_text())
    prices = {"Voksen": "price_adult"}
    source = {
        "type": "yesplan",
        "conn_id": "yesplan_theater",
        "price_unit": "kroner",
        "custom_data": {"prices": prices},
    }
    content["libraries"] = [{**content["libraries"][0], "source": source}]
    file = tmp_path / "libraries.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    lines = command("check").out.splitlines()
    host = sandbox.yesplan_urls["theater"].removeprefix("http://")
    assert lines[-1] == "Alt er i orden."
    said = f"{host} godtager nøglen. 9 arrangementer fra i dag."
    assert f"OK    solbjerg: forbindelse yesplan_theater (Yesplan): {said}" in lines
    assert [line for line in lines if "”Åbent hus bag scenen”, Voksen, i Yesplan: 50 → 50,00 kr." in line] != []


def test_check_goes_on_after_a_failure_and_tells_how_to_mend_each(
    command: Command, sandbox: Sandbox, libraries_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "libraries.yaml"
    mistaken = libraries_file.read_text().replace("price_unit: minor", "price_unit: euro")
    broken.write_text(mistaken.replace("event_maker: 5000", "event_maker: 5900"))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(broken))
    monkeypatch.delenv("AIRFLOW_CONN_BILLETBRO_PRIVACY")
    site = {"conn_type": "dpl_cms", "host": sandbox.cms_urls["solbjerg"], "login": "x", "password": "made-up-wrong"}
    set_connection(monkeypatch, "cms_solbjerg", **site)
    said = command("check")
    wrong = [line.removeprefix("FEJL  ") for line in said.out.splitlines() if line.startswith("FEJL")]
    assert (said.code, wrong) == (
        1,
        [
            "libraries.yaml",
            "forbindelse billetbro_privacy (solbjerg)",
            "solbjerg: arrangør 5900",
            "solbjerg: forbindelse cms_solbjerg (CMS)",
        ],
    )
    assert said.out.endswith("4 fejl; ret dem, og kør check igen.\n")
    told = [
        "          - nordvig: source.price_unit: fandt 'euro'; tilladt er kroner eller minor;",
        "        Der er ingen forbindelse 'billetbro_privacy'; opret den i Airflow under Admin, Connections.",
        "        Nøglen i forbindelsen 'place2book' må bruges til: 5000 ”Solbjerg Bibliotek”, 5100 ”Nordvig",
        "      > Ret nummeret i libraries.yaml, eller bed Place2book give tokenet adgang til arrangøren.",
        "godtog ikke login (status 403)",
        "      > Ret bruger og adgangskode, token eller nøgle i forbindelsen",
        "OK    skemaet sync (billetbro_db): ",
        "OK    solbjerg: price_unit kroner: i CMS: 75 → 75,00 kr.",
    ]
    assert [line for line in told if line not in said.out] == []


@cases(
    "different status",
    ("wrong password", {"password": "made-up-wrong"}, 403),
    ("user without the role", {"login": "redaktionen", "password": "made-up-redaktionen"}, 403),
    ("no login", {"login": "", "password": ""}, 401),
)
def test_check_of_a_website_whose_login_may_not_write_says_so(
    command: Command, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, different: dict[str, str], status: int
) -> None:
    url, (login, password) = sandbox.cms_urls["nordvig"], sandbox.cms_users["nordvig"]
    given = {"conn_type": "dpl_cms", "host": url, "login": login, "password": password, **different}
    set_connection(monkeypatch, "cms_nordvig", **given)
    said = command("check", libraries=["nordvig"])
    lines = said.out.splitlines()
    wrong = [number for number, line in enumerate(lines) if line.startswith("FEJL")]
    assert (said.code, [lines[number] for number in wrong]) == (1, ["FEJL  nordvig: forbindelse cms_nordvig (CMS)"])
    assert lines[wrong[0] + 1 : wrong[0] + 3] == [
        f"        Forbindelsen 'cms_nordvig' til {url.removeprefix('http://')} godtog ikke login (status {status}), "
        "da den blev spurgt, om login må skrive; ret adgangskoden eller nøglen i forbindelsen i Airflow.",
        "      > Ret bruger og adgangskode, token eller nøgle i forbindelsen i Airflow under Admin, Connections.",
    ]


def test_check_without_anything_looks_at_databases(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(tmp_path / "missing.yaml"))
    monkeypatch.delenv("AIRFLOW_CONN_BILLETBRO_DB")
    said = command("check")
    assert (said.code, said.out.count("FEJL  "), said.out.count("OK    ")) == (1, 4, 0)
    assert "missing.yaml: filen findes ikke" in said.out
    assert said.out.count("Der er ingen forbindelse 'billetbro_db'; opret den i Airflow under Admin, Connections.") == 3


def test_check_of_place2book_with_a_wrong_token_asks_for_no_event_makers(
    command: Command, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"conn_type": "place2book", "host": sandbox.place2book_url, "password": "made-up-wrong"}
    set_connection(monkeypatch, "place2book", **given)
    said = command("check")
    assert (said.code, said.out.count("FEJL  "), "arrangør 5" in said.out) == (1, 1, False)
    assert "godtog ikke login (status 401)" in said.out


def test_check_and_its_errors_show_no_secret(
    command: Command, sandbox: Sandbox, module_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = make_url(module_database_url)
    nowhere = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "x", "password": "made-up-secret"}
    said = [command("check")]
    set_connection(monkeypatch, "billetbro_db", **nowhere)
    said += [command("check"), command("rejections")]
    secrets = [sandbox.place2book_token, PRIVACY_KEY, "made-up-secret", database.password]
    secrets += [password for _, password in sandbox.cms_users.values()]
    printed = "".join(one.out + one.err for one in said)
    assert [secret for secret in secrets if secret and secret in printed] == []
    assert [one.code for one in said] == [0, 1, 1]


def test_plan_shows_every_event_by_field_and_writes_nothing_but_tries_the_login(
    command: Command, sandbox: Sandbox
) -> None:
    before = len(sandbox.log.writes())
    said = command("plan", libraries=["nordvig"])
    lines = said.out.splitlines()
    found = (said.code, lines[0], lines[-1])
    assert found == (0, "== nordvig == PLAN: intet er ændret", "Det gik godt for alle biblioteker.")
    assert [line for line in lines if "Babybio" in line] != []
    creates = [line for line in lines if line == "    OPRET i Place2book"]
    assert lines[2:4] == [f"    OPRET i Place2book: {len(creates)}", "    KOBL til arrangementet i Place2book: 1"]
    assert "pris ”Voksen med baby”: 50,00 kr." in said.out
    assert said.err.splitlines() == [f"{step}: nordvig ..." for step in ("extract", "transform", "load", "writeback")]
    tried = [(entry.server, entry.method, entry.status) for entry in sandbox.log.writes()[before:]]
    assert tried == [("cms:nordvig", "PATCH", 404)]


def test_plan_of_one_event_shows_no_other(command: Command) -> None:
    command("plan", libraries=["nordvig"])
    uuid = command("why", event="Babybio", json=True).json["event"]["uuid"]
    said = command("plan", libraries=["nordvig"], events=[uuid])
    assert (said.code, said.out.count("OPRET i Place2book")) == (0, 1)


def test_plan_of_an_event_that_no_list_held_says_so(command: Command) -> None:
    said = command("plan", libraries=["nordvig"], events=["findes-ikke"])
    assert (said.code, said.out.splitlines()[-2:]) == (
        1,
        [
            "Intet arrangement hos kørslens biblioteker har uuid findes-ikke; se efter, om det er skrevet rigtigt.",
            "Ingen biblioteker fejlede, men ikke alle arrangementer blev fundet.",
        ],
    )


def test_plan_of_two_libraries_goes_on_when_one_fails(command: Command, sandbox: Sandbox) -> None:
    sandbox.faults.add("cms:solbjerg", "html_200")
    try:
        said = command("plan")
    finally:
        sandbox.faults.clear()
    assert said.code == 1
    assert "== nordvig == PLAN" in said.out
    assert "FEJL (extract): Forbindelsen 'cms_solbjerg' til " in said.out
    assert "1 af 2 biblioteker fejlede: solbjerg: extract: Forbindelsen 'cms_solbjerg'" in said.out.splitlines()[-1]


def test_plan_of_an_unknown_library_names_the_known_ones(command: Command) -> None:
    said = command("plan", libraries=["ingen"])
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == ["FEJL: ukendt bibliotek: ingen; de kendte er: solbjerg, nordvig"]


@pytest.mark.parametrize("name", ["rejections", "history", "why"])
def test_command_on_a_database_without_tables_says_what_to_do(
    command: Command, postgres: EmbeddedPostgres, database_url: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    empty = postgres.airflow_connection_json(make_url(database_url).database or "")
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", empty)
    said = command(name, event="x")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("FEJL: Billetbros tabeller findes ikke endnu, eller de er fra en anden version: kør")


@cases(
    "name given",
    ("plan", "plan", {}),
    ("forget", "forget", {"email": "test@example.com", "phone": "", "purchases": []}),
)
def test_command_on_tables_that_a_newer_billetbro_made_says_so_and_begins_nothing(
    command: Command,
    postgres: EmbeddedPostgres,
    migrated_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    given: dict[str, object],
) -> None:
    engine = connect(migrated_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE sync.schema_version SET version_num = '9999_later'"))
    newer = postgres.airflow_connection_json(make_url(migrated_database_url).database or "")
    monkeypatch.setenv("AIRFLOW_CONN_BILLETBRO_DB", newer)
    said = command(name, dry_run=False, **given)
    with engine.connect() as connection:
        runs = connection.scalar(text("SELECT count(*) FROM sync.runs"))
    engine.dispose()
    assert (said.code, said.out, runs) == (1, "", 0)
    assert said.err.startswith("FEJL: Tabellerne i skemaet sync har version 9999_later, som en nyere Billetbro har")


def test_command_on_a_database_that_is_away_says_so_briefly(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    set_connection(monkeypatch, "billetbro_db", conn_type="postgres", host="127.0.0.1", port=1, login="x")
    said = command("history", event="x")
    (line,) = said.err.splitlines()
    assert (said.code, said.out) == (1, "")
    assert line.startswith(
        "FEJL: Databasen bag forbindelsen 'billetbro_db' (eller 'billetbro_warehouse', hvor den findes)"
    )


def test_check_tries_every_address_of_messages_and_sends_nothing(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = yaml.safe_load(LIBRARIES.read_text())
    content["libraries"] = content["libraries"][:1]
    content["libraries"][0]["notify"] = [
        {"conn_id": "teams"},
        "mailto://mail.example?from=billetbro@lib.example&to=vagt@lib.example",
    ]
    content["operators"] = {"notify": [{"conn_id": "nowhere"}, {"conn_id": "slack"}]}
    file = tmp_path / "libraries.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(file))
    secret = "made-up-secret-of-the-address"
    set_connection(monkeypatch, "teams", conn_type="apprise", extra={"config": f"json://127.0.0.1:9/{secret}"})
    set_connection(monkeypatch, "slack", conn_type="apprise", extra={"config": f"unknown-service://{secret}"})
    said = command("check")
    about = [line for line in said.out.splitlines() if "beskeder til" in line or "apprise" in line]
    assert about == [
        "OK    beskeder til teams: apprise forstår adressen; der er ikke sendt noget",
        "OK    beskeder til mailto://…: apprise forstår adressen; der er ikke sendt noget",
        "FEJL  beskeder til nowhere",
        "FEJL  beskeder til slack",
        "        apprise forstår ikke adressen.",
    ]
    assert (said.code, secret in said.out + said.err, "vagt@" in said.out) == (1, False, False)


def test_check_tells_of_connections_that_may_go_without_encryption(
    command: Command, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    set_connection(
        monkeypatch,
        "place2book",
        conn_type="place2book",
        host=sandbox.place2book_url,
        password=sandbox.place2book_token,
        extra={"allow_http": True},
    )
    told = [line for line in command("check", libraries=["nordvig"], language="en").out.splitlines() if "WEAK" in line]
    assert told == [
        "OK    encryption of place2book: WEAK: the address may be http, as the connection says (allow_http); "
        "anybody on the way can read and change everything"
    ]


def test_check_refuses_an_address_without_encryption(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    set_connection(monkeypatch, "cms_nordvig", conn_type="dpl_cms", host="http://nordvig.example", password="made up")
    said = command("check", libraries=["nordvig"])
    assert (said.code, "Forbindelsen 'cms_nordvig' går uden kryptering (http); brug https." in said.out) == (1, True)
