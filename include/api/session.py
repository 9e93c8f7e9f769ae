"""One careful HTTP session for an API: time-outs, retries of reads, throttling, and never a write sent twice.

A read is tried a few times. A write is sent once, and again only after 429: then it was refused, so it was not done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests_ratelimiter import LimiterAdapter
from urllib3 import exceptions as low
from urllib3.util.retry import Retry

from include.api import failures
from include.api.answers import Answer, UnreadableAnswerError, bounded_content, json_in, said_in
from include.api.errors import BilletbroError, WrongCredentials
from include.api.failures import Asked
from include.api.query_key import KeyAddingAdapter

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSettings:
    """How an API is asked. Times are seconds; `longest_wait` bounds what Retry-After may demand."""

    concurrency: int = 4
    per_second: float = 10
    connect_timeout: float = 5
    read_timeout: float = 30
    tries: int = 4
    backoff: float = 0.5
    longest_wait: float = 60
    max_bytes: int = 64 * 1024 * 1024


class Credentials(AuthBase):
    """The headers that prove who we are; they leave only for the host they belong to, and show in no repr.

    `query` is a key that the API wants in the query instead, as it is to be sent: no redirect is followed then, since
    one may repeat it. `secrets` is every text that must not appear in a message.
    """

    def __init__(self, headers: Mapping[str, str], secrets: Iterable[str], query: str = "") -> None:
        self._headers = dict(headers)
        self.query = query
        self.secrets = (*(secret for secret in secrets if secret), *self._headers.values())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the headers to a request."""
        request.headers.update(self._headers)
        return request

    def can_be_sent(self) -> bool:
        """Tell whether every header holds only what HTTP lets a header hold."""
        return all(value.isascii() and value.isprintable() for value in self._headers.values())

    def remove_from(self, request: requests.PreparedRequest) -> None:
        """Take the headers off a request that goes elsewhere."""
        for name in self._headers:
            request.headers.pop(name, None)


