"""In which language staff are answered: the one asked for, else the Airflow variable's, else Danish."""

import logging

from billetbro.messages.catalogue import DEFAULT_LANGUAGE, Translator, languages
from billetbro.messages.libraries import translator_of_libraries

VARIABLE = "billetbro_language"
log = logging.getLogger(__name__)


def translator(asked: str | None = None) -> Translator:
    """Return the translator for everything that staff read."""
    return translator_of_libraries(asked or _of_variable())


def _of_variable() -> str:
    """Return the language that the Airflow variable names; one that there is no catalogue for counts as none."""
    from airflow.sdk import Variable

    named = str(Variable.get(VARIABLE, default=DEFAULT_LANGUAGE)).strip().lower()
    if named in languages():
        return named
    log.warning("The Airflow variable %s names no language that there is: %s", VARIABLE, ", ".join(languages()))
    return DEFAULT_LANGUAGE
