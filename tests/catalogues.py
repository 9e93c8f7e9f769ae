"""What stands in the message catalogues, for tests of them."""

from collections.abc import Mapping
from io import BytesIO
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from billetbro.messages.catalogue import DEFAULT_LANGUAGE, LOCALE, Translator
from billetbro.models.message import Message

Key = tuple[str | None, str]


def files(language: str) -> list[Catalog]:
    """Return the catalogues of a language."""
    return [
        read_po(BytesIO(file.read_bytes()), locale=language)
        for file in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"))
    ]


def keys(catalogue: Catalog) -> dict[Key, tuple[str, ...]]:
    """Return the sentences of a catalogue, each in all its plural forms, by context and key."""
    return {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]): (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in catalogue
        if message.id
    }


def placeholders(language: str) -> dict[Key, set[str]]:
    """Return the placeholders of each sentence, those of all its plural forms together."""
    return {
        key: {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}
        for catalogue in files(language)
        for key, forms in keys(catalogue).items()
    }


def english(message: Message | Mapping[str, object]) -> str:
    """Return what a message, or a stored one, says in English."""
    return Translator("en").say(message if isinstance(message, Message) else Message.from_json(message))


def danish(message: Message) -> str:
    """Return what a message says in Danish."""
    return Translator("da").say(message)


def of_family(family: str) -> set[str]:
    """Return what follows the dot in the keys of a family, without the further sentences of its keys."""
    names = {
        key.removeprefix(f"{family}.") for _, key in placeholders(DEFAULT_LANGUAGE) if key.startswith(f"{family}.")
    }
    return {name for name in names if name != "*" and not name.endswith((".found", ".detail"))}
