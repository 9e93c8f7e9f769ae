"""The Makefile and the installation that its targets begin with."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from demo.environment import ROOT

PROMISED = ["bench", "clean", "demo", "install", "lint", "requirements", "test", "test-fast", "test-long", "up"]
INSTALL = ROOT / ".ci" / "install"


def test_help_lists_every_target_with_what_it_does() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", shown, re.MULTILINE))

    assert [target for target in PROMISED if target not in listed] == []
    assert sorted(listed) == sorted(_phony_targets())


@pytest.mark.parametrize("target", ["demo", "up", "test", "test-fast", "test-long", "lint", "bench", "requirements"])
def test_target_installs_first(target: str) -> None:
    rule = re.search(rf"^{target}:([^#\n]*)", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert rule[1].split() == ["install"]


def test_install_with_a_python_that_is_too_old_says_which_is_needed(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")

    ended = _install(tmp_path, python="false")

    assert ended.returncode == 1
    assert ended.stderr == (
        "Python 3.11 or newer is needed, and 'false' is not. Name one: make PYTHON=python3.11 ...\n"
    )
    assert not (tmp_path / "venv").exists()


def test_install_when_nothing_changed_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / ".installed").touch()

    ended = _install(tmp_path, python="false")

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def _install(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHON": python, "UV_VERSION": "0"}
    command = ["sh", INSTALL, "venv", "requirements.txt"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _phony_targets() -> list[str]:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return phony[1].split()
