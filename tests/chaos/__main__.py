"""`python -m tests.chaos`: let runs crash at every point, and PostgreSQL at some; ends with 1 if anything stays wrong.

`--every N`: one point in so many. `--database N`: PostgreSQL at one point in so many (0: nowhere). `--jobs N`: so many
processes, each with systems of its own.

`python -m tests.chaos faults`: let each endpoint fail in each way; ends with 1 if anything stays wrong, or if
docs/reliability.md says otherwise. `--write`: write there what came of it, and leave what was not tried.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import document
from tests.chaos.crashes import Course, tried
from tests.chaos.faults import Cell, Trial
from tests.chaos.nights import nights
from tests.chaos.season import SEASON
from tests.chaos.world import a_stage


def main(words: Sequence[str]) -> int:
    """Do what the words say, and return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["crashes", "faults"], default="crashes")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--save", help=argparse.SUPPRESS)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--database", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    asked = parser.parse_args(words)
    if asked.jobs == 1:
        with a_stage() as stage:
            if asked.what == "faults":
                tries = Trial(Course.played(stage, SEASON)).tried(asked.every, asked.first)
                cells = chain(tries, () if asked.first else nights(stage))
                return fail(cells, Path(asked.save) if asked.save else None)
            return crash(Course.played(stage), asked.every, asked.database, asked.first)
    with TemporaryDirectory() as folder:
        code = _in_processes(asked, Path(folder))
        if asked.what == "crashes":
            return code
        found = {tuple(place): told for file in Path(folder).iterdir() for place, told in json.loads(file.read_text())}
        if asked.write:
            document.write(document.written() | found)
        return max(code, _undocumented(found))


def _in_processes(asked: argparse.Namespace, folder: Path) -> int:
    """Share the points, or the faults, among processes; return 1 if anything stayed wrong in any of them."""
    running = []
    for number in range(asked.jobs):
        every, database = asked.every * asked.jobs, asked.database * asked.jobs
        share = [asked.what, "--every", every, "--database", database, "--first", asked.first + number * asked.every]
        save = ["--jobs", 1, "--save", folder / str(number)]
        running.append(subprocess.Popen([sys.executable, "-m", "tests.chaos", *map(str, [*share, *save])]))
    try:
        return max([process.wait() != 0 for process in running])
    finally:
        for process in running:
            process.terminate()


def crash(course: Course, every: int, database: int, first: int) -> int:
    """Crash at these points, say what came of it, and return 1 if anything stayed wrong."""
    told = ", ".join(f"{hour.hour.name} {len(hour.points)}" for hour in course.hours)
    print(f"{len(course.points())} points: {told}", flush=True)
    began, wrong, done, second = time.monotonic(), 0, 0, 0
    ways = [(course.kill, every)] + ([(course.restart_database, database)] if database else [])
    for way, step in ways:
        for one in tried(course, step, way, first):
            done, second = done + 1, second + (one.runs > 1)
            if one.wrong:
                wrong += 1
                print(f"{way.__name__}: {one}", flush=True)
    seconds = time.monotonic() - began
    print(f"{done} crashes, {wrong} stayed wrong, {second} needed a second run, in {seconds:.0f} s", flush=True)
    return 1 if wrong or not done else 0


def fail(tries: Iterable[Cell], save: Path | None) -> int:
    """Try faults, say what came of each, and return 1 if anything stayed wrong."""
    began, cells = time.monotonic(), []
    for cell in tries:
        print(f"{time.monotonic() - began:.0f} s: {cell}", flush=True)
        cells.append(cell)
    wrong, found = sum(bool(cell.wrong) for cell in cells), document.told(cells)
    if save:
        save.write_text(json.dumps(list(found.items())))
    print(f"{len(cells)} faults, {wrong} stayed wrong, in {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0 if save else _undocumented(found)


def _undocumented(found: document.Told) -> int:
    """Say what the document tells otherwise, and return 1 if there is anything."""
    documented = document.written()
    other = {place: told for place, told in found.items() if _said(documented.get(place, "")) != _said(told)}
    for place, told in other.items():
        print(f"documented otherwise: {place}: {documented.get(place)} there, {told} here")
    return 1 if other else 0


def _said(told: str) -> str:
    """Return what the run with the fault told: how soon the warehouse is right depends on the hour of the day."""
    return told.partition(";")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
