"""The translator with each library's kind of source, from the settings."""

import os
from collections.abc import Mapping

from billetbro.messages.catalogue import ANY_SOURCE, DEFAULT_LANGUAGE, Translator
from billetbro.settings.file import LibrariesFileError, read_file, settings_file


def translator_of_libraries(language: str = DEFAULT_LANGUAGE, environ: Mapping[str, str] = os.environ) -> Translator:
    """Return the translator with each library's kind of source, whatever mistakes the settings have."""
    return Translator(language, libraries=kinds_of_libraries(environ))


def kinds_of_libraries(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return each library's kind of source by its id, as far as the settings can be read."""
    try:
        entries = read_file(settings_file(environ)).libraries
    except LibrariesFileError:
        return {}
    return {str(one.merged.get("id")): _kind(one.merged.get("source")) for one in entries}


def _kind(source: object) -> str:
    return str(source.get("type", ANY_SOURCE)) if isinstance(source, Mapping) else ANY_SOURCE
