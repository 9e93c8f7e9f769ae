"""The tables of docs/reliability.md that tell what came of each fault: written by a run, and compared with one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from demo.environment import ROOT
from tests.chaos.faults import ENDPOINTS, ROWS, Cell

DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: written by python -m tests.chaos faults --write -->", "<!-- end of faults -->"
_IN_A_TABLE = 4
Told = dict[tuple[str, str], str]


def told(cells: Iterable[Cell]) -> Told:
    """Return what came of each fault at each endpoint."""
    return {(cell.fault, cell.endpoint): cell.told for cell in cells}


def tables(cells: Mapping[tuple[str, str], str]) -> str:
    """Return the tables: a row for each fault, a column for each endpoint."""
    names = [endpoint.name for endpoint in ENDPOINTS]
    parts = []
    for first in range(0, len(names), _IN_A_TABLE):
        columns = names[first : first + _IN_A_TABLE]
        lines = [f"| fault | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
        for fault in ROWS:
            row = [cells.get((fault, column), "-") for column in columns]
            lines.append(f"| {fault} | {' | '.join(row)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def write(cells: Mapping[tuple[str, str], str], path: Path = DOCUMENT) -> None:
    """Put the tables into the document, in place of those that stand there."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    path.write_text(f"{before}{BEGIN}\n\n{tables(cells)}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


def written(path: Path = DOCUMENT) -> Told:
    """Return what the document says, by fault and endpoint."""
    block = path.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    found: Told = {}
    columns: list[str] = []
    for line in filter(None, block.splitlines()):
        name, *values = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if name == "fault":
            columns = values
        elif not name.startswith("---"):
            found |= {(name, column): value for column, value in zip(columns, values, strict=True) if value != "-"}
    return found
