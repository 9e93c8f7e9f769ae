"""CPU seconds and peak memory of trees of processes (Linux), those that have ended included."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

LOOK_EVERY = 0.2
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def spent_by(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each named process with everything that it ever started and waited for.

    What an Airflow process of this name forks (a task, a parse of a DAG file) is named apart, with "forks" behind it.
    """
    spent: dict[str, float] = {}
    for name, pid in roots.items():
        root = psutil.Process(pid)
        own, ended = _times(root)
        spent[name] = own
        spent[f"{name} forks"] = ended + sum(sum(_times(child)) for child in root.children(recursive=True))
    return spent


def _times(process: psutil.Process) -> tuple[float, float]:
    """Return a process's own seconds, and those of its children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # its parent counts it from now on
        return 0.0, 0.0
    return float(times.user + times.system), float(times.children_user + times.children_system)


class Peak:
    """The most memory (resident set, MiB) that a process of the lowest generation held, below a root's children."""

    def __init__(self) -> None:
        self.mib = 0.0

    @contextmanager
    def watching(self, root: int) -> Iterator[None]:
        """Look at the grandchildren of a process for the length of the block."""
        self.mib, ended = 0.0, threading.Event()
        watcher = threading.Thread(target=self._watch, args=(root, ended), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, root: int, ended: threading.Event) -> None:
        while not ended.is_set():
            for worker in _children(root):
                self.mib = max([self.mib, *map(_peak_mib, _children(worker))])
            time.sleep(LOOK_EVERY)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _peak_mib(pid: int) -> float:
    with suppress(OSError):
        if found := PEAK.search(Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) / 1024
    return 0.0
