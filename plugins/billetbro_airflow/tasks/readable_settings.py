"""The libraries' settings as far as they can be read, for commands that must not wait until a mistake is corrected."""

import sys
from collections import Counter
from dataclasses import dataclass

from billetbro.settings.libraries import LibrariesFileError, Library, Settings, libraries_in_order, load_settings
from billetbro_airflow.language import translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """The settings, None if they have mistakes; `libraries` are those without mistakes of their own."""

    settings: Settings | None
    libraries: tuple[Library, ...]


def readable_settings() -> Readable:
    """Return what can be read of the settings; warns on standard error when that is not all."""
    try:
        settings = load_settings()
    except LibrariesFileError:
        print(translator()("settings.partly_read"), file=sys.stderr)
        return Readable(settings=None, libraries=_in_order())
    return Readable(settings=settings, libraries=settings.libraries)


def _in_order() -> tuple[Library, ...]:
    """Return the libraries without a mistake and with a unique id."""
    try:
        libraries = libraries_in_order()
    except LibrariesFileError:
        return ()
    times = Counter(library.id for library in libraries)
    return tuple(library for library in libraries if times[library.id] == 1)
