"""The libraries of libraries.yaml for the pages, read again when the file changes."""

from functools import lru_cache

from billetbro.errors import BilletbroError
from billetbro.settings.file import settings_file
from billetbro.settings.libraries import Library, libraries_in_order


def known_libraries() -> tuple[Library, ...]:
    """Return the libraries without a mistake of their own, in the file's order; none if the file cannot be read."""
    file = settings_file()
    try:
        stat = file.stat()
        return _libraries(str(file), stat.st_mtime_ns, stat.st_size)
    except (OSError, BilletbroError):
        return ()


@lru_cache(maxsize=1)
def _libraries(_file: str, _changed: int, _size: int) -> tuple[Library, ...]:
    return libraries_in_order()
