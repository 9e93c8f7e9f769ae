"""Read something for each of several events, and tolerate a few that are unreadable."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import RateLimited, Retriable

GIVE_UP_AFTER = 3
"""This many failures in a row mean that Place2book is down."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Unread:
    """The result for an item that could not be read although Place2book works."""

    error: Retriable


def read_each(client: Place2bookClient, read: Callable[[T], R], items: Iterable[T]) -> Sequence[R | Unread]:
    """Return what is read for each item, in order, a few at a time; Unread for a few that fail.

    Raises Fatal errors and RateLimited at once, and the error itself when several fail in a row, or all of several.
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
