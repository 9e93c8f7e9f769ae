"""The libraries of libraries.yaml for the pages, read again when the file changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from billetbro.errors import BilletbroError
from billetbro.messages.libraries import kinds_of_libraries
from billetbro.settings.file import settings_file
from billetbro.settings.libraries import Library, libraries_in_order, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLibraries:
    """The libraries that can be told apart, in the file's order; `whole` unless the file has a mistake anywhere.

    With a mistake no run begins. `kinds`: the kind of source of each library, by id, mistakes or not.
    """

    libraries: tuple[Library, ...] = ()
    whole: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)


def known_libraries() -> KnownLibraries:
    """Return the libraries without a mistake of their own; none if the file cannot be read."""
    file = settings_file()
    try:
        stat = file.stat()
    except OSError:
        return KnownLibraries()
    return _known(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1)
def _known(file: Path, _changed: int, _size: int) -> KnownLibraries:
    try:
        libraries = libraries_in_order()
    except BilletbroError:
        return KnownLibraries()
    times = Counter(library.id for library in libraries)
    # Of two with the same id it is not known whose `staff` counts.
    apart = tuple(library for library in libraries if times[library.id] == 1)
    return KnownLibraries(libraries=apart, whole=_is_whole(file), kinds=kinds_of_libraries())


def _is_whole(file: Path) -> bool:
    try:
        load_settings(file)
    except BilletbroError:
        return False
    return True
