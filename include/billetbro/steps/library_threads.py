"""Work on several libraries side by side, each in a thread of its own and with a time limit of its own.

A thread whose limit has passed sends nothing more (time_limit.py), and is waited for only a moment: it keeps the
library's lock until it ends or the process does. The threads are daemons, and do not keep the process alive.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from billetbro.errors import Retriable
from billetbro.time_limit import TimeLimit, limited

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many libraries are worked on at a time, and the seconds for one library and for all of them.

    `grace`: how long a library is waited for after its limit, so that it can record what it had under way.
    """

    libraries: int = 8
    seconds: float = 600
    altogether: float = 40 * 60
    grace: float = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Generic[T]):
    """How the work on a library ended: with a result, or with an error."""

    library: str
    result: T | None = None
    error: BaseException | None = None


class LibraryThreads(Generic[T]):
    """The threads of one task. Units are worked on side by side, the libraries of a unit one after the other."""

    def __init__(self, units: Sequence[Sequence[str]], work: Callable[[str], T], limits: Limits) -> None:
        self._waiting = deque(deque(unit) for unit in units if unit)
        self._work = work
        self._limits = limits
        self._ends_at = time.monotonic() + limits.altogether
        self._running: dict[str, tuple[TimeLimit, deque[str]]] = {}
        self._ended: SimpleQueue[Ended[T]] = SimpleQueue()

    def __iter__(self) -> Generator[Ended[T], None, None]:
        """Yield each library as it ends; what still runs when the caller stops asking sends nothing more.

        What is no Exception, such as KeyboardInterrupt, is raised.
        """
        try:
            while self._waiting or self._running:
                while self._waiting and len(self._running) < self._limits.libraries:
                    self._begin(self._waiting.popleft())
                if (ended := self._next()) is None:
                    continue
                if ended.error is not None and not isinstance(ended.error, Exception):
                    raise ended.error
                yield ended
        finally:
            for limit, _ in self._running.values():
                limit.end()

    def _begin(self, unit: deque[str]) -> None:
        library, left = unit.popleft(), self._ends_at - time.monotonic()
        limit = TimeLimit(library=library, seconds=max(0, min(self._limits.seconds, left)))
        self._running[library] = limit, unit
        Thread(target=copy_context().run, args=(self._one, limit), name=library, daemon=True).start()

    def _one(self, limit: TimeLimit) -> None:
        try:
            with limited(limit):
                result = self._work(limit.library)
        except BaseException as error:
            self._ended.put(Ended(library=limit.library, error=error))
        else:
            self._ended.put(Ended(library=limit.library, result=result))

    def _next(self) -> Ended[T] | None:
        """Wait for the next library that ends or whose limit passes; None for one given up before."""
        first = min((limit for limit, _ in self._running.values()), key=lambda limit: limit.left)
        try:
            ended = self._ended.get(timeout=max(0, first.left + self._limits.grace))
        except Empty:
            ended = Ended(library=first.library, error=first.error())
        limit, unit = self._running.pop(ended.library, (None, None))
        if limit is None:
            return None
        if unit:
            self._waiting.appendleft(unit)
        return _of_its_limit(ended, limit)


def _of_its_limit(ended: Ended[T], limit: TimeLimit) -> Ended[T]:
    """Return how it ended, with the limit as the error when that passed: it is why a request came to nothing."""
    late = limit.left <= 0 and isinstance(ended.error, Retriable)
    return Ended(library=ended.library, error=limit.error()) if late else ended
