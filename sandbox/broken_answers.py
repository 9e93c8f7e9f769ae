"""Answers that look right at first: the API's own, changed in a way that a server or a proxy may change them."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

FULL_PAGE: Final = 200
LONG: Final = 10 * 1024 * 1024
BOMB: Final = 256 * 1024 * 1024
"""How many bytes the small answer of a `gzip_bomb` becomes."""
CLOCK_IS_WRONG_BY: Final = timedelta(hours=2)
_TITLES: Final = ("title", "name", "full_name")
_LISTS: Final = ("data", "events")


def wrong_types(data: Any) -> Any:
    """Return the same keys with values of another type: text for numbers, numbers for text, objects for lists."""
    match data:
        case dict():
            return {name: wrong_types(value) for name, value in data.items()}
        case list() if data and isinstance(data[0], dict):
            return [wrong_types(item) for item in data]
        case list():
            return {"0": "intet"}
        case bool() | None:
            return 17
        case str():
            return 17
    return {"tal": str(data)}


def half_list(data: Any) -> Any:
    """Return a whole list that has only the first half of the items."""
    return _with_items(data, lambda items: items[: len(items) // 2])


def same_page(data: Any) -> Any:
    """Return a page that is full, and the same whichever was asked for."""
    return _with_items(data, lambda items: (items * FULL_PAGE)[:FULL_PAGE])


def long_titles(data: Any) -> Any:
    """Return the first item, or the one that was asked for, with a title of 10 MB."""
    if isinstance(data, list):
        return [long_titles(data[0]), *data[1:]] if data else data
    if not isinstance(data, dict):
        return data
    for name in _TITLES:
        if name in data:
            return {**data, name: f"{data[name]} " + "lang " * (LONG // 5)}
    return {name: long_titles(value) if isinstance(value, dict | list) else value for name, value in data.items()}


def wrong_times(data: Any) -> Any:
    """Return the same with every time as a server tells it that takes its own clock's time for another zone's."""
    match data:
        case dict():
            return {name: wrong_times(value) for name, value in data.items()}
        case list():
            return [wrong_times(item) for item in data]
        case str() if "T" in data:
            try:
                return (datetime.fromisoformat(data) + CLOCK_IS_WRONG_BY).isoformat().replace("+00:00", "Z")
            except ValueError:
                return data
    return data


def growing(page: int, before: list[Any]) -> Callable[[Any], Any]:
    """Return what changes a page of a list that grows: it begins with what the page `before` ended with.

    The list is so long that the first page is full; on the next stands one more that nobody knows.
    """

    def change(items: list[Any]) -> list[Any]:
        if page == 1:
            return (items * FULL_PAGE)[:FULL_PAGE]
        last = before[-1]
        return [last, {**last, "id": last["id"] + 1_000_000, "name": "Kom til imens", "seccode": "komtilimen"}]

    def change_page(data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("data"), list):
            return {**data, "data": [*before[-1:], *data["data"]]}
        return _with_items(data, change)

    return change_page


def items_of(data: Any) -> list[Any]:
    """Return the items of a page."""
    found: list[Any] = []
    _with_items(data, lambda items: found.extend(items) or items)  # type: ignore[func-returns-value]
    return found


def _with_items(data: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    if isinstance(data, list):
        return change(data)
    if isinstance(data, dict):
        for name in _LISTS:
            if isinstance(data.get(name), list):
                return {**data, name: change(data[name])}
    return data


CHANGED: Final[dict[str, Callable[[Any], Any]]] = {
    "wrong_types": wrong_types,
    "half_list": half_list,
    "same_page": same_page,
    "long_titles": long_titles,
    "wrong_times": wrong_times,
}


def changed(kind: str, body: bytes) -> bytes:
    """Return a body of JSON as this kind of fault changes it; an empty one stays empty."""
    return json.dumps(CHANGED[kind](json.loads(body)), ensure_ascii=False).encode() if body else body


def in_another_charset(body: bytes) -> bytes:
    """Return the body in Latin-1, with a Danish letter in it for certain."""
    return body.replace(b"{", '{"ø": "å", '.encode(), 1).decode().encode("latin-1", "replace")


@cache
def bomb() -> bytes:
    """Return a small body, compressed, of very many spaces before an empty list."""
    return gzip.compress(b" " * BOMB + b"[]", compresslevel=9)
