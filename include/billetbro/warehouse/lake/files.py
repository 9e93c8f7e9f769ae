"""Where the Parquet files of the exports lie, and how one gets there: whole, or not at all.

    <root>/<table>/library=<id>/day=<YYYY-MM-DD>/<run>.parquet

`library` and `day` are in the path and not in the files, since BigQuery refuses a column that is in both.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, Self, TypeVar

from billetbro.errors import Retriable
from billetbro.models.message import Message

SUFFIX = ".parquet"
UNFINISHED = ".unfinished"
"""Ends the name of a file that is still being written, which also begins with _ so that readers pass it by."""
DAY = "day="
"""Begins the name of a folder that holds a day's files."""
NO_DAY = "none"
CHUNK = 1024 * 1024
T = TypeVar("T")


class FilesTrouble(Retriable):
    """The place of the files cannot be read or written; what is due to be written stays due."""

    code = "files_trouble"


class ChangedMeanwhile(FilesTrouble):
    """A file is not what was read of it: somebody else replaced or removed it since, and it was left alone."""

    code = "file_changed"


class StoragePath(Protocol):
    """What is needed of a path: `pathlib.Path` has it, and so has Airflow's `ObjectStoragePath`."""

    @property
    def name(self) -> str:
        """Return the last part of the path."""

    @property
    def parent(self) -> Self:
        """Return the folder that the path is in."""

    def __truediv__(self, part: str, /) -> Self:
        """Return a path within this one."""

    def with_name(self, name: str, /) -> Self:
        """Return the path beside this one."""

    def exists(self) -> bool:
        """Tell whether there is something at the path."""

    def iterdir(self) -> Iterator[Self]:
        """Yield the paths in the folder."""

    def rglob(self, pattern: str, /) -> Iterator[Self]:
        """Yield the paths below the folder whose names fit; none when there is no folder."""

    def mkdir(self, *, parents: bool, exist_ok: bool) -> None:
        """Make the folder."""

    def open(self, mode: Any, /) -> IO[Any]:
        """Open the file; `rb` and `wb` are used."""

    def replace(self, target: Any, /) -> Any:
        """Give the file another name, over the file that has it."""

    def unlink(self) -> None:
        """Remove the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStore:
    """A folder or a place in an object store; `name` is how the settings spell it.

    `appears_whole` says that the store shows a file only once it was written to its end, as object stores do; elsewhere
    a file is written under another name first. Whatever goes wrong with the store is FilesTrouble.
    `contents` ends the key of what the files are.
    """

    name: str
    root: StoragePath
    appears_whole: bool = False
    contents: str = "export"

    def put(self, file: Path, table: str, library: str, day: str, name: str) -> None:
        """Copy a local file to its place, over the one that is there."""
        target = self.root / table / f"library={library}" / f"{DAY}{day}" / name
        self._tried("error.files_not_written", lambda: self._put(file, target))

    def replace(self, stored: StoragePath, file: Path) -> None:
        """Put a local file in the place of one that is stored."""
        self._tried("error.files_not_written", lambda: self._put(file, stored))

    def replace_unchanged(self, stored: StoragePath, read: Path, file: Path) -> None:
        """Put a local file in the place of one that is still what was `read`; raises ChangedMeanwhile when it is not.

        The library's lock keeps others out; a task that lost it without noticing must not undo what the next one did.
        """
        self._see_that_it_is(stored, read)
        self.replace(stored, file)

    def remove_unchanged(self, stored: StoragePath, read: Path) -> None:
        """Remove a file that is still what was `read`; raises ChangedMeanwhile when it is not."""
        self._see_that_it_is(stored, read)
        self._tried("error.files_not_written", stored.unlink)

    def libraries(self, table: str) -> frozenset[str]:
        """Return the libraries that have files of a table."""
        folder = self.root / table
        names = self._tried(
            "error.files_not_listed", lambda: [one.name for one in folder.iterdir()] if folder.exists() else []
        )
        return frozenset(name.removeprefix("library=") for name in names if name.startswith("library="))

    def files(self, table: str, library: str) -> list[StoragePath]:
        """Return a library's files of a table, those of the earliest day first."""
        return [path for path in self._everything(table, library) if path.name.endswith(SUFFIX)]

    def remove_unfinished(self, table: str, library: str) -> None:
        """Remove what a broken write left; only under the library's lock, or a write is broken by it."""
        for path in self._everything(table, library):
            if path.name.endswith(UNFINISHED):
                self._tried("error.files_not_written", path.unlink)

    @contextmanager
    def fetched(self, stored: StoragePath) -> Iterator[Path]:
        """Give a local copy of a file, and remove it at the end."""
        with temporary_file() as local:
            self._tried("error.files_not_read", lambda: _copy(stored, local))
            yield local

    def _everything(self, table: str, library: str) -> list[StoragePath]:
        # Everything below at once: an object store lists a thousand names as quickly as one.
        folder = self.root / table / f"library={library}"
        return self._tried("error.files_not_listed", lambda: sorted(folder.rglob("*"), key=str))

    def _see_that_it_is(self, stored: StoragePath, read: Path) -> None:
        if not self._tried("error.files_not_read", lambda: stored.exists() and _are_equal(stored, read)):
            raise ChangedMeanwhile("error.file_changed", file=str(stored))

    def _put(self, file: Path, target: StoragePath) -> None:
        if self.appears_whole:
            _copy(file, target)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"_{target.name}.{uuid.uuid4().hex}{UNFINISHED}")
        try:
            _copy(file, unfinished)
            unfinished.replace(target)
        except BaseException:
            with suppress(Exception):
                unfinished.unlink()
            raise

    def _tried(self, what: str, work: Callable[[], T]) -> T:
        """Do the work, else raise FilesTrouble with the key `what`; stores put anything into the text of an error."""
        try:
            return work()
        except Exception as error:
            contents = Message(f"files.{self.contents}")
            raise FilesTrouble(what, contents=contents, place=self.name, kind=type(error).__name__) from error


def day_of(stored: StoragePath) -> str:
    """Return the day (ISO) of the folder that a file is in; what lies elsewhere has none, which is after all others."""
    folder = stored.parent.name
    return folder.removeprefix(DAY) if folder.startswith(DAY) else NO_DAY


@contextmanager
def temporary_file() -> Iterator[Path]:
    """Give a local path for a file, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="billetbro-files-") as folder:
        yield Path(folder) / "file"


def _copy(source: StoragePath, target: StoragePath) -> None:
    with source.open("rb") as reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, CHUNK)


def _are_equal(one: StoragePath, other: StoragePath) -> bool:
    with one.open("rb") as left, other.open("rb") as right:
        while chunk := left.read(CHUNK):
            if chunk != right.read(CHUNK):
                return False
        return not right.read(1)
