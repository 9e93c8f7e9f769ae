"""The lock files: everything pinned, nothing that only works on one machine."""

import re

import pytest

from demo.environment import ROOT
from tests.cases import cases

LOCK_FILES = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(r"^[a-z0-9][a-z0-9-]*(?:\[[a-z0-9,-]+\])?==\S+(?: ; .+)?$")


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_pins_every_line(name: str) -> None:
    unpinned = [line for line in _lines(name) if not PIN.match(line)]

    assert (unpinned, len(_lines(name)) > 100) == ([], True)


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_names_no_index_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()

    assert re.findall(r"(?m)^.*(?:://|--index|--extra-index|--find-links|@ ).*$", text) == []


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_file_has_the_content_of_every_package(name: str) -> None:
    entries = re.split(r"(?m)^(?=[a-z0-9])", (ROOT / name).read_text())[1:]
    without = [
        entry.splitlines()[0] for entry in entries if not re.search(r"(?m)^    --hash=sha256:[0-9a-f]{64}", entry)
    ]

    assert (without, len(entries)) == ([], len(_lines(name)))


def test_image_installs_nothing_whose_content_is_not_locked() -> None:
    installed = re.findall(r"(?m)^RUN pip install (.+)$", (ROOT / "Dockerfile").read_text())

    unlocked = [line for line in installed if "--require-hashes" not in line]
    assert [line for line in unlocked if "--no-deps" not in line or "--no-build-isolation" not in line] == []


@cases(
    "wanted locked",
    ("installation", "requirements.in", "requirements.txt"),
    ("development", "requirements-dev.in", "requirements-dev.txt"),
)
def test_lock_file_holds_everything_that_is_wanted(wanted: str, locked: str) -> None:
    named = {re.split(r"[\[<>=]", line)[0].lower() for line in _lines(wanted) if not line.startswith("-")}
    pinned = {re.split(r"[\[=]", line)[0] for line in _lines(locked)}

    assert sorted(named - pinned) == []


def test_lock_files_agree_on_every_version() -> None:
    installation, development = ({_name(line): line for line in _lines(name)} for name in LOCK_FILES)

    assert {name: line for name, line in installation.items() if development.get(name) != line} == {}


def _name(line: str) -> str:
    package, _, marker = line.partition(" ; ")
    return f"{package.partition('==')[0]} {marker}"


def _lines(name: str) -> list[str]:
    lines = [line.rstrip() for line in (ROOT / name).read_text().splitlines()]
    return [line.removesuffix(" \\") for line in lines if line and not line.lstrip().startswith(("#", "--hash="))]
