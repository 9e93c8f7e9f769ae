"""From a library's settings and an Airflow connection, of whatever type, to the library's source."""

from collections.abc import Iterator
from contextlib import contextmanager

from billetbro.api.http.access import RequestSettings
from billetbro.models.message import Message
from billetbro.settings.libraries import Library
from billetbro.sources import Source
from billetbro.steps.login import OpenedSource
from billetbro_airflow.hooks.connections import PATIENCE_OF_A_TEST, access_of


@contextmanager
def source_of(library: Library) -> Iterator[Source]:
    """Give a library's source, for as long as the block lasts."""
    with opened_source(library) as opened:
        yield opened.source


@contextmanager
def opened_source(library: Library) -> Iterator[OpenedSource]:
    """Give a library's source with what it was opened with, for as long as the block lasts."""
    requests = RequestSettings(concurrency=library.requests.concurrency, per_second=library.requests.per_second)
    access = access_of(library.source.conn_id, requests)
    with library.source.opened(access, lookback_days=library.lookback_days) as source:
        yield OpenedSource(source=source, access=access)


def check_source(library: Library) -> Message:
    """Return a message that the source's address and login work, or raise an error of the tree."""
    return library.source.check(access_of(library.source.conn_id, PATIENCE_OF_A_TEST))
