"""Ways for an API to fail, switched on for as many requests as a test or a demonstration needs."""

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, get_args

Kind = Literal[
    "status",
    "html_200",
    "truncated_json",
    "empty_list",
    "not_a_list",
    "slow",
    "drop_before",
    "drop_after",
    "wrong_length",
    "garbage",
    "early_hints",
    "drip",
    "wrong_types",
    "half_list",
    "same_page",
    "long_titles",
    "gzip_bomb",
    "wrong_charset",
    "wrong_date",
    "wrong_times",
    "growing",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and for which requests.

    status: answers `code`, `body` and `headers`; with `work` the request is carried out first.
    slow: waits `seconds`, then answers as usual.
    drop_before, drop_after: the connection is closed without an answer, before or after the work.
    wrong_length: the body is shorter than its Content-Length. truncated_json: half of the JSON.
    garbage: bytes that are not HTTP. early_hints: interim answers (102, 103) come before the answer.
    drip: the answer comes a byte at a time, `seconds` apart. wrong_date: its Date is hours off.
    wrong_types, half_list, same_page, growing, long_titles, wrong_times, gzip_bomb, wrong_charset: see
    broken_answers.py.
    """

    server: str
    kind: Kind
    method: str | None = None
    path: str | None = None
    code: int = 500
    body: str = '{"message": "Internal server error"}'
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    work: bool = False

    def concerns(self, server: str, method: str, path: str) -> bool:
        """Tell whether a request is one of those that fail."""
        if self.server != server or (self.method or method) != method:
            return False
        return self.path is None or re.search(self.path, path) is not None


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int | None


@dataclass(slots=True)
class Faults:
    """The faults that are switched on; of several that concern a request the first added applies."""

    _armed: list[_Armed] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(
        self,
        server: str,
        kind: Kind,
        method: str | None = None,
        path: str | None = None,
        times: int | None = None,
        *,
        code: int = 500,
        body: str = '{"message": "Internal server error"}',
        headers: dict[str, str] | None = None,
        seconds: float = 1.0,
        work: bool = False,
    ) -> None:
        """Switch a fault on, for `times` requests or (None) until it is cleared; `path` is a regular expression.

        Raises ValueError for a kind or a server that cannot exist.
        """
        if server != "place2book" and not server.startswith(("cms:", "yesplan:")):
            raise ValueError(f"unknown server: {server}; known are place2book, cms:<library id>, yesplan:<venue id>")
        if kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {kind}; known are {', '.join(KINDS)}")
        fault = Fault(server, kind, method, path, code, body, headers or {}, seconds, work)
        with self._lock:
            self._armed.append(_Armed(fault, times))

    def take(self, server: str, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        with self._lock:
            for armed in self._armed:
                if armed.left == 0 or not armed.fault.concerns(server, method, path):
                    continue
                if armed.left is not None:
                    armed.left -= 1
                return armed.fault
        return None

    @property
    def active(self) -> list[tuple[Fault, int | None]]:
        """Return the faults that can still occur, each with the number of requests left (None: no limit)."""
        with self._lock:
            return [(armed.fault, armed.left) for armed in self._armed if armed.left != 0]

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._armed.clear()
