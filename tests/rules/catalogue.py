"""The catalogue of broken rules: for each sentence of docs/behaviour.md, how to break it and which tests then fail.

`broken/<section>_<name>.yaml` holds the entries of one section. A sentence is found by `row`, words that stand in that
sentence of the section and in no other. `file`, `old` and `new` say how the rule is broken: `old` stands in the file
once. `tests` are those of which at least one then fails. A sentence that holds no rule of its own says why in
`explains` instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
BEHAVIOUR = ROOT / "docs" / "behaviour.md"
CATALOGUE = Path(__file__).parent / "broken"
_HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_ITEM = re.compile(r"(?:- |\d+\. )")
_BETWEEN_SENTENCES = re.compile(r"(?<=\.)\s+(?=[A-ZÆØÅ`])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One way to break a rule: in `file` (from the project's root) `old` becomes `new`, and one of `tests` fails."""

    section: str
    row: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the catalogue has on one sentence: how it can be broken, or why there is nothing to break."""

    section: str
    row: str
    breaks: tuple[Break, ...]
    explains: str | None


def read_catalogue() -> list[Row]:
    """Return every row of every section, in the order of the files."""
    return [row for path in sorted(CATALOGUE.glob("*.yaml")) for row in _rows(path)]


def read_behaviour() -> dict[str, list[str]]:
    """Return the sentences of docs/behaviour.md by section: its number, or its title where it has none."""
    text = BEHAVIOUR.read_text()
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return {
        re.split(r"[. ]", heading["title"])[0]: list(_sentences(text[heading.end() : end]))
        for heading, end in zip(headings, ends, strict=True)
    }


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def _rows(path: Path) -> Iterator[Row]:
    section = path.stem.partition("_")[0]
    for entry in yaml.safe_load(path.read_text()):
        row = in_one_line(entry["row"])
        breaks = tuple(
            Break(section=section, row=row, **{**found, "tests": tuple(found["tests"])})
            for found in entry.get("broken", ())
        )
        yield Row(section=section, row=row, breaks=breaks, explains=entry.get("explains"))


def _sentences(section: str) -> Iterator[str]:
    """Yield a table's rows whole, and every other item and paragraph sentence by sentence."""
    for block in section.split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("|"):
            yield from (in_one_line(line) for line in lines[2:])
            continue
        items: list[str] = []
        for line in lines:
            if _ITEM.match(line) or not items:
                items.append("")
            items[-1] += f" {line}"
        for item in items:
            yield from _BETWEEN_SENTENCES.split(_ITEM.sub("", in_one_line(item), count=1))
