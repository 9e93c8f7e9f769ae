"""Helpers of the commands about events: the library's time zone, the event in question, and JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from billetbro.messages.catalogue import Translator
from billetbro.messages.history import event_line
from billetbro.models.message import Message
from billetbro.settings.libraries import LibrariesFileError, Library, Settings, load_settings
from billetbro.steps.request import utc_now
from billetbro.store.event.history import HistoryEntry, ListedRejection
from billetbro.store.event.lookup import FoundEvent, find_events
from billetbro_airflow.cli.running import CommandEnded

DEFAULT_TIMEZONE = str(Library.model_fields["timezone"].default)
MANY = 30
"""Events listed to choose from."""


def timezones() -> dict[str, str]:
    """Return each library's time zone; none when the settings have mistakes."""
    settings = _settings()
    return {library.id: library.timezone for library in settings.libraries} if settings else {}


def _settings() -> Settings | None:
    try:
        return load_settings()
    except LibrariesFileError:
        return None


def timezone_of(library: str) -> str:
    """Return the name of a library's time zone, the default one if it is unknown."""
    return timezones().get(library, DEFAULT_TIMEZONE)


def zone_of(library: str) -> ZoneInfo:
    """Return a library's time zone."""
    return ZoneInfo(timezone_of(library))


def events_named(
    connection: Connection, sought: str, libraries: Sequence[str], say: Translator
) -> tuple[FoundEvent, ...]:
    """Return no event or the one sought; raises CommandEnded, listing them, if there are several.

    Raises LibrariesFileError for an unknown library, if the settings can be read.
    """
    if settings := _settings():
        settings.select(libraries)
    found = find_events(connection, sought, libraries, now=utc_now())
    if len(found) > 1:
        zones = timezones()
        lines = [
            event_line(say.for_library(event.library), event, ZoneInfo(zones.get(event.library, DEFAULT_TIMEZONE)))
            for event in found[:MANY]
        ]
        more = [f"... (+{len(found) - MANY})"] if len(found) > MANY else []
        raise CommandEnded("\n".join([say("cli.choose", number=len(found)), *lines, *more]), code=2)
    return found


def with_sentences(entry: HistoryEntry | ListedRejection, say: Translator) -> dict[str, object]:
    """Return an entry's fields, with messages as sentences."""
    values = {one.name: getattr(entry, one.name) for one in fields(entry)}
    return {name: say.say(value) if isinstance(value, Message) else value for name, value in values.items()}


def as_json(content: object) -> str:
    """Return dataclasses, mappings and lists as JSON, times in ISO 8601."""
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else asdict(value)  # type: ignore[call-overload]
