"""A key that an API wants in the query, added as the request line is written to the connection and nowhere before.

So no URL that `requests` or urllib3 knows of holds it: neither their debug logs nor their exceptions can tell it, under
any settings of logging. The adapter is mounted for one origin only, so the key goes to nobody else.
"""

from __future__ import annotations

from typing import Any

from requests.adapters import HTTPAdapter
from requests_ratelimiter import LimiterAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class KeyAddingAdapter(LimiterAdapter):
    """A transport that ends the query of every request with a key, such as `api_key=...`; throttled as the others."""

    def __init__(self, query: str, **options: Any) -> None:
        self._pools = _pools_adding(query)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the connections that know the key."""
        HTTPAdapter.init_poolmanager(self, *args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the connections through a proxy, which know the key too."""
        manager = HTTPAdapter.proxy_manager_for(self, proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools_adding(query: str) -> dict[str, type[HTTPConnectionPool]]:
    """Return pools of connections by scheme; urllib3 takes classes, so the key lives in these and in no instance."""

    class Plain(HTTPConnection):
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            super().putrequest(method, _with(url, query), *args, **options)

    class Secure(HTTPSConnection):
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            super().putrequest(method, _with(url, query), *args, **options)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"
