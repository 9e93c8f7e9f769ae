"""Read an API's answer: bounded, as JSON, and untrusted."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import msgspec
import requests

from billetbro.api.http.redaction import without_personal_data
from billetbro.models.markup import decoded
from billetbro.models.message import Value

_WEB_PAGE = re.compile(rb"^\s*+(?:\xef\xbb\xbf)?\s*+<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_SAID_AT_MOST = 300
_LONGEST_WHOLE = 40
"""Digits of a whole number that is read as int; Python refuses thousands."""
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_WORDS_UNDER = ("message", "error_description", "error", "errors", "detail", "title")


class UnreadableResponseError(ValueError):
    """An answer that is not JSON; its text is the key of what is wrong."""

    def __init__(self, key: str, /, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """An answer of 2xx; `data` is its JSON, or the rows of a list as `bytes`, where asked for; None if it is empty."""

    status: int
    data: object
    location: str | None = None
    etag: str | None = None
    modified: str | None = None


def bounded_content(response: requests.Response, at_most: int, within: float) -> bytes:
    """Return the whole body, decompressed; raises UnreadableResponseError past `at_most` bytes or `within` seconds.

    Errors of the connection are urllib3's.
    """
    content, until = bytearray(), time.monotonic() + within
    # `iter_content` would wait until a piece is full.
    while piece := response.raw.read1(64 * 1024, decode_content=True):
        content += piece
        if len(content) > at_most:
            raise UnreadableResponseError("response.too_long", bytes=at_most)
        if time.monotonic() > until:
            raise UnreadableResponseError("response.endless", seconds=f"{within:g}")
    return bytes(content)


def json_in(content: bytes) -> object:
    """Return the JSON in a body, with its decimal numbers exactly as sent; raises UnreadableResponseError."""
    if _WEB_PAGE.match(content):
        raise UnreadableResponseError("response.web_page")
    with suppress(ValueError, RecursionError):
        data: object = json.loads(content, parse_float=_exactly, parse_int=_whole)
        return data
    raise UnreadableResponseError("response.not_json")


def rows_in(content: bytes) -> object:
    """Return the items of a JSON list as they were sent, not parsed; anything else is parsed like by `json_in`.

    So an item can be compared with what came before at almost no cost. `json_in` parses one that is new.
    """
    with suppress(msgspec.MsgspecError):
        return list(map(bytes, _ROWS.decode(content)))
    data = json_in(content)
    return [json_of(item).encode() for item in data] if isinstance(data, list) else data


def json_of(data: object) -> str:
    """Return data as JSON, with the decimal numbers in it exactly as `json_in` read them."""
    if isinstance(data, Decimal):
        return str(data)
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)}: {json_of(value)}" for name, value in data.items()) + "}"
    if isinstance(data, list | tuple):
        return "[" + ", ".join(map(json_of, data)) + "]"
    return json.dumps(data)


def _exactly(digits: str) -> Decimal:
    """Return a number exactly as sent, NaN for one that Decimal cannot hold."""
    try:
        return Decimal(digits)
    except ArithmeticError:
        return Decimal("NaN")


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _LONGEST_WHOLE else _exactly(digits)


def said_in(content: bytes, secrets: Iterable[str]) -> str:
    """Return the API's message in an error's body as one line, shortened.

    It is without HTML, our secrets, and what may be somebody's personal data (redaction.py).
    """
    if _WEB_PAGE.match(content):
        return ""
    try:
        words = " · ".join(_words_in(json.loads(content)))
    except (ValueError, RecursionError):
        words = content[: _SAID_AT_MOST * 8].decode("utf-8", "ignore")
    ours = tuple(filter(None, secrets))
    plain = _masked(decoded(re.sub(r"<[^<>]*>", " ", _masked(words, ours))), ours)
    printable = "".join(letter if letter.isprintable() else " " for letter in plain)
    return _shortened(without_personal_data(printable))


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _words_in(data: object, name: str = "") -> list[str]:
    if isinstance(data, dict):
        named = [key for key in _WORDS_UNDER if data.get(key)] or [str(key) for key in data]
        return [word for key in named for word in _words_in(data[key], "" if key in _WORDS_UNDER else key)]
    if isinstance(data, list):
        return [word for one in data for word in _words_in(one, name)]
    if data is None or data == "":
        return []
    return [f"{name}: {data}" if name else str(data)]


def _shortened(text: str) -> str:
    return text if len(text) <= _SAID_AT_MOST else text[: _SAID_AT_MOST - 1].rstrip() + "…"
