"""In which words staff are told of a library: those of its source, by the settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from billetbro.messages.source_words import ANY_SOURCE, SourceWords, WordsOf
from billetbro.settings.file import read_file
from billetbro.settings.libraries import DEFAULT_FILE, FILE_VARIABLE, LibrariesFileError
from billetbro.sources import kinds


def words_of_libraries(environ: Mapping[str, str] = os.environ) -> WordsOf:
    """Return the words of each library's source, whatever mistakes its settings have besides; else those of any."""
    try:
        entries = read_file(Path(environ.get(FILE_VARIABLE) or DEFAULT_FILE)).libraries
    except LibrariesFileError:
        entries = ()
    known = {str(entry.merged.get("id")): _words_of(entry.merged.get("source")) for entry in entries}
    return lambda library: known.get(library, ANY_SOURCE)


def _words_of(source: object) -> SourceWords:
    kind = kinds().get(str(source.get("type"))) if isinstance(source, Mapping) else None
    return kind.words if kind else ANY_SOURCE
