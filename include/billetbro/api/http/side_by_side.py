"""Do something for several items at once, in threads; how many is a bound on the requests under way."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""How many times as many results as are read at once may wait for whoever takes them."""


def side_by_side(function: Callable[[T], R], items: Iterable[T], at_once: int) -> list[R]:
    """Return the function's result for each item, in order; after the first error no further item is started."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            return [future.result() for future in futures]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def read_ahead(read: Callable[[T], R], items: Iterable[T], at_once: int) -> Generator[tuple[T, Future[R]], None, None]:
    """Yield each item with its reading that has ended, in order, while the next few are read; close it after a break.

    With one at once, each is read when its turn comes.
    """
    remaining, waiting = iter(items), deque[tuple[T, Future[R]]]()
    most = AHEAD * at_once if at_once > 1 else 1
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        try:
            while True:
                waiting += [(item, pool.submit(read, item)) for item in islice(remaining, most - len(waiting))]
                if not waiting:
                    return
                item, reading = waiting.popleft()
                reading.exception()
                yield item, reading
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
