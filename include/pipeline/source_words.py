"""In which words staff are told of a library: those of its source, by the settings."""

from __future__ import annotations

import os
from collections.abc import Mapping

from include.settings import SettingsError, libraries_in_order
from include.sync.source_words import ANY_SOURCE, WordsOf


def words_of_libraries(environ: Mapping[str, str] = os.environ) -> WordsOf:
    """Return the words of each library's source, as far as the settings can be read; else those of any source."""
    try:
        known = {library.id: library.source.words for library in libraries_in_order(environ)}
    except SettingsError:
        known = {}
    return lambda library: known.get(library, ANY_SOURCE)
