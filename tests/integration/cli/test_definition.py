"""The commands as Airflow's own command line reads them."""

import ast
from argparse import Namespace
from importlib import import_module

import pytest
from airflow.cli.cli_parser import get_parser
from airflow.providers_manager import ProvidersManager

from billetbro_airflow.cli import definition
from billetbro_airflow.cli.definition import SUBCOMMANDS, billetbro_commands
from demo.environment import ROOT


def parsed(*arguments: str) -> dict[str, object]:
    given: Namespace = get_parser().parse_args(["billetbro", *arguments])
    return {name: value for name, value in vars(given).items() if name != "func"}


def test_provider_gives_airflow_the_group_and_nothing_else() -> None:
    ours = [function for function in ProvidersManager().cli_command_functions if function is billetbro_commands]
    assert [group.name for function in ours for group in function()] == ["billetbro"]


@pytest.mark.parametrize("name", [command.name for command in SUBCOMMANDS])
def test_subcommand_has_a_module_of_its_name_that_runs(name: str) -> None:
    module = import_module(f"billetbro_airflow.cli.{name.replace('-', '_')}")
    assert callable(module.run)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["check"], {"subcommand": "check", "libraries": []}),
        (["check", "--libraries", "a, b,"], {"subcommand": "check", "libraries": ["a", "b"]}),
        (
            ["plan", "--events", "u1,u2", "--read-all-prices"],
            {"subcommand": "plan", "libraries": [], "events": ["u1", "u2"], "read_all_prices": True},
        ),
        (["why", "Koncert"], {"subcommand": "why", "event": "Koncert", "libraries": [], "json": False}),
        (["history", "u1", "--json"], {"subcommand": "history", "event": "u1", "libraries": [], "json": True}),
        (
            ["adopt", "herlev", "u1", "--place2book-event", "4711"],
            {"subcommand": "adopt", "of_library": "herlev", "event": "u1", "place2book_event": 4711},
        ),
        (["rejections", "--all"], {"subcommand": "rejections", "libraries": [], "all": True, "json": False}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_command_line_is_read_as_meant(arguments: list[str], expected: dict[str, object]) -> None:
    assert parsed(*arguments) == {"language": None, **expected}


@pytest.mark.parametrize("name", [command.name for command in SUBCOMMANDS])
def test_every_command_answers_in_the_language_that_is_asked_for(name: str) -> None:
    event = {"history": ["u1"], "why": ["u1"], "adopt": ["herlev", "u1"], "another": ["herlev", "u1"]}.get(name, [])
    assert parsed(name, *event, "--language", "en")["language"] == "en"


def test_language_that_there_is_not_is_an_error_that_names_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("rejections", "--language", "sv")
    assert "argument --language: sv: da, en" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["definition", "running"])
def test_module_that_every_airflow_command_reads_imports_nothing_heavy(name: str) -> None:
    tree = ast.parse((ROOT / "plugins" / "billetbro_airflow" / "cli" / f"{name}.py").read_text("utf-8"))
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    light = {"__future__", "argparse", "billetbro_airflow.cli.running", "functools", "importlib", "os", "sys"}
    light |= {"collections.abc", "contextlib", "itertools", "typing"}
    assert imported - light <= {"airflow.cli.cli_config", "airflow.cli.utils"}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("airflow billetbro --help", "Hvad er afvist?"),
        ("airflow billetbro rejections --language en --help", "What is rejected?"),
        ("airflow dags list", ""),
    ],
)
def test_help_is_in_the_language_of_the_command_line_and_costs_others_nothing(
    monkeypatch: pytest.MonkeyPatch, line: str, shown: str
) -> None:
    monkeypatch.setattr("sys.argv", line.split())
    assert definition._help("rejections") == shown


def test_every_command_and_argument_has_its_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["airflow", "billetbro"])
    names = {command.name for command in SUBCOMMANDS} | {arg.flags[0] for one in SUBCOMMANDS for arg in one.args}
    without = [name for name in names if definition._help(name.strip("-").replace("-", "_")).startswith("cli.")]
    assert without == []
