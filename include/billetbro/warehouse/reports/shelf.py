"""The shelf that reports stand on: a folder or a place in an object store."""

from __future__ import annotations

from dataclasses import dataclass

from billetbro.warehouse.lake.files import FileStore, temporary_file


@dataclass(frozen=True, slots=True)
class StoreShelf:
    """Keeps reports where a FileStore names; a reader sees the report before or the new one, never half of it."""

    store: FileStore

    def put(self, path: tuple[str, ...], content: bytes) -> str:
        """Store a file in place of the one before it, and return where it is; raises FilesTrouble."""
        target = self.store.root
        for part in path:
            target = target / part
        with temporary_file() as file:
            file.write_bytes(content)
            self.store.replace(target, file)
        return str(target)
