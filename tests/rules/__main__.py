"""Break each rule of the catalogue in a copy of the project, one at a time, and see that its tests notice.

`python -m tests.rules [which ...]`: all of them, or those of these sections, files or rows (some words of a row). Ends
with 1 when a break was not noticed, or when the tests fail without any.
"""

import compileall
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from time import monotonic

from demo.processes import ending_with_parent
from tests.rules.catalogue import ROOT, Break, read_catalogue

COPIES = int(os.environ.get("BROKEN_RULES_PARALLEL", "2"))
"""So many rules are broken at once, each in a copy of its own."""
LONGEST = 600
"""Seconds that the tests of one break may take; some breaks make them wait for ever."""
LONGEST_OF_ALL = 3600
"""Seconds that the tests of all breaks may take together, with no rule broken."""

NOTICED, PASSED, ENDLESS = 1, 0, -1
LONG_AGO = 1_600_000_000
"""When the files of a copy were changed, for Python: their compiled forms hold until one is broken, and again after."""
_LEFT_OUT = shutil.ignore_patterns(".[!g]*", ".git", "__pycache__", "build", "*.egg-info", "images")


def main(words: Sequence[str]) -> int:
    """Try every break that the words name, say what came of each, and return the process's exit code."""
    breaks = [found for row in read_catalogue() for found in row.breaks if _meant(found, words)]
    with tempfile.TemporaryDirectory(prefix="broken-rules-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(COPIES)]
        names = list(dict.fromkeys(test for found in breaks for test in found.tests))
        print(f"{len(breaks)} breaks; first their {len(names)} tests, with no rule broken", flush=True)
        code, said = copies[0].test(["-n", str(COPIES), "--dist=worksteal", *names], LONGEST_OF_ALL)
        if code != PASSED:
            print(f"Without any rule broken the tests end with {code}:\n{said}")
            return 1
        progress, free = Progress(len(breaks)), SimpleQueue[Copy]()
        for copy in copies:
            free.put(copy)
        with ThreadPoolExecutor(COPIES) as pool:
            unnoticed = sum(pool.map(lambda found: _unnoticed(found, free, progress), breaks))
    print(f"{len(breaks)} rules broken, {unnoticed} of them unnoticed, in {progress.seconds} s")
    return 1 if unnoticed or not breaks else 0


@dataclass(slots=True)
class Progress:
    """How far it is; a line for each twentieth break."""

    all: int
    began: float = field(default_factory=monotonic)
    done: int = 0
    _one_at_a_time: Lock = field(default_factory=Lock)

    @property
    def seconds(self) -> int:
        return round(monotonic() - self.began)

    def count(self, found: Break) -> None:
        with self._one_at_a_time:
            self.done += 1
            if self.done % 20 == 0 or self.done == self.all:
                print(f"{self.done} of {self.all}, section {found.section}, {self.seconds} s", flush=True)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the project."""

    folder: Path

    @contextmanager
    def broken(self, found: Break) -> Iterator[None]:
        file = self.folder / found.file
        whole = file.read_text()
        try:
            file.write_text(whole.replace(found.old, found.new))
            yield
        finally:
            file.write_text(whole)
            os.utime(file, (LONG_AGO, LONG_AGO))

    def test(self, arguments: Iterable[str], longest: float = LONGEST) -> tuple[int, str]:
        """Run these tests until one fails; return pytest's exit code, or that they did not end, and its last words."""
        path = os.pathsep.join(str(self.folder / folder) for folder in ("", "include", "plugins"))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *arguments]
        with subprocess.Popen(
            ending_with_parent(command, "KILL"),
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                said, _ = running.communicate(timeout=longest)
            except subprocess.TimeoutExpired:
                return ENDLESS, "they did not end"
            finally:
                _end_group(running.pid)
        return running.returncode, said[-2000:]


def _copy(folder: Path) -> Copy:
    shutil.copytree(ROOT, folder, ignore=_LEFT_OUT)
    for file in folder.rglob("*.py"):
        os.utime(file, (LONG_AGO, LONG_AGO))
    compileall.compile_dir(folder, quiet=2)
    return Copy(folder)


def _end_group(process_id: int) -> None:
    """End whatever a process that led a group of its own has left behind."""
    try:
        os.killpg(process_id, signal.SIGKILL)
    except ProcessLookupError:
        return


def _meant(found: Break, words: Sequence[str]) -> bool:
    return not words or any(
        word in (found.section, found.file) or (" " in word and word in found.row) for word in words
    )


def _unnoticed(found: Break, free: SimpleQueue[Copy], progress: Progress) -> bool:
    """Break one rule in a copy that nobody uses, and return whether no test failed; the copy is whole afterwards."""
    copy = free.get()
    try:
        with copy.broken(found):
            code, said = copy.test(found.tests)
    finally:
        free.put(copy)
    progress.count(found)
    if code == NOTICED:
        return False
    what = {PASSED: "no test failed", ENDLESS: f"the tests did not end in {LONGEST} s, which counts as noticed"}
    why = what.get(code, f"the tests ended with {code}\n{said}")
    print(f"{found.section}: {found.row}\n    {found.file}: {found.old!r} -> {found.new!r}: {why}", flush=True)
    return code != ENDLESS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
