"""The wheel holds the two packages whole and nothing else, and works where nothing of the project is."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.environment import ROOT, airflow_environment, child_environment, migrate_sqlite

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
PACKAGES = {"include": "billetbro", "plugins": "billetbro_airflow"}
WHERE = "import billetbro, billetbro_airflow; print(billetbro.__file__, billetbro_airflow.__file__)"
PROVIDERS = ("providers", "list", "--output", "plain")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy, built = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("dist")
    for file in ("pyproject.toml", "requirements.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    for folder in ("include", "plugins", "dags", "sandbox", "demo", "tests", "benchmarks", "docs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "images"))
    subprocess.run([sys.executable, "-c", BUILD, built], cwd=copy, check=True, capture_output=True)
    (made,) = built.glob("billetbro-*.whl")
    return made


def test_wheel_holds_every_file_of_both_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert held == {name for folder, package in PACKAGES.items() for name in _files_below(ROOT / folder, package)}


@pytest.mark.long
def test_wheel_in_an_empty_environment_answers_commands_and_is_found_as_a_provider(wheel: Path, tmp_path: Path) -> None:
    python = _environment_with(wheel, tmp_path / "venv")
    home, elsewhere = tmp_path / "airflow", tmp_path / "elsewhere"
    migrate_sqlite(home)
    nowhere = {f"AIRFLOW__CORE__{kind}_FOLDER": str(elsewhere) for kind in ("DAGS", "PLUGINS")}
    environment = child_environment(airflow_environment(home), nowhere)
    for name in ("PYTHONPATH", "BILLETBRO_LIBRARIES"):
        del environment[name]
    elsewhere.mkdir()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [python, *arguments]
        return subprocess.run(command, cwd=elsewhere, env=environment, check=False, capture_output=True, text=True)

    where, providers = run("-c", WHERE), run("-m", "airflow", *PROVIDERS)
    checked = run("-m", "airflow", "billetbro", "check")
    assert [Path(file).is_relative_to(tmp_path) for file in where.stdout.split()] == [True, True], where.stderr
    assert [line.split()[-1] for line in providers.stdout.splitlines() if line.startswith("billetbro ")] == ["1.0.0"]
    # There is no file of libraries yet, and no database: both are said, and what to do about them.
    found = (checked.returncode, len([line for line in checked.stdout.splitlines() if line.startswith("FEJL")]))
    assert found == (1, 4)
    assert "libraries.yaml: " in checked.stdout
    assert "BILLETBRO_LIBRARIES" in checked.stdout


def _files_below(folder: Path, package: str) -> Iterator[str]:
    files = (file for file in (folder / package).rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    yield from (file.relative_to(folder).as_posix() for file in files)


def _environment_with(wheel: Path, folder: Path) -> Path:
    """Make a virtual environment that holds the wheel, and beside it only what the project depends on."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    subprocess.run(
        [uv, "pip", "install", "--offline", "--no-deps", "--python", python, wheel], check=True, env=_plain()
    )
    (site,) = (folder / "lib").glob("python3*/site-packages")
    # Folders that are named in such a file are searched, but what installs itself in them (this checkout) is not.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
