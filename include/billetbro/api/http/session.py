"""An HTTP session with an API: time-outs, retries of reads, throttling, and no write sent twice.

A read is tried a few times. A write is sent once, and again only after 429: then it was not carried out. Once the time
limit of the thread that opened the session has passed, nothing more is sent; reads end with it, the answer of a write
that is under way is awaited.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as low

from billetbro.api.http import failures
from billetbro.api.http.access import RequestSettings
from billetbro.api.http.counted import count_request
from billetbro.api.http.failures import Asked
from billetbro.api.http.response import (
    Answer,
    UnreadableResponseError,
    bounded_content,
    json_in,
    json_of,
    rows_in,
    said_in,
)
from billetbro.api.http.side_by_side import side_by_side
from billetbro.api.http.transport import Credentials, Params, http_session, retry_of
from billetbro.errors import BilletbroError, OutOfTime, RateLimited, WrongCredentials
from billetbro.models.message import Message
from billetbro.time_limit import time_limit

T = TypeVar("T")
R = TypeVar("R")
NOT_MODIFIED = 304


class ApiSession:
    """A session with one API on behalf of one connection, thread-safe; the end of its block closes it."""

    def __init__(
        self,
        base_url: str,
        *,
        connection: str,
        credentials: Credentials,
        headers: Mapping[str, str],
        settings: RequestSettings | None = None,
    ) -> None:
        settings = settings or RequestSettings()
        if not credentials.can_be_sent():
            raise WrongCredentials("error.unusable_token", connection=connection)
        self._base_url = base_url.rstrip("/")
        self._connection = connection
        self._secrets = credentials.secrets
        self._settings = settings
        self._limit = time_limit()
        self._retry = retry_of(settings, self._limit)
        self._follows = not credentials.query
        self._http = http_session(self._base_url, credentials, headers, settings, self._retry)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def host(self) -> str:
        """Return the API's host, with its port where one is given."""
        return urlsplit(self._base_url).netloc

    def asked(self, what: Message, *, writes: bool = False, in_rows: bool = False) -> Asked:
        """Describe a request, for the messages of errors, and how its answer is read."""
        return Asked(connection=self._connection, host=self.host, what=what, writes=writes, in_rows=in_rows)

    def get(self, path: str, *, what: Message, params: Params | None = None, in_rows: bool = False) -> Answer:
        """Read, with retries; raises BilletbroError for anything but 2xx with JSON. `in_rows`: a list is not parsed."""
        asked = self.asked(what, in_rows=in_rows)
        return self.read(path, asked, params)

    def read(self, path: str, asked: Asked, params: Params | None = None) -> Answer:
        """Read like `get` what `asked` describes; with conditions the answer may be 304, without data."""
        answer = self._send("GET", path, asked, params)
        if answer.data is None and answer.status != NOT_MODIFIED:
            raise failures.bad_answer("response.empty", asked)
        return answer

    def write(
        self, method: str, path: str, *, what: Message, body: object = None, params: Params | None = None
    ) -> Answer:
        """Write once, and again only after 429; raises OutcomeUnknown when the answer was lost or was 5xx."""
        return self._send(method, path, self.asked(what, writes=True), params, body)

    def map_concurrently(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return the function's result for each item, in order; after the first error no further item is started."""
        return side_by_side(function, items, self._settings.concurrency)

    def _send(self, method: str, path: str, asked: Asked, params: Params | None, body: object = None) -> Answer:
        outcome = self._once(method, path, asked, params, body)
        for attempt in range(1, self._settings.tries if asked.writes else 1):
            if not isinstance(outcome, _SlowDown):
                break
            pause = outcome.seconds or min(self._settings.backoff * 2**attempt, self._settings.longest_wait)
            time.sleep(max(0, min(pause, self._limit.left)))
            outcome = self._once(method, path, asked, params, body)
        if isinstance(outcome, _SlowDown):
            raise asked.error(RateLimited)
        if isinstance(outcome, BilletbroError):
            raise outcome
        return outcome

    def _once(
        self, method: str, path: str, asked: Asked, params: Params | None, body: object
    ) -> Answer | BilletbroError | _SlowDown:
        # The error is returned, to be raised without its cause, which may hold secrets.
        if self._limit.left <= 0:
            return self._limit.error()
        count_request(self._connection)
        try:
            with self._http.ask(
                method,
                self._base_url + path,
                params=params or {},
                data=None if body is None else json_of(body).encode(),
                headers=dict(asked.conditions) if body is None else {"Content-Type": "application/json"},
                timeout=(self._settings.connect_timeout, self._at_most(self._settings.read_timeout, asked)),
                allow_redirects=self._follows and not asked.writes,
                stream=True,
            ) as response:
                return self._judged(response, asked)
        except UnreadableResponseError as error:
            return failures.bad_answer(error.key, asked, **error.values)
        except OutOfTime:
            return self._limit.error()
        except (requests.RequestException, low.HTTPError) as error:
            return failures.of_exception(error, asked)

    def _at_most(self, seconds: float, asked: Asked) -> float:
        """Return how long to wait: a read no longer than there is time left."""
        return seconds if asked.writes else max(0.01, min(seconds, self._limit.left))

    def _judged(self, response: requests.Response, asked: Asked) -> Answer | BilletbroError | _SlowDown:
        if response.status_code == 429:
            return _SlowDown(self._retry.parse_retry_after(response.headers.get("Retry-After", "0")))
        if response.status_code == NOT_MODIFIED and asked.conditions:
            return Answer(status=NOT_MODIFIED, data=None)
        longest = self._at_most(self._settings.longest_answer, asked)
        content = bounded_content(response, self._settings.max_bytes, longest)
        # Only the body of an error is searched for text: others can be long and hold personal data.
        said = "" if response.ok else said_in(content, self._secrets)
        error = failures.of_status(response.status_code, said, asked)
        if error is not None:
            return error
        read = rows_in if asked.in_rows else json_in
        data = read(content) if content.strip() else None
        shown = response.headers
        return Answer(
            status=response.status_code,
            data=data,
            location=shown.get("Location"),
            etag=shown.get("ETag"),
            modified=shown.get("Last-Modified"),
        )


class ApiClient:
    """Base of the APIs' clients: a client makes its `_session`, and the end of its block closes it."""

    _session: ApiSession

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.__exit__()

    @property
    def host(self) -> str:
        """Return the API's host, with its port where one is given."""
        return self._session.host


@dataclass(frozen=True, slots=True)
class _SlowDown:
    seconds: float
