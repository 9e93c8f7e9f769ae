"""Check that a source's login may write before links depend on it (behaviour 7).

Reading may need no login, so a wrong one would only fail at the first write-back, after events were created whose links
cannot be shown. It is therefore tried with a request that changes nothing: the first time, with a changed connection,
after a refusal, and before something goes on sale. Other runs do not try it.
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
    """A library's source, and the access it was opened with."""

    source: Source
    access: Access


OpenSource = Callable[[], AbstractContextManager[OpenedSource]]
"""Opens a library's source for the duration of a block."""


def ensure_login_works(run: LibraryRun, opened: OpenedSource, *, since: datetime | None = None) -> None:
    """Ask the source whether the login may write, unless it is known to work (since `since`, if given).

    Raises the source's errors. A refusal makes the next run try again; mode `plan` does not record it.
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
