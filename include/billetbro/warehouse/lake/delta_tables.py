"""Open, create and change the Delta Lake tables of a place; a change that meets a conflict is tried again."""

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError
from deltalake.fs import DeltaStorageHandler
from pyarrow import fs  # type: ignore[import-untyped]
from sqlalchemy import Table

from billetbro.errors import BilletbroError, Fatal
from billetbro.models.message import Message
from billetbro.warehouse.ingest.upsert import natural_key
from billetbro.warehouse.lake.lake import FilesTrouble, LakePlace
from billetbro.warehouse.lake.place import secrets_of
from billetbro.warehouse.lake.schema import STATISTICS, lake_schema, properties

READ, LIST, WRITE = "error.files_not_read", "error.files_not_listed", "error.files_not_written"
TRIES = 8
LONGEST_PAUSE = 2.0
LONGEST_REASON = 400
COLOUR = re.compile(r"\x1b\[\d*m")
QUERY = re.compile(r"\?\S+")
"""The query of an address may hold a signature."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DeltaTables:
    """The tables of a place: one for each table of the warehouse, partitioned by library."""

    place: LakePlace

    def opened(self, table: Table) -> DeltaTable | None:
        """Open the latest version of a table, None if there is no table; raises Fatal if it is not ours."""
        uri, options = self._uri(table), dict(self.place.options)
        with self.trouble(READ):
            if self._is_missing() or not DeltaTable.is_deltatable(uri, options):
                return None
            found = DeltaTable(uri, storage_options=options)
            ours = STATISTICS in found.metadata().configuration
        if not ours:
            raise Fatal("error.not_our_table", table=uri)
        return found

    def opened_or_made(self, table: Table) -> DeltaTable:
        """Open a table; create it first if there is none."""
        if (found := self.opened(table)) is not None:
            return found
        with self.trouble(WRITE):
            return DeltaTable.create(
                self._uri(table),
                lake_schema(table),
                mode="ignore",
                partition_by=["library"],
                name=table.name,
                description=table.comment,
                configuration=properties(table),
                storage_options=dict(self.place.options),
            )

    def changed(self, change: Callable[[], T]) -> T:
        """Make a change, which must open its table itself; try again if somebody else's was committed first."""
        for rest in reversed(range(TRIES)):
            try:
                with self.trouble(WRITE):
                    return change()
            except CommitFailedError as conflict:
                if rest == 0:
                    raise self._trouble(WRITE, conflict) from None
                time.sleep(random.uniform(0, LONGEST_PAUSE))
        raise AssertionError

    @contextmanager
    def trouble(self, what: str) -> Iterator[None]:
        """Raise errors as FilesTrouble with the key `what`; without the reason for WRITE, which may hold values."""
        try:
            yield
        except (BilletbroError, CommitFailedError):
            raise
        except Exception as error:
            raise self._trouble(what, error) from None

    def _trouble(self, what: str, error: Exception) -> FilesTrouble:
        kind = type(error).__name__
        if what != WRITE:
            kind += f": {self._without_secrets(str(error))}"
        return FilesTrouble(what, contents=Message("files.export"), place=self.place.name, kind=kind)

    def _without_secrets(self, text: str) -> str:
        for value in secrets_of(self.place.options):
            text = text.replace(value, "***")
        return QUERY.sub("", " ".join(COLOUR.sub("", text).split()))[:LONGEST_REASON]

    def files(self, *folders: str, below: bool = False) -> list[fs.FileInfo]:
        """List a folder of the place, with `below` recursively; nothing if there is no such folder."""
        if self._is_missing():
            return []
        chosen = fs.FileSelector("/".join(folders), allow_not_found=True, recursive=below)
        with self.trouble(LIST):
            found: list[fs.FileInfo] = self._file_system().get_file_info(chosen)
        return found

    def remove(self, paths: Iterable[str]) -> None:
        file_system = self._file_system()
        with self.trouble(WRITE):
            for path in paths:
                file_system.delete_file(path)

    def _file_system(self) -> fs.PyFileSystem:
        return fs.PyFileSystem(DeltaStorageHandler(self.place.uri, dict(self.place.options)))

    def _is_missing(self) -> bool:
        """Return whether the place is a folder that does not exist: reading must not create it."""
        address = urlsplit(self.place.uri)
        return address.scheme == "file" and not Path(unquote(address.path)).exists()

    def _uri(self, table: Table) -> str:
        return f"{self.place.uri}/{table.name}"


def of_library(table: Table, library: str) -> str:
    """Return the condition that the row `old` is the library's and has the key of the row `new`."""
    same = [
        f"(old.{column.name} IS NOT DISTINCT FROM new.{column.name})"
        if column.nullable
        else f"old.{column.name} = new.{column.name}"
        for column in natural_key(table)
        if column.name != "library"
    ]
    return " AND ".join([f"old.library = '{library}'", *same])
