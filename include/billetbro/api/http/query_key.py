"""A key that an API wants in the query, added as the request line is written to the connection and nowhere before.

So no URL that `requests` or urllib3 knows of holds it: neither their debug logs nor their exceptions can tell it, under
any settings of logging. The adapter is mounted for one origin only, so the key goes to nobody else.
"""

from __future__ import annotations

from typing import Any

from billetbro.api.http.connections import PatientAdapter, PatientHttp, PatientHttps, Pools, pools_of


class KeyAddingAdapter(PatientAdapter):
    """A transport that ends the query of every request with a key, such as `api_key=...`; throttled as the others."""

    def __init__(self, query: str, **options: Any) -> None:
        super().__init__(pools=_pools_adding(query), **options)


def _pools_adding(query: str) -> Pools:
    """Return pools of connections by scheme; urllib3 takes classes, so the key lives in these and in no instance."""

    class Plain(PatientHttp):
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            super().putrequest(method, _with(url, query), *args, **options)

    class Secure(PatientHttps):
        def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
            super().putrequest(method, _with(url, query), *args, **options)

    return pools_of(Plain, Secure)


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"
