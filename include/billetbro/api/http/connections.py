"""Connections that skip interim responses (102, 103), and one that adds an API key to the query.

A server or a proxy may send `103 Early Hints` before the final response. `http.client` skips only 100 and takes any
other interim response for the final one, so a write would count as answered while it is still under way.
"""

import socket
from http.client import HTTPException, HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from billetbro.api.http.pace import Pace
from billetbro.api.http.trust import ensure_trusted_peer

_SWITCHING_PROTOCOLS = 101
_INTERIM_AT_MOST = 20

Pools = dict[str, type[HTTPConnectionPool]]


class FinalResponse(HTTPResponse):
    """A response that skips interim responses; raises HTTPException when they do not end."""

    def begin(self) -> None:
        """Read the status and headers of the final response."""
        super().begin()
        for _ in range(_INTERIM_AT_MOST):
            if not 100 <= self.status < 200 or self.status == _SWITCHING_PROTOCOLS:
                return
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()
        raise HTTPException("nothing but interim answers")


class PatientHttp(HTTPConnection):
    """A connection without TLS that skips interim responses, and is made to no address that no API has."""

    response_class = FinalResponse

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        ensure_trusted_peer(made)
        return made


class PatientHttps(HTTPSConnection):
    """The same with TLS."""

    response_class = FinalResponse

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        ensure_trusted_peer(made)
        return made


def pools_of(http: type[HTTPConnection], https: type[HTTPSConnection]) -> Pools:
    """Return the connection pool classes by scheme."""

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = http

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = https

    return {"http": PlainPool, "https": SecurePool}


class PatientAdapter(HTTPAdapter):
    """A transport that keeps to a pace, and whose connections come from `pools`, also through a proxy."""

    def __init__(self, *, pace: Pace, pools: Pools | None = None, **options: Any) -> None:
        self._pace = pace
        self._pools = pools or pools_of(PatientHttp, PatientHttps)
        super().__init__(**options)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send the request when its turn has come."""
        self._pace.wait()
        return super().send(request, *args, **options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


class KeyAddingAdapter(PatientAdapter):
    """Appends a key, such as `api_key=...`, to the query as the request line is written, and nowhere before.

    So no URL known to `requests` or urllib3 holds it: neither their debug logs nor their exceptions can show it. Mount
    the adapter for one origin only.
    """

    def __init__(self, query: str, **options: Any) -> None:
        super().__init__(pools=_pools_adding(query), **options)


def _pools_adding(query: str) -> Pools:
    # urllib3 takes classes, so the key lives in the classes.

    class Plain(PatientHttp):
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            super().putrequest(method, _with(url, query), *args, **options)

    class Secure(PatientHttps):
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            super().putrequest(method, _with(url, query), *args, **options)

    return pools_of(Plain, Secure)


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"
