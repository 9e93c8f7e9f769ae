"""Sentences by their keys, in the reader's language, from the gettext catalogues in `locale/`.

The code has keys and values only. A msgid is the key ("rejection.price_missing"), a msgstr the sentence with
placeholders in braces. A sentence for one kind of source has that kind as its msgctxt. `KEY.NAME` is a second sentence,
added when the value NAME is given. `FAMILY.*` stands for unknown keys of the family, with `{name}` for what follows the
dot. A third language is one more folder in `locale/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from billetbro.models.message import Message

LOCALE = Path(__file__).with_name("locale")
DEFAULT_LANGUAGE = "da"
ANY_SOURCE = "any"
"""The kind of source of a library that the settings do not (or no longer) list."""


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages with a catalogue, the default first."""
    return tuple(sorted((one.name for one in LOCALE.iterdir()), key=lambda name: (name != DEFAULT_LANGUAGE, name)))


@cache
def _catalogue(language: str) -> GNUTranslations:
    # Imported here, because a step that writes no sentence does not need Babel.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language)
    for file in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as text:
            for message in read_po(text, locale=language):
                if message.id:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class Translator:
    """Returns the sentence of a key in one language.

    `source` is the kind of source of the library in question; `libraries` maps ids of libraries to kinds.
    """

    language: str = DEFAULT_LANGUAGE
    source: str = ANY_SOURCE
    libraries: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    _of_source: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for a language without a catalogue; look up the source's name."""
        if self.language not in languages():
            raise ValueError(f"no language {self.language!r}; there are {', '.join(languages())}")
        names = {name: self._sentence(name) or name for name in ("source", "of_source")}
        names["Source"] = names["source"][:1].upper() + names["source"][1:]
        object.__setattr__(self, "_of_source", names)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the key's sentence with these values; `number` chooses singular or plural.

        `{source}`, `{Source}` and `{of_source}`, the name of the library's source, need no value. An unknown key
        without a family is returned unchanged.
        """
        number = values.get("number")
        sentence = self._sentence(key, number if isinstance(number, int) else None)
        if sentence is None:
            family, _, name = key.partition(".")
            sentence, values = self._sentence(f"{family}.*"), values | {"name": name}
        if sentence is None:
            return key
        more = [self._sentence(f"{key}.{name}") for name, value in values.items() if value]
        filled = {name: self._said(value) for name, value in values.items()}
        return " ".join(text.format(**self._of_source, **filled) for text in (sentence, *more) if text is not None)

    def say(self, message: Message) -> str:
        """Return a message as a sentence; a tuple of messages as a value becomes a line each below it."""
        return self(message.key, **message.values)

    def knows(self, key: str) -> bool:
        """Return whether the key has a sentence."""
        return self._sentence(key) is not None or self._sentence(key, 1) is not None

    def for_source(self, kind: str) -> Translator:
        """Return the translator for a library with this kind of source."""
        return Translator(self.language, kind, self.libraries)

    def for_library(self, library: str) -> Translator:
        """Return the translator for a library; an unknown one has any source."""
        return self.for_source(self.libraries.get(library, ANY_SOURCE))

    def _said(self, value: object) -> object:
        if isinstance(value, tuple):
            return "".join(f"\n  - {self.say(one)}" for one in value)
        return self.say(value) if isinstance(value, Message) else value

    def _sentence(self, key: str, number: int | None = None) -> str | None:
        said = _catalogue(self.language)
        if number is not None:
            for found in (said.npgettext(self.source, key, key, number), said.ngettext(key, key, number)):
                if found != key:
                    return found
        for found in (said.pgettext(self.source, key), said.gettext(key)):
            if found != key:
                return found
        return None
