"""Check that a source's login may write before links depend on it (behaviour 7).

Reading may need no login, so a wrong one would only fail at the first write-back, after events were created whose links
cannot be shown. It is therefore tried with a request that changes nothing: the first time, with a changed connection,
after a refusal, and before something goes on sale. Other runs do not try it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from billetbro.api.http.access import Access
from billetbro.errors import WrongCredentials
from billetbro.models import Mode
from billetbro.sources import Source
from billetbro.steps.request import LibraryRun
from billetbro.store.logins import doubt_login, is_login_known, note_login, seen_to_work_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSource:
    """A library's source, and the access it was opened with."""

    source: Source
    access: Access


OpenSource = Callable[[], AbstractContextManager[OpenedSource]]
"""Opens a library's source for the duration of a block."""


def needs_no_login(run: LibraryRun) -> bool:
    """Return whether an hour in which the source has no news can do without looking at the login.

    A login that was changed is then noticed when there is news, or within a day: each library has an hour of its own.
    """
    hour = int(run.now.timestamp()) // 3600
    if run.request.by_hand or crc32(run.id.encode()) % 24 == hour % 24:
        return False
    with run.engine.connect() as connection:
        return is_login_known(connection, run.id)


def ensure_login_works(run: LibraryRun, opened: OpenedSource, *, since: datetime | None = None) -> None:
    """Ask the source whether the login may write, unless it is known to work (since `since`, if given).

    Telling one login from another is slow on purpose (store/logins.py).

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