class ApiSession:
    """A session with one API on behalf of one connection; safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        *,
        connection: str,
        credentials: Credentials,
        headers: Mapping[str, str],
        settings: RequestSettings,
    ) -> None:
        if not credentials.can_be_sent():
            raise WrongCredentials(f"Connection '{connection}' has a token that cannot be sent; copy it once more.")
        self._base_url = base_url.rstrip("/")
        self._connection = connection
        self._secrets = credentials.secrets
        self._settings = settings
        self._retry = _retry(settings)
        self._follows = not credentials.query
        self._http = _http_session(self._base_url, credentials, headers, settings, self._retry)

    def __enter__(self) -> Self:
        """Return the session, to be closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the session."""
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    @property
    def host(self) -> str:
        """Return the API's host, with its port where one is given."""
        return urlsplit(self._base_url).netloc

    def asked(self, what: str, *, writes: bool = False) -> Asked:
        """Return what is asked, for the messages of errors; `what` continues "when asked ..."."""
        return Asked(connection=self._connection, host=self.host, what=what, writes=writes)

    def get(self, path: str, *, what: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Read, with retries; raises an error of the tree for everything but 2xx with JSON."""
        asked = self.asked(what)
        answer = self._send("GET", path, asked, params=params)
        if answer.data is None:
            raise failures.bad_answer("gave an empty answer", asked)
        return answer

    def write(
        self, method: str, path: str, *, what: str, body: object = None, params: Mapping[str, str | int] | None = None
    ) -> Answer:
        """Write once, and again only after 429; raises OutcomeUnknown when the answer was lost or was 5xx."""
        return self._send(method, path, self.asked(what, writes=True), params=params, body=body)

    def map_concurrently(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return the function's result for each item, in order; the first error ends it, and no more are begun."""
        with ThreadPoolExecutor(max_workers=self._settings.concurrency) as pool:
            futures = [pool.submit(function, item) for item in items]
            try:
                return [future.result() for future in futures]
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _send(
        self,
        method: str,
        path: str,
        asked: Asked,
        *,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
    ) -> Answer:
        outcome = self._once(method, path, asked, params, body)
        for attempt in range(1, self._settings.tries if asked.writes else 1):
            if not isinstance(outcome, _SlowDown):
                break
            time.sleep(outcome.seconds or min(self._settings.backoff * 2**attempt, self._settings.longest_wait))
            outcome = self._once(method, path, asked, params, body)
        if isinstance(outcome, _SlowDown):
            raise failures.throttled(asked)
        if isinstance(outcome, BilletbroError):
            raise outcome
        return outcome

    def _once(
        self, method: str, path: str, asked: Asked, params: Mapping[str, str | int] | None, body: object
    ) -> Answer | BilletbroError | _SlowDown:
        """Return the answer or the error, which is raised away from its cause: that may hold secrets."""
        try:
            with self._http.request(
                method,
                self._base_url + path,
                params=dict(params or {}),
                data=None if body is None else json.dumps(body, default=_as_number).encode(),
                headers={} if body is None else {"Content-Type": "application/json"},
                timeout=(self._settings.connect_timeout, self._settings.read_timeout),
                allow_redirects=self._follows and not asked.writes,
                stream=True,
            ) as response:
                return self._judged(response, asked)
        except UnreadableAnswerError as error:
            return failures.bad_answer(str(error), asked)
        except (requests.RequestException, low.HTTPError) as error:
            return failures.of_exception(error, asked)

    def _judged(self, response: requests.Response, asked: Asked) -> Answer | BilletbroError | _SlowDown:
        if response.status_code == 429:
            return _SlowDown(self._retry.parse_retry_after(response.headers.get("Retry-After", "0")))
        content = bounded_content(response, self._settings.max_bytes)
        # Only an error's body is looked into for words: an answer's can be long, and tell of people.
        said = "" if response.ok else said_in(content, self._secrets)
        error = failures.of_status(response.status_code, said, asked)
        if error is not None:
            return error
        data = json_in(content) if content.strip() else None
        return Answer(status=response.status_code, data=data, location=response.headers.get("Location"))


@dataclass(frozen=True, slots=True)
class _SlowDown:
    seconds: float


class _Retry(Retry):
    """urllib3's retry, except that a Retry-After which cannot be understood counts as none."""

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds to wait, bounded by `retry_after_max`."""
        try:
            return super().parse_retry_after(retry_after)
        except low.InvalidHeader:
            return 0


class _HttpSession(requests.Session):
    """A session whose credentials stay behind when a redirect leads to another host."""

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the credentials off a request that goes elsewhere."""
        come_from, going_to = response.request.url or "", prepared_request.url or ""
        if isinstance(self.auth, Credentials) and self.should_strip_auth(come_from, going_to):  # type: ignore[no-untyped-call]
            self.auth.remove_from(prepared_request)


def _retry(settings: RequestSettings) -> _Retry:
    # `other` covers TLS errors, after which urllib3 would repeat even a write.
    return _Retry(
        total=settings.tries - 1,
        other=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=frozenset({429, 500, 502, 503, 504}),
        backoff_factor=settings.backoff,
        backoff_max=settings.longest_wait,
        retry_after_max=int(settings.longest_wait),
        raise_on_status=False,
    )


def _http_session(
    base_url: str, credentials: Credentials, headers: Mapping[str, str], settings: RequestSettings, retry: Retry
) -> requests.Session:
    session = _HttpSession()
    session.auth = credentials
    session.headers.update({"User-Agent": "billetbro", **headers})
    session.max_redirects = 5
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    options: dict[str, Any] = {
        "per_second": settings.per_second,
        "per_host": False,
        "limit_statuses": (),
        "max_retries": retry,
        "pool_maxsize": settings.concurrency,
    }
    adapter = LimiterAdapter(**options)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    if credentials.query:
        parts = urlsplit(base_url)
        session.mount(f"{parts.scheme}://{parts.netloc}/", KeyAddingAdapter(credentials.query, **options))
    return session


def _as_number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"a {type(value).__name__} cannot be written")
