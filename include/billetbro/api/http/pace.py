"""At most so many requests in any second."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from time import monotonic, sleep

WINDOW = 1.05
"""Seconds that count as one: a request that was long on its way must not arrive together with those of the next."""


class Pace:
    """Lets `per_second` requests through in any second, whoever sends them; the others wait. Thread-safe.

    They are counted when they really leave: a thread that woke up late counts from then.
    """

    def __init__(
        self, per_second: float, *, clock: Callable[[], float] = monotonic, pause: Callable[[float], None] = sleep
    ) -> None:
        self._left: deque[float] = deque(maxlen=max(1, int(per_second)))
        self._window = WINDOW * max(1, 1 / per_second)
        self._clock, self._pause = clock, pause
        self._lock = Lock()

    def wait(self) -> None:
        """Return when a request may leave, and count it."""
        with self._lock:
            if len(self._left) == self._left.maxlen:
                self._pause(max(0, self._left[0] + self._window - self._clock()))
            self._left.append(self._clock())
