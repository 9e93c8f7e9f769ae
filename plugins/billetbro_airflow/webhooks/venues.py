"""The libraries that have a webhook, and the secret in the connection that each one's settings name."""

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
    """Holds each venue's secret, and reads them again after `KEPT_SECONDS`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = float("-inf")
        self._secrets: Mapping[str, bytes] = {}

    def secrets(self) -> Mapping[str, bytes]:
        """Return the secret of each library with a webhook; none when the settings cannot be read."""
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


def _secrets() -> dict[str, bytes]:
    """Return the secrets of the libraries without mistakes, whatever is wrong with others."""
    try:
        libraries = libraries_in_order()
    except BilletbroError:
        log.warning("Yesplan's webhook answers nobody: libraries.yaml cannot be read.")
        return {}
    return {library.id: secret for library in libraries if (secret := _secret_of(library))}


def _secret_of(library: Library) -> bytes | None:
    """Return a library's secret, None if it has no webhook or no usable secret."""
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
