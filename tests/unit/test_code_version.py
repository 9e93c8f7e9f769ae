"""The version of the code: another one for every change of what it depends on, and for no other."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import billetbro
from tests.cases import cases

PACKAGE = Path(billetbro.__file__).parent
ASK = "from billetbro.code_version import code_version; print(code_version())"


def version_in(folder: Path) -> str:
    """Return the version that a process finds that imports the package from a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    asked = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return asked.stdout.strip()


@cases(
    "file changes",
    ("mapping", "reconcile/mapping/event.py", True),
    ("schema", "api/dpl_cms/schemas.py", True),
    ("type", "models/source.py", True),
    ("source", "sources/yesplan/events.py", True),
    ("report", "steps/report.py", False),
)
def test_code_version_is_another_where_the_code_that_decides_changed(
    tmp_path: Path, file: str, *, changes: bool
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "billetbro", ignore=shutil.ignore_patterns("__pycache__"))
    before = version_in(tmp_path)
    with (tmp_path / "billetbro" / file).open("a") as changed:
        changed.write("# once more\n")
    assert (version_in(tmp_path) != before) is changes
