"""What retention, `forget` and a change of policy need of the files that exports were written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from include.warehouse.privacy import Row

Change = Callable[[Row], Row]
"""Returns what becomes of a row: the same values when it may stay as it is."""


class PersonalDataFiles(Protocol):
    """The files of all exports, as far as personal data goes; `table` is a table of the warehouse.

    A row has the named columns and no others; a row that was exported more than once is met in each file.
    """

    def libraries(self) -> frozenset[str]:
        """Return the libraries that have files."""

    def rows(self, library: str, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Read the named columns of every row of the library's files."""

    def rewrite(self, library: str, table: str, columns: Sequence[str], change: Change) -> int:
        """Give every row's named columns to `change`, and put what it returns in the file; return how many changed.

        A file in which nothing changes is left alone; another is replaced whole, so that no reader sees half of it.
        May be carried out again after a failure.
        """
