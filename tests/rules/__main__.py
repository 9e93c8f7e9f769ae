"""Break each rule of the catalogue in a copy of the project, one at a time, and see that its tests notice.

`python -m tests.rules [which ...]`: all of them, or those of these sections, files or rows (some words of a row). Ends
with 1 when a break was not noticed, or when the tests fail without any.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

from tests.rules.catalogue import ROOT, Break, read_catalogue

COPIES = int(os.environ.get("BROKEN_RULES_PARALLEL", "2"))
"""So many rules are broken at once, each in a copy of its own."""
LONGEST = 300
"""Seconds that the tests of one break may take."""

NOTICED, PASSED = 1, 0
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info", "images")


def main(words: Sequence[str]) -> int:
    """Try every break that the words name, say what came of each, and return the process's exit code."""
    breaks = [found for row in read_catalogue() for found in row.breaks if _meant(found, words)]
    with tempfile.TemporaryDirectory(prefix="broken-rules-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(COPIES):
            copies.put(Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=_LEFT_OUT)))
        sound = copies.get()
        code, said = _tested(sound, dict.fromkeys(test for found in breaks for test in found.tests))
        copies.put(sound)
        if code != PASSED:
            print(f"Without any rule broken the tests end with {code}:\n{said}")
            return 1
        began = monotonic()
        with ThreadPoolExecutor(COPIES) as pool:
            unnoticed = sum(pool.map(lambda found: _unnoticed(found, copies), breaks))
    print(f"{len(breaks)} rules broken, {unnoticed} of them unnoticed, in {monotonic() - began:.0f} s")
    return 1 if unnoticed or not breaks else 0


def _meant(found: Break, words: Sequence[str]) -> bool:
    return not words or any(
        word in (found.section, found.file) or (" " in word and word in found.row) for word in words
    )


def _unnoticed(found: Break, copies: SimpleQueue[Path]) -> bool:
    """Break one rule in a copy that nobody uses, and return whether no test failed; the copy is whole afterwards."""
    copy = copies.get()
    file = copy / found.file
    whole = file.read_text()
    try:
        file.write_text(whole.replace(found.old, found.new))
        code, said = _tested(copy, found.tests)
    finally:
        file.write_text(whole)
        copies.put(copy)
    if code == NOTICED:
        return False
    why = "no test failed" if code == PASSED else f"the tests ended with {code}\n{said}"
    print(f"{found.section}: {found.row}\n    {found.file}: {found.old!r} -> {found.new!r}: {why}", flush=True)
    return True


def _tested(copy: Path, tests: Iterable[str]) -> tuple[int, str]:
    """Run the tests in the copy until one fails; return pytest's exit code and its last words."""
    path = os.pathsep.join(str(copy / folder) for folder in ("", "include", "plugins"))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        ended = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return NOTICED, "they did not end"
    return ended.returncode, ended.stdout[-2000:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
