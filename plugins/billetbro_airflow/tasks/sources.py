"""Open a library's source from its settings and its Airflow connection."""

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
    """Open a library's source for a block."""
    with opened_source(library) as opened:
        yield opened.source


@contextmanager
def opened_source(library: Library) -> Iterator[OpenedSource]:
    """Open a library's source for a block, with the access that it was opened with."""
    requests = RequestSettings(concurrency=library.requests.concurrency, per_second=library.requests.per_second)
    access = access_of(library.source.conn_id, requests)
    with library.source.opened(access, lookback_days=library.lookback_days) as source:
        yield OpenedSource(source=source, access=access)


def check_source(library: Library) -> Message:
    """Return a message that the source's address and login work; raises BilletbroError."""
    return library.source.check(access_of(library.source.conn_id, PATIENCE_OF_A_TEST))
