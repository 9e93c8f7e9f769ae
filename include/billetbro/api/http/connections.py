"""Connections that wait for the answer itself: what a server says before it (102, 103) is no answer.

A server, or a proxy before it, may send `103 Early Hints` ahead of the answer. `http.client` skips a 100 alone and
takes any other for the answer, so a write would count as answered while it is still under way.
"""

from __future__ import annotations

from http.client import HTTPException, HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from requests_ratelimiter import LimiterAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_SWITCHING_PROTOCOLS = 101
_INTERIM_AT_MOST = 20

Pools = dict[str, type[HTTPConnectionPool]]


class FinalResponse(HTTPResponse):
    """An answer that begins where nothing interim is left; raises HTTPException where that never ends."""

    def begin(self) -> None:
        """Read status and headers of the answer, past those of everything interim."""
        super().begin()
        for _ in range(_INTERIM_AT_MOST):
            if not 100 <= self.status < 200 or self.status == _SWITCHING_PROTOCOLS:
                return
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()
        raise HTTPException("nothing but interim answers")


class PatientHttp(HTTPConnection):
    """A connection without TLS that waits for the answer itself."""

    response_class = FinalResponse


class PatientHttps(HTTPSConnection):
    """A connection with TLS that waits for the answer itself."""

    response_class = FinalResponse


def pools_of(http: type[HTTPConnection], https: type[HTTPSConnection]) -> Pools:
    """Return pools of such connections by scheme."""

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = http

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = https

    return {"http": PlainPool, "https": SecurePool}


class PatientAdapter(LimiterAdapter):
    """A transport, throttled, whose connections come from `pools`, also through a proxy."""

    def __init__(self, *, pools: Pools | None = None, **options: Any) -> None:
        self._pools = pools or pools_of(PatientHttp, PatientHttps)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the connections."""
        HTTPAdapter.init_poolmanager(self, *args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the connections through a proxy."""
        manager = HTTPAdapter.proxy_manager_for(self, proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager
