"""A record of every request that the stand-ins received."""

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from urllib.parse import parse_qsl

WRITING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SECRET_PARAMETERS = frozenset({"token", "password", "pass", "api_key", "apikey", "key"})


@dataclass(slots=True)
class LoggedRequest:
    """One request: its status is None when the connection was closed without an answer."""

    server: str
    method: str
    path: str
    query: dict[str, str]
    at: datetime
    status: int | None = None


@dataclass(slots=True)
class RequestLog:
    """The requests in the order of their arrival. Headers and bodies are never kept.

    `most_at_once` has the most requests that were under way together, by server.
    """

    most_at_once: dict[str, int] = field(default_factory=dict)
    _entries: list[LoggedRequest] = field(default_factory=list)
    _under_way: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, server: str, method: str, path: str, query: str, at: datetime) -> LoggedRequest:
        """Enter a request that has arrived; its status follows when the answer leaves."""
        entry = LoggedRequest(server, method, path, _without_secrets(query), at)
        with self._lock:
            self._entries.append(entry)
            self._under_way[server] = self._under_way.get(server, 0) + 1
            self.most_at_once[server] = max(self.most_at_once.get(server, 0), self._under_way[server])
        return entry

    def end(self, entry: LoggedRequest) -> None:
        """Note that a request is no longer under way."""
        with self._lock:
            self._under_way[entry.server] -= 1

    @property
    def entries(self) -> list[LoggedRequest]:
        """Return all requests."""
        with self._lock:
            return list(self._entries)

    def writes(self, server: str | None = None) -> list[LoggedRequest]:
        """Return the requests that were meant to change something, of one server or of all."""
        return [
            entry
            for entry in self.entries
            if entry.method in WRITING_METHODS and (server is None or entry.server == server)
        ]

    def clear(self) -> None:
        """Forget all requests, but for those that are under way."""
        with self._lock:
            self._entries.clear()
            self.most_at_once.clear()


def _without_secrets(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    return {name: "***" if name.lower() in _SECRET_PARAMETERS else value for name, value in pairs}
