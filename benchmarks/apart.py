"""Run something in a process of its own, so that its peak of memory is nobody else's."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def apart(work: Callable[[T], R], given: T) -> R:
    """Return what the work returns, done in a fresh process; raises RuntimeError with its traceback when it fails."""
    here, there = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("spawn").Process(target=_work, args=(work, given, there))
    worker.start()
    there.close()
    try:
        result, trouble = here.recv()
    except EOFError:
        result, trouble = None, "it ended without a word"
    worker.join()
    if trouble:
        raise RuntimeError(trouble)
    done: R = result
    return done


def peak_mib() -> float:
    """Return the most memory that this process ever held (resident set), in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _work(work: Callable[[T], R], given: T, there: Connection) -> None:
    try:
        there.send((work(given), None))
    except BaseException:
        there.send((None, traceback.format_exc()))
