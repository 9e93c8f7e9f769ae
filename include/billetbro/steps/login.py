"""Before a source is needed to take a link, see that its login may write (behaviour 7).

Reading can be open to everyone, so that a wrong login would show at the first write-back only: after events were
created whose links then cannot be shown. So it is tried with a request that changes nothing: the first time, with
another connection, after it was refused, and when something is about to go on sale. In a quiet hour it is not.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from billetbro.api.http.access import Access
from billetbro.errors import WrongCredentials
from billetbro.models import Mode
from billetbro.sources import Source
from billetbro.steps.request import LibraryRun
from billetbro.store.logins import doubt_login, note_login, seen_to_work_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSource:
    """A library's source, and what it was opened with."""

    source: Source
    access: Access


OpenSource = Callable[[], AbstractContextManager[OpenedSource]]
"""Gives a library's source, for as long as a block lasts."""


def ensure_login_works(run: LibraryRun, opened: OpenedSource, *, since: datetime | None = None) -> None:
    """Ask the source whether the login may write, unless this login was seen to work before (after `since`, if given).

    Raises what asking raises. A login that is refused is tried again by the next run, unless a plan was made: what a
    plan meets the next run is to meet as well.
    """
    with run.engine.connect() as connection:
        seen_at = seen_to_work_at(connection, run.id, opened.access)
    if seen_at is not None and (since is None or seen_at >= since):
        return
    try:
        opened.source.ensure_writable()
    except WrongCredentials:
        if run.mode is not Mode.PLAN:
            with run.engine.begin() as connection:
                doubt_login(connection, run.id)
        raise
    with run.engine.begin() as connection:
        note_login(connection, run.id, opened.access, run.now)
