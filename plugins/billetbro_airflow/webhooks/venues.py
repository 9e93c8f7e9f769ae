"""The libraries that have a webhook, and the secrets in the connection that each one's settings name.

The connection's password is the secret. While it is being changed, its extra holds the one before as `previous_secret`:
both count, until somebody removes that.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from billetbro.api.http.access import Access, RequestSettings
from billetbro.errors import BilletbroError, SettingsError
from billetbro.settings.libraries import Library, libraries_in_order, load_settings
from billetbro.sources import SourceSettings, TakesUpdates
from billetbro_airflow.hooks.connections import access_of, connection_named, mask

FEWEST_CHARACTERS = 16
PREVIOUS = "previous_secret"
"""The key in the connection's extra; Airflow hides what has such a name."""
KEPT_SECONDS = 10.0
PATIENCE_WITH_A_CALLER = RequestSettings(connect_timeout=3, read_timeout=5, tries=1)
log = logging.getLogger(__name__)


class Venues:
    """Holds each venue's secrets, and reads them again after `KEPT_SECONDS`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = float("-inf")
        self._secrets: Mapping[str, Sequence[bytes]] = {}

    def secrets(self) -> Mapping[str, Sequence[bytes]]:
        """Return the secrets of each library with a webhook; none when the settings cannot be read."""
        if self._clock() >= self._until:
            self._secrets = _secrets()
            self._until = self._clock() + KEPT_SECONDS
        return self._secrets


class SourceEvents:
    """The events in a library's source, as `Events` of take_action.py."""

    def __init__(self, source: SourceSettings) -> None:
        self._source = source if isinstance(source, TakesUpdates) else None
        self._conn_id = source.conn_id

    def has_event(self, uuid: str) -> bool:
        """Tell whether there is such an event."""
        return self._source is not None and self._source.has_event(self._access(), uuid)

    def of_group(self, group: str) -> Sequence[str] | None:
        """Return the events of a group, none if unknown, None if there is no such group."""
        return None if self._source is None else self._source.events_of_group(self._access(), group)

    def _access(self) -> Access:
        return access_of(self._conn_id, PATIENCE_WITH_A_CALLER)


def events_of(library_id: str) -> SourceEvents:
    """Return the events in a library's source; raises LibrariesFileError for any mistake in libraries.yaml.

    With a mistake, whichever library's, no run can succeed.
    """
    return SourceEvents(load_settings().library(library_id).source)


def webhook_of(library: Library) -> str | None:
    """Return the connection of a library's webhook; None if it has none."""
    return library.source.webhook if isinstance(library.source, TakesUpdates) else None


def secrets_in(conn_id: str) -> tuple[bytes, ...]:
    """Return a connection's secrets, the current one first; raises SettingsError for one that is too short."""
    given = connection_named(conn_id)
    extra = given.extra_dejson
    previous = extra.get(PREVIOUS) if isinstance(extra, dict) else None
    texts = [str(text).strip() for text in (given.password or "", previous) if text is not None]
    mask(filter(None, texts[1:]))
    if any(len(text) < FEWEST_CHARACTERS for text in texts):
        raise SettingsError("error.short_webhook_secret", connection=conn_id, characters=FEWEST_CHARACTERS)
    return tuple(text.encode() for text in texts)


def _secrets() -> dict[str, Sequence[bytes]]:
    """Return the secrets of the libraries without mistakes, whatever is wrong with others."""
    try:
        libraries = libraries_in_order()
    except BilletbroError:
        log.warning("Yesplan's webhook answers nobody: libraries.yaml cannot be read.")
        return {}
    return {library.id: secrets for library in libraries if (secrets := _secrets_of(library))}


def _secrets_of(library: Library) -> Sequence[bytes]:
    """Return a library's secrets; none if it has no webhook, or no usable secret."""
    try:
        return secrets_in(conn_id) if (conn_id := webhook_of(library)) else ()
    except SettingsError as problem:
        log.warning("%s: Yesplan's webhook is off. %s", library.id, problem)
        return ()
