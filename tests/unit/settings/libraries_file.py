"""A libraries' file for the tests of the settings, as small as it can be, and what is said of one with mistakes."""

from pathlib import Path

import pytest

from billetbro.settings.libraries import LibrariesFileError, load_settings
from tests.catalogues import danish

SMALLEST = """
libraries:
  - id: herlev
    name: Herlev Bibliotek
    source: {type: dpl_cms, conn_id: cms_herlev, price_unit: kroner}
    place2book: {event_maker: 5000}
    fallback_address: {name: Herlev Bibliotek, address1: Bygaden 70, postal_code: "2730", city: Herlev}
"""


def written(folder: Path, text: str) -> Path:
    """Write a libraries' file and return where it is."""
    file = folder / "libraries.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes_in(folder: Path, text: str) -> list[str]:
    """Return the lines of the one error that the file causes, without the first, which names the file.

    Each has a line of its own in Danish, with no key in it.
    """
    file = written(folder, text)
    with pytest.raises(LibrariesFileError) as caught:
        load_settings(file)
    first, *lines = str(caught.value).splitlines()
    assert first == f"{file}: the libraries' settings have mistakes:"
    in_danish = danish(caught.value.message).splitlines()[1:]
    pairs = zip(in_danish, lines, strict=True)
    assert [line for line, same in pairs if line == same or "settings." in line or "allowed" in line] == []
    return [line.removeprefix("  - ") for line in lines]
