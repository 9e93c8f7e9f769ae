"""Who is told: the people of each library, and the operators, each in their language."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from airflow.sdk.configuration import conf

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import TIMEZONE
from billetbro.messages.notices import Wording
from billetbro.models.page_addresses import PageAddresses
from billetbro.settings.addresses import each_once
from billetbro.settings.libraries import Library, Settings, Told
from billetbro.steps.notify import Circle


def pages() -> PageAddresses:
    """Return the addresses of our pages, below Airflow's own (`[api] base_url`)."""
    return PageAddresses(conf.get("api", "base_url", fallback="") or "http://localhost:8080")


def circles(settings: Settings, libraries: Sequence[str], say: Translator) -> list[Circle]:
    """Return whoever is told after a run of these libraries."""
    wanted = [library for library in settings.libraries if library.id in libraries and library.notify]
    of_libraries = [_of_library(library, say) for library in wanted]
    return [*of_libraries, operators(settings.operators, say)]


def operators(told: Told, say: Translator) -> Circle:
    """Return the operators."""
    words = Wording(say=_in(told.language, say), name="Billetbro", pages=pages())
    return Circle(words=words, addresses=each_once(told.notify), zone=TIMEZONE)


def _of_library(library: Library, say: Translator) -> Circle:
    words = Wording(
        say=_in(library.language, say).for_library(library.id), name=library.name, pages=pages(), library=library.id
    )
    return Circle(words=words, addresses=each_once(library.notify), zone=ZoneInfo(library.timezone))


def _in(language: str | None, say: Translator) -> Translator:
    return Translator(language, say.source, say.libraries) if language else say
