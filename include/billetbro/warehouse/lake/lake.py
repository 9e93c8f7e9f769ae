"""What exports, retention, `forget` and a change of policy need of the lake; the work is done in delta_lake.py.

Only that imports deltalake and pyarrow: whoever needs no lake does not pay for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from billetbro.errors import Retriable
from billetbro.warehouse.privacy.pseudonymise import Row

Change = Callable[[Row], Row]
"""Returns what becomes of a row: the same values when it may stay as it is."""


class FilesTrouble(Retriable):
    """The place of the files cannot be read or written; what is due to be written stays due."""

    code = "files_trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class LakePlace:
    """Where the lake is: `name` as the settings spell it, its address, and the options that its store needs."""

    name: str
    uri: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """The rows that were written, by table; tables without any are left out."""

    rows: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in words, for a log."""
        return ", ".join(f"{rows} {table}" for table, rows in self.rows.items()) or "nothing new"


class Lake(Protocol):
    """The lake's tables; `table` is the name of one. Whoever changes a library's rows holds its lock.

    Every method raises FilesTrouble when the place cannot be reached, and Fatal naming a file that is damaged.
    """

    def write(self, warehouse: Engine, library: str, now: datetime) -> FileSummary:
        """Bring the library's rows that changed since the last time, all of them when there was none."""

    def libraries(self) -> frozenset[str]:
        """Return the libraries that have files."""

    def rows(
        self, library: str, table: str, columns: Sequence[str], purchase_ids: Collection[int] | None = None
    ) -> Iterator[Row]:
        """Read the named columns of the rows (of these purchases) that hold any personal value in them."""

    def rewrite(
        self,
        library: str,
        table: str,
        columns: Sequence[str],
        change: Change,
        purchase_ids: Collection[int] | None = None,
    ) -> int:
        """Give the same rows to `change`, and store what it returns, in one transaction; return how many changed.

        What the rows were before stays in the files of earlier versions until these are removed.
        """

    def remove_earlier_versions(self, library: str) -> int:
        """Remove each file of the library's personal tables that is no part of the present version; return how many."""

    def compact(self, library: str) -> int:
        """Make few files of many; return how many became fewer."""

    def remove_expired(self) -> None:
        """Remove files and log entries of versions whose time is over."""
