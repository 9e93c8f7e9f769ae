"""Read something of each of several events, and leave out the few of which it cannot be read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import RateLimited, Retriable

GIVE_UP_AFTER = 3
"""So many failures in a row are no longer one event's: Place2book itself is ill."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands in the place of what could not be read, although Place2book is well."""

    error: Retriable


def read_each(client: Place2bookClient, read: Callable[[T], R], items: Iterable[T]) -> Sequence[R | Unread]:
    """Return what is read of each item, in order, a few at a time; Unread for those few that cannot be read.

    Raises what is Fatal or RateLimited at once, and the error itself when several failed in a row, or all of several:
    then it is not the event that is ill.
    """
    in_a_row = 0
    lock = Lock()

    def one(item: T) -> R | Unread:
        nonlocal in_a_row
        try:
            found = read(item)
        except RateLimited:
            raise
        except Retriable as error:
            with lock:
                in_a_row += 1
                if in_a_row >= GIVE_UP_AFTER:
                    raise
            return Unread(error)
        with lock:
            in_a_row = 0
        return found

    results = client.map_concurrently(one, items)
    unread = [result for result in results if isinstance(result, Unread)]
    if len(unread) == len(results) > 1:
        raise unread[0].error
    return results
