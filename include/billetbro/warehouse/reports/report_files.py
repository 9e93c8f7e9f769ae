"""The shelf that reports stand on: a folder or a place in an object store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Protocol, Self

from billetbro.models.message import Message
from billetbro.warehouse.lake.lake import FilesTrouble


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

    def mkdir(self, *, parents: bool, exist_ok: bool) -> None:
        """Make the folder."""

    def iterdir(self) -> Iterator[Self]:
        """Return what is in the folder."""

    def open(self, mode: Any, /) -> IO[Any]:
        """Open the file; `rb` and `wb` are used."""

    def replace(self, target: Any, /) -> Any:
        """Give the file another name, over the file that has it."""

    def unlink(self) -> None:
        """Remove the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreShelf:
    """Keeps reports in a place; `name` is how the settings spell it.

    A reader sees the report before or the new one, never half of it: `appears_whole` says that the store shows a file
    only once it was written to its end, as object stores do; elsewhere it is written under another name first.
    """

    name: str
    root: StoragePath
    appears_whole: bool = False

    def put(self, path: tuple[str, ...], content: bytes) -> str:
        """Store a file in place of the one before it, and return where it is; raises FilesTrouble."""
        target = self.root
        for part in path:
            target = target / part
        try:
            self._write(target, content)
        except Exception as error:
            contents, kind = Message("files.report"), type(error).__name__
            raise FilesTrouble("error.files_not_written", contents=contents, place=self.name, kind=kind) from error
        return str(target)

    def _write(self, target: StoragePath, content: bytes) -> None:
        if self.appears_whole:
            _put(target, content)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"_{target.name}.{uuid.uuid4().hex}.unfinished")
        try:
            _put(unfinished, content)
            unfinished.replace(target)
        except BaseException:
            with suppress(Exception):
                unfinished.unlink()
            raise


def _put(target: StoragePath, content: bytes) -> None:
    with target.open("wb") as file:
        file.write(content)
