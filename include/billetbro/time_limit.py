"""The time limit of the work on one library: once it has passed, nothing more is begun for that library.

A thread carries its limit. API sessions that it opens and the locks that it takes ask whether there is time left.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from billetbro.errors import OutOfTime


@dataclass(slots=True, kw_only=True)
class TimeLimit:
    """A limit in seconds from now on for one library."""

    library: str
    seconds: float
    _ends_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        """Return the seconds left; negative once the limit has passed."""
        return self._ends_at - time.monotonic()

    def end(self) -> None:
        """Let the limit pass now."""
        self._ends_at = min(self._ends_at, time.monotonic())

    def error(self) -> OutOfTime:
        """Return the error that names the library and the limit."""
        return OutOfTime("error.out_of_time", library=self.library, seconds=round(self.seconds))

    def ensure_left(self) -> None:
        """Raise OutOfTime once the limit has passed."""
        if self.left <= 0:
            raise self.error()


NO_LIMIT = TimeLimit(library="", seconds=math.inf)
_of_this_thread: ContextVar[TimeLimit] = ContextVar("time_limit", default=NO_LIMIT)


def time_limit() -> TimeLimit:
    """Return the limit of the work that this thread does."""
    return _of_this_thread.get()


@contextmanager
def limited(limit: TimeLimit) -> Iterator[None]:
    """Set this thread's limit for a block."""
    before = _of_this_thread.set(limit)
    try:
        yield
    finally:
        _of_this_thread.reset(before)
