"""From a library's settings and an Airflow connection, of whatever type, to the library's source."""

from __future__ import annotations

from contextlib import AbstractContextManager

from hooks.connections import PATIENCE_OF_A_TEST, access_of
from include.api.access import RequestSettings
from include.settings import Library
from include.sources import Source


def source_of(library: Library) -> AbstractContextManager[Source]:
    """Give a library's source, for as long as the block lasts."""
    requests = RequestSettings(concurrency=library.requests.concurrency, per_second=library.requests.per_second)
    access = access_of(library.source.conn_id, requests)
    return library.source.opened(access, lookback_days=library.lookback_days)


def check_source(library: Library) -> str:
    """Return in plain words that the source's address and login work, or raise an error of the tree."""
    return library.source.check(access_of(library.source.conn_id, PATIENCE_OF_A_TEST))
