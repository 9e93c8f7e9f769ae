"""From a library's settings to its source: the one place where the kinds of sources are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hooks.dpl_cms_hook import DplCmsHook
from hooks.yesplan_hook import YesplanHook
from include.settings import Library
from include.sources import Source
from include.sources.dpl_cms import DplCmsSettings, DplCmsSource
from include.sources.yesplan import YesplanSettings, YesplanSource


@contextmanager
def source_of(library: Library) -> Iterator[Source]:
    """Give a library's source, for as long as the block lasts."""
    told, requests = library.source, library.requests
    match told:
        case DplCmsSettings():
            website = DplCmsHook(told.conn_id, concurrency=requests.concurrency, per_second=requests.per_second)
            with website.client as site:
                yield DplCmsSource(site)
        case YesplanSettings():
            venue = YesplanHook(told.conn_id, concurrency=requests.concurrency, per_second=requests.per_second)
            with venue.client as yesplan:
                yield YesplanSource(yesplan, told, lookback_days=library.lookback_days)


def check_source(library: Library) -> str:
    """Return in plain words that the source's address and login work, or raise an error of the tree."""
    match library.source:
        case DplCmsSettings() as told:
            return DplCmsHook(told.conn_id).check()
        case YesplanSettings() as told:
            return YesplanHook(told.conn_id).check()
