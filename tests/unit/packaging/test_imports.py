"""Who may import whom in dags/ and plugins/. The rules inside the packages are import-linter's, in pyproject.toml."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.environment import ROOT

# Folder: what of this project its files may import.
ALLOWED = {
    "dags": ("billetbro_airflow", "billetbro"),
    "plugins/billetbro_airflow/cli": ("billetbro_airflow", "billetbro"),
    "plugins/billetbro_airflow/hooks": (
        "billetbro_airflow.hooks",
        "billetbro.api",
        "billetbro.errors",
        "billetbro_airflow.language",
        "billetbro.models.message",
        "billetbro.sources",
    ),
    "plugins/billetbro_airflow/notifications": (
        "billetbro_airflow.hooks",
        "billetbro_airflow.language",
        "billetbro_airflow.notifications",
        "billetbro_airflow.tasks.databases",
        "billetbro",
    ),
    "plugins/billetbro_airflow/tasks": (
        "billetbro_airflow.hooks",
        "billetbro_airflow.language",
        "billetbro_airflow.notifications",
        "billetbro_airflow.tasks",
        "billetbro",
    ),
    "plugins/billetbro_airflow/webhooks": (
        "billetbro_airflow.hooks",
        "billetbro_airflow.started_runs",
        "billetbro_airflow.tasks",
        "billetbro_airflow.webhooks",
        "billetbro",
    ),
}
OURS = {"benchmarks", "billetbro", "billetbro_airflow", "dags", "demo", "include", "plugins", "sandbox", "tests"}
SANDBOX = "sandbox"


@pytest.mark.parametrize("folder", ALLOWED)
def test_folder_imports_only_what_it_may(folder: str) -> None:
    forbidden = [
        f"{file.relative_to(ROOT)}: {module}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for module in _imports(file)
        if module.split(".")[0] in OURS and not _is_within(module, ALLOWED[folder])
    ]

    assert forbidden == []


@pytest.mark.parametrize("folder", ["dags", "include", "plugins"])
def test_product_never_uses_the_sandbox(folder: str) -> None:
    users = [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / folder).rglob("*.py"))
        if any(f"{module}.".startswith(f"{SANDBOX}.") for module in _imports(file))
    ]

    assert users == []


def test_imports_of_a_file_are_all_found(tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text("import os, sandbox.cms\nfrom billetbro import api\ndef late():\n    from demo.a import b\n")

    assert sorted(_imports(file)) == ["billetbro", "billetbro.api", "demo.a", "demo.a.b", "os", "sandbox.cms"]


def _is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") or f"{package}.".startswith(f"{module}.") for package in packages)


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", ["include/billetbro", "plugins/billetbro_airflow"])
def test_every_room_says_its_job_in_its_docstring(folder: str) -> None:
    packages = [file for file in (ROOT / folder).rglob("__init__.py") if "migrations" not in file.parts]
    silent = [str(file) for file in packages if not ast.get_docstring(ast.parse(file.read_text()))]
    assert (len(packages) >= 5, silent) == (True, [])
