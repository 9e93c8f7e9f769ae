"""How requests are sent: credentials only to their own host, retries of reads, a pace."""

import os
from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar
from requests.utils import get_environ_proxies
from urllib3 import exceptions as low
from urllib3.util.retry import Retry

from billetbro.api.http.access import RequestSettings
from billetbro.api.http.connections import KeyAddingAdapter, PatientAdapter
from billetbro.api.http.pace import Pace
from billetbro.api.http.trust import ensure_same_origin
from billetbro.time_limit import NO_LIMIT, TimeLimit

Params = Mapping[str, str | int]


class Credentials(AuthBase):
    """Authentication headers, sent only to their own host and shown in no repr.

    `query` is a quoted key for the query instead: then no redirect is followed, since its address may repeat the key.
    `secrets` are the texts that must not appear in a message.
    """

    def __init__(self, headers: Mapping[str, str], secrets: Iterable[str], query: str = "") -> None:
        self._headers = dict(headers)
        self.query = query
        self.secrets = (*(secret for secret in secrets if secret), *self._headers.values())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request

    def can_be_sent(self) -> bool:
        """Tell whether every header is valid in HTTP."""
        return all(value.isascii() and value.isprintable() for value in self._headers.values())


class PatientRetry(Retry):
    """urllib3's Retry, ignoring an unreadable Retry-After.

    A retry keeps to the pace, like any request, and to the time limit.
    """

    pace: Pace
    limit = NO_LIMIT

    def new(self, **options: Any) -> Self:
        """Return what is left after a try."""
        left = super().new(**options)
        left.pace, left.limit = self.pace, self.limit
        return left

    def increment(self, method: str | None = None, *args: Any, **options: Any) -> Self:
        """Return what is left of the retries; raises OutOfTime for a read, but never for a write that may have left."""
        if method in (self.allowed_methods or ()):
            self.limit.ensure_left()
        return super().increment(method, *args, **options)

    def sleep(self, response: Any = None) -> None:
        """Wait before the next try; raises OutOfTime."""
        super().sleep(response)
        self.limit.ensure_left()
        self.pace.wait()

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds to wait, bounded by `retry_after_max`."""
        try:
            return super().parse_retry_after(retry_after)
        except (low.InvalidHeader, ValueError, OverflowError):
            return 0


class HttpSession(requests.Session):
    """A session that follows no redirect to another origin.

    What its requests have in common is prepared once: for each of them, it costs a fifth of the whole.
    """

    def __init__(self) -> None:
        super().__init__()
        self._common: requests.PreparedRequest | None = None

    def ask(
        self, method: str, url: str, *, params: Params, headers: Mapping[str, str], data: bytes | None, **sending: Any
    ) -> requests.Response:
        """Send a request with the session's headers and credentials, like `request`; `sending`: as for `send`."""
        if self._common is None:
            self._common = self.prepare_request(requests.Request("GET", url))
        asked = requests.PreparedRequest()
        asked.method, asked.hooks = method.upper(), self._common.hooks
        asked.prepare_url(url, params)
        asked.headers = self._common.headers.copy()
        asked.headers.update(headers)
        asked.prepare_cookies(RequestsCookieJar())
        asked.prepare_body(data, None)
        return self.send(asked, **sending)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where a redirect leads; raises SentElsewhereError for another origin."""
        target: str | None = super().get_redirect_target(resp)
        if target is not None:
            ensure_same_origin(resp.url, target)
        return target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Leave the credentials as they are: a redirect stays within the origin."""


def retry_of(settings: RequestSettings, limit: TimeLimit = NO_LIMIT) -> PatientRetry:
    """Return the retries of reads; a write is never retried."""
    # `other` covers TLS errors, after which urllib3 would repeat even a write.
    retry = PatientRetry(
        total=settings.tries - 1,
        other=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=frozenset({429, 500, 502, 503, 504}),
        backoff_factor=settings.backoff,
        backoff_max=settings.longest_wait,
        retry_after_max=int(settings.longest_wait),
        raise_on_status=False,
    )
    retry.pace, retry.limit = Pace(settings.per_second), limit
    return retry


def http_session(
    base_url: str, credentials: Credentials, headers: Mapping[str, str], settings: RequestSettings, retry: PatientRetry
) -> HttpSession:
    """Return a session that keeps to the retries' pace, has no cookies, and sends credentials only to their own host.

    Proxies and certificates from the environment are looked up once: for each request, they cost a quarter of it.
    """
    session = HttpSession()
    session.auth = credentials
    session.headers.update({"User-Agent": "billetbro", **headers})
    session.max_redirects = 5
    session.trust_env = False
    session.proxies.update(get_environ_proxies(base_url))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    options: dict[str, Any] = {"pace": retry.pace, "max_retries": retry, "pool_maxsize": settings.concurrency}
    adapter = PatientAdapter(**options)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    if credentials.query:
        parts = urlsplit(base_url)
        session.mount(f"{parts.scheme}://{parts.netloc}/", KeyAddingAdapter(credentials.query, **options))
    return session
