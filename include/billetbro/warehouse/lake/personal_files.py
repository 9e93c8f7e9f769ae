"""What retention, `forget` and a change of policy need of the files that exports were written to."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from billetbro.warehouse.privacy.policy import Row

Change = Callable[[Row], Row]
"""Returns what becomes of a row: the same values when it may stay as it is."""


@dataclass(frozen=True, slots=True)
class Bought:
    """The purchases whose rows are meant; files of days (UTC) before `since` were written before there were any."""

    purchase_ids: frozenset[int]
    since: date = date.min


class PersonalDataFiles(Protocol):
    """The files of all exports, as far as personal data goes; `table` is a table of the warehouse.

    A row has the named columns and no others, and of these at least one that holds personal data is not null; a row
    that was exported more than once is met in each file. `bought` limits rows to those of some purchases, and reading
    to the files that can hold any of them.
    """

    def libraries(self) -> frozenset[str]:
        """Return the libraries that have files."""

    def rows(self, library: str, table: str, columns: Sequence[str], bought: Bought | None = None) -> Iterator[Row]:
        """Read the named columns of the rows that hold any personal value in them."""

    def rewrite(
        self, library: str, table: str, columns: Sequence[str], change: Change, bought: Bought | None = None
    ) -> int:
        """Give the same rows to `change`, and put what it returns in the file; return how many changed.

        A file in which nothing changes is left alone; another is replaced whole, so that no reader sees half of it.
        May be carried out again after a failure.
        """

    def merge_days(self, library: str, today: date) -> Generator[int]:
        """Make one file of each table's files of each day (UTC) before `today`; yield of how many, now and then.

        No row's latest content is lost, and a reader meets it all the time, for a moment twice.
        """
