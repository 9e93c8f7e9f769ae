"""The lake as exports, retention, `forget` and a change of policy use it; only delta_lake.py imports deltalake."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine

from billetbro.errors import Retriable
from billetbro.warehouse.privacy.pseudonymise import Row

Change = Callable[[Row], Row]
"""Returns a row's new values: the same ones when it is to stay unchanged."""


class FilesTrouble(Retriable):
    """The lake's store cannot be read or written; what is due to be written stays due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LakePlace:
    """Where the lake is: its name in the settings, its address, and the options of its store."""

    name: str
    uri: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """The rows written by table, tables without any left out."""

    rows: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(f"{rows} {table}" for table, rows in self.rows.items()) or "nothing new"


class Lake(Protocol):
    """The lake's tables; `table` is the name of one. To change a library's rows, hold its lock.

    Every method raises FilesTrouble when the store cannot be reached, and Fatal naming a damaged file.
    """

    def write(self, warehouse: Engine, library: str, now: datetime) -> FileSummary:
        """Write the library's rows that changed since the last time, at first all of them."""

    def libraries(self) -> frozenset[str]:
        """Return the libraries that have files."""

    def rows(
        self, library: str, table: str, columns: Sequence[str], purchases: Collection[int] | None = None
    ) -> Iterator[Row]:
        """Yield these columns of the rows (of these purchases) with a personal value in them."""

    def rewrite(
        self, library: str, table: str, columns: Sequence[str], change: Change, purchases: Collection[int] | None = None
    ) -> int:
        """Apply `change` to the same rows in one transaction; return how many changed.

        Earlier values stay in the files of earlier versions until these are removed.
        """

    def remove_earlier_versions(self, library: str) -> int:
        """Remove the files of the library's personal tables that the current version does not use; return how many."""

    def keep_erasures(self, library: str, erased: Mapping[int, datetime]) -> None:
        """Record purchases whose buyer was forgotten, and when, by number alone: no restored database undoes it."""

    def erasures(self, library: str) -> frozenset[int]:
        """Return the purchases that were recorded so."""

    def compact(self, library: str) -> int:
        """Merge small files; return how many were merged."""

    def remove_expired(self) -> None:
        """Remove files and log entries of versions older than the tables' properties say."""
