"""The libraries that have a webhook: each with the secret in the connection that its settings name."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from billetbro.api.http.access import Access, RequestSettings
from billetbro.errors import BilletbroError, SettingsError
from billetbro.settings.libraries import Library, libraries_in_order, load_settings
from billetbro.sources import SourceSettings, TakesUpdates
from billetbro_airflow.hooks.connections import access_of, connection_named

FEWEST_CHARACTERS = 16
KEPT_SECONDS = 10.0
PATIENCE_WITH_A_CALLER = RequestSettings(connect_timeout=3, read_timeout=5, tries=1)
log = logging.getLogger(__name__)


class Venues:
    """Knows each venue's secret, and looks for new ones after `KEPT_SECONDS`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = float("-inf")
        self._secrets: Mapping[str, bytes] = {}

    def secrets(self) -> Mapping[str, bytes]:
        """Return the secret of each library that has a webhook; none when the settings cannot be read."""
        if self._clock() >= self._until:
            self._secrets = _secrets()
            self._until = self._clock() + KEPT_SECONDS
        return self._secrets


class SourceEvents:
    """Asks a library's source for events; whatever is asked raises errors of the tree."""

    def __init__(self, source: SourceSettings) -> None:
        self._source = source

    def has_event(self, uuid: str) -> bool:
        """Tell whether there is such an event."""
        source = self._source
        return isinstance(source, TakesUpdates) and source.has_event(_access_of(self._source), uuid)

    def of_group(self, group: str) -> Sequence[str] | None:
        """Return the events of a group, none where that cannot be told; None when there is no such group."""
        source = self._source
        return source.events_of_group(_access_of(self._source), group) if isinstance(source, TakesUpdates) else None


def events_of(library_id: str) -> SourceEvents:
    """Return what asks a library's source for events.

    No run can go well while libraries.yaml has mistakes, whichever library's: then this raises LibrariesFileError.
    """
    return SourceEvents(load_settings().library(library_id).source)


def _access_of(source: SourceSettings) -> Access:
    return access_of(source.conn_id, PATIENCE_WITH_A_CALLER)


def _secrets() -> dict[str, bytes]:
    """Return the secrets of the libraries without mistakes of their own, whatever is wrong with others."""
    try:
        libraries = libraries_in_order()
    except BilletbroError:
        log.warning("Yesplan's webhook answers nobody: libraries.yaml cannot be read.")
        return {}
    return {library.id: secret for library in libraries if (secret := _secret_of(library))}


def _secret_of(library: Library) -> bytes | None:
    """Return a library's secret; None when it has no webhook, or its secret is none."""
    conn_id = library.source.webhook if isinstance(library.source, TakesUpdates) else None
    if conn_id is None:
        return None
    try:
        secret = (connection_named(conn_id).password or "").strip()
    except SettingsError as problem:
        log.warning("%s: Yesplan's webhook is off. %s", library.id, problem)
        return None
    if len(secret) < FEWEST_CHARACTERS:
        log.warning(
            "%s: Yesplan's webhook is off: the password of the connection '%s' has fewer than %s characters.",
            library.id,
            conn_id,
            FEWEST_CHARACTERS,
        )
        return None
    return secret.encode()
