"""How requests leave: credentials for their own host alone, reads tried again, no more a second than is allowed."""

from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3 import exceptions as low
from urllib3.util.retry import Retry

from billetbro.api.http.access import RequestSettings
from billetbro.api.http.connections import KeyAddingAdapter, PatientAdapter


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


class PatientRetry(Retry):
    """urllib3's retry, except that a Retry-After which cannot be understood counts as none."""

    def parse_retry_after(self, retry_after: str) -> float:
        """Return the seconds to wait, bounded by `retry_after_max`."""
        try:
            return super().parse_retry_after(retry_after)
        except (low.InvalidHeader, ValueError, OverflowError):
            # A number of thousands of digits, or a year past the calendar.
            return 0


class _HttpSession(requests.Session):
    """A session whose credentials stay behind when a redirect leads to another host."""

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the credentials off a request that goes elsewhere."""
        come_from, going_to = response.request.url or "", prepared_request.url or ""
        if isinstance(self.auth, Credentials) and self.should_strip_auth(come_from, going_to):  # type: ignore[no-untyped-call]
            self.auth.remove_from(prepared_request)


def retry_of(settings: RequestSettings) -> PatientRetry:
    """Return how a read is tried again; a write never is."""
    # `other` covers TLS errors, after which urllib3 would repeat even a write.
    return PatientRetry(
        total=settings.tries - 1,
        other=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=frozenset({429, 500, 502, 503, 504}),
        backoff_factor=settings.backoff,
        backoff_max=settings.longest_wait,
        retry_after_max=int(settings.longest_wait),
        raise_on_status=False,
    )


def http_session(
    base_url: str, credentials: Credentials, headers: Mapping[str, str], settings: RequestSettings, retry: Retry
) -> requests.Session:
    """Return a session that throttles itself, keeps no cookies, and takes credentials to their own host alone."""
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
    adapter = PatientAdapter(**options)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    if credentials.query:
        parts = urlsplit(base_url)
        session.mount(f"{parts.scheme}://{parts.netloc}/", KeyAddingAdapter(credentials.query, **options))
    return session
