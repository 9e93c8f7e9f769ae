"""The language of texts for staff: the requested one, else the Airflow variable's, else Danish."""

import logging

from billetbro.messages.catalogue import DEFAULT_LANGUAGE, Translator, languages
from billetbro.messages.libraries import translator_of_libraries

VARIABLE = "billetbro_language"
log = logging.getLogger(__name__)


def translator(asked: str | None = None) -> Translator:
    """Return the translator for texts that staff read."""
    return translator_of_libraries(asked or language_of_all())


def language_of_all() -> str:
    """Return the language that is set for all."""
    from airflow.sdk import Variable

    named = str(Variable.get(VARIABLE, default=DEFAULT_LANGUAGE)).strip().lower()
    if named in languages():
        return named
    log.warning("The Airflow variable %s names no language that there is: %s", VARIABLE, ", ".join(languages()))
    return DEFAULT_LANGUAGE
