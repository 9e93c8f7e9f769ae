"""`history`, `why` and `rejections`, after a library's first run."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from billetbro.models.message import Message
from sandbox.server import Sandbox
from tests.cases import cases
from tests.catalogues import danish
from tests.integration.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("synced")
BABY = "Babyrytmik for de mindste"


@pytest.mark.parametrize(
    ("title", "answer"),
    [
        (BABY, "has_button"),
        ("Stjernehimlen", "capacity_missing"),
        ("Vikinger ved fjorden", "unknown_sales_link"),
        ("Pileflet", "cancelled"),
        ("Stort revyshow", "sold_elsewhere"),
        ("Akvareller", "no_ticket_categories"),
        ("generalforsamling", "not_relevant"),
        ("Morgensang", "over"),
    ],
)
def test_why_of_an_event_is_answered_from_the_tables(command: Command, title: str, answer: str) -> None:
    said = command("why", event=title, json=True)
    told = {"code": said.json["answer"]["code"], "has_button": said.json["has_button"]}
    assert (said.code, told) == (0, {"code": answer, "has_button": answer == "has_button"})
    assert title in said.json["event"]["title"]


@cases(
    "language sentence",
    (
        "Danish",
        None,
        "Der mangler et antal billetter. Skriv i CMS, hvor mange billetter der skal sættes til salg (mindst 1).",
    ),
    ("English", "en", "The number of tickets is missing. Enter in the CMS how many tickets are for sale (at least 1)."),
)
def test_why_is_answered_in_one_language(command: Command, language: str | None, sentence: str) -> None:
    event, answer = command("why", event="Stjernehimlen", language=language).out.splitlines()
    assert (event.endswith("Foredrag - Stjernehimlen over Solbjerg"), answer) == (True, f"  {sentence}")
    shown = command("why", event="Stjernehimlen", language=language, json=True).json
    assert shown["answer"] == {"code": "capacity_missing", "message": sentence}


def test_language_is_that_of_the_airflow_variable_unless_another_is_asked_for(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_BILLETBRO_LANGUAGE", "en")
    nordvig = ["nordvig"]
    said = [command("rejections", libraries=nordvig, language=language).out for language in (None, "da")]
    monkeypatch.setenv("AIRFLOW_VAR_BILLETBRO_LANGUAGE", "sv")
    said.append(command("rejections", libraries=nordvig).out)
    assert said == ["Nothing is rejected.\n", "Intet er afvist.\n", "Intet er afvist.\n"]


def test_why_of_an_event_that_was_never_seen_tells_when_each_library_was_read(command: Command) -> None:
    said = command("why", event="Findes ikke", json=True)
    codes = {library: told["answer"]["code"] for library, told in said.json["libraries"].items()}
    assert (said.code, codes) == (1, {"solbjerg": "never_seen", "nordvig": "never_read"})
    lines = command("why", event="Findes ikke", libraries=["nordvig"]).out.splitlines()
    assert lines[:3] == ["Intet arrangement passer på: Findes ikke", "", "nordvig:"]


@pytest.mark.parametrize("name", ["why", "history"])
def test_event_that_could_be_several_is_to_be_chosen(command: Command, name: str) -> None:
    said = command(name, event="Ukulele")
    first, *events = said.err.splitlines()
    assert (said.code, said.out, first) == (2, "", "4 arrangementer passer; vælg ét med dets uuid.")
    assert [line.endswith("Ukulele for begyndere") for line in events] == [True] * 4
    assert events == sorted(events, key=lambda line: (line[6:10], line[3:5], line[:2]))


def test_history_of_an_event_tells_its_link_and_every_change(command: Command, synced: Engine) -> None:
    lines = command("history", event=BABY).out.splitlines()
    link = next(line.strip() for line in lines if "/sw2/sales/" in line)
    happened = [line[18:] for line in lines if line[:1].isdigit()]
    assert (lines[0], happened) == (BABY, ["oprettet i Place2book  [gennemført]", "skrevet til CMS  [gennemført]"])
    assert f"    billetlink: {link}" in lines
    assert "    starter: " in "\n".join(lines)
    assert "    pris ”Barn med voksen”: 40,00 kr." in lines
    assert "    årsag: arrangementet findes ikke i Place2book endnu" in lines


def test_history_is_the_same_by_whatever_names_the_event(command: Command, sandbox: Sandbox) -> None:
    by_title = command("history", event=BABY, json=True).json
    link, uuid = by_title["link"], by_title["event"]["uuid"]
    page = f"{sandbox.cms_urls['solbjerg']}/arrangementer/{uuid}"
    (back,) = (entry for entry in by_title["history"] if entry["kind"] == "write_back")
    (for_staff,) = (field["new"] for field in back["fields"] if field["field"] == "admin_url")
    named = [uuid, str(link["event_id"]), link["seccode"], link["sales_location"], for_staff, page]
    assert [command("history", event=name, json=True).json for name in named] == [by_title] * 6
    found = [(entry["kind"], entry["status"]) for entry in by_title["history"]]
    assert found == [("create", "applied"), ("write_back", "applied")]


def test_history_of_a_rejected_event_tells_why_and_that_it_is_not_linked(command: Command) -> None:
    lines = command("history", event="Stjernehimlen").out.splitlines()
    assert "  Ikke koblet til Place2book." in lines
    assert [line[18:] for line in lines if line[:1].isdigit()] == ["afvist"]
    assert "    capacity_missing" in lines


@pytest.mark.parametrize("name", ["why", "history"])
def test_event_of_a_library_that_nobody_knows_is_not_sought(command: Command, name: str) -> None:
    said = command(name, event=BABY, libraries=["solbjreg"])
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("FEJL: ")
    assert "solbjreg" in said.err


def test_history_of_nothing_says_so(command: Command) -> None:
    said = command("history", event="Findes ikke")
    assert (said.code, said.out, said.err) == (1, "", "Intet arrangement passer på: Findes ikke\n")


def test_rejections_are_listed_with_what_to_do(command: Command) -> None:
    said = command("rejections")
    lines = said.out.splitlines()
    assert (said.code, lines[0], sum(line.startswith("    først ") for line in lines)) == (0, "solbjerg: 6 afvist", 6)
    listed = command("rejections", json=True).json
    assert [one["code"] for one in listed] == [
        "price_negative",
        "unknown_sales_link",
        "capacity_missing",
        "price_currency",
        "ends_before_start",
        "title_missing",
    ]
    assert [
        one["title"] for one in listed if f"  {one['title']}  ({one['code']})" not in said.out and one["title"]
    ] == []


def test_rejections_of_a_library_without_any_say_so(command: Command) -> None:
    said = command("rejections", libraries=["nordvig"])
    assert (said.code, said.out) == (0, "Intet er afvist.\n")


def test_rejections_that_are_resolved_are_listed_when_asked_for(command: Command, synced: Engine) -> None:
    resolve = "UPDATE sync.rejections SET resolved_at = {} WHERE code = 'price_negative'"
    with synced.begin() as connection:
        connection.execute(text(resolve.format("now()")))
    try:
        found = [len(command("rejections", json=True, all=every).json) for every in (False, True)]
        told = command("rejections", all=True).out
    finally:
        with synced.begin() as connection:
            connection.execute(text(resolve.format("NULL")))
    assert (found, told.count("løst")) == ([5, 6], 1)


def test_events_are_told_of_although_the_settings_have_a_mistake(
    command: Command, libraries_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "libraries.yaml"
    broken.write_text(libraries_file.read_text().replace("price_unit: kroner", "price_unit: dollars"))
    before, rejected = command("history", event=BABY).out, command("rejections").out
    monkeypatch.setenv("BILLETBRO_LIBRARIES", str(broken))
    assert command("history", event=BABY).out == before
    said = command("rejections")
    assert (said.code, said.out, said.err) == (0, rejected, danish(Message("settings.partly_read")) + "\n")
    assert command("rejections", libraries=["nordvig"]).out == "Intet er afvist.\n"
