"""What tests of the Parquet files read back, as somebody else's warehouse would."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from sqlalchemy import Engine

from billetbro.warehouse.lake.files import FileStore, StoragePath
from billetbro.warehouse.lake.write import write_files
from tests.integration.warehouse.examples import LIBRARY, MONDAY, TABLES, contents

PARTITIONS = ds.partitioning(pa.schema([("library", pa.string()), ("day", pa.string())]), flavor="hive")
EVERY_TABLE = {"events": 1, "prices": 2, "purchases": 2, "tickets": 3, "additional_sales": 1}
"""The rows of the examples' export, but for the answers, whose names have to be listed."""


def a_store(root: StoragePath, *, appears_whole: bool = False) -> FileStore:
    """Return a store whose name is its root's."""
    return FileStore(name=str(root), root=root, appears_whole=appears_whole)


def write(engine: Engine, store: FileStore, run_id: str = "run-1", now: datetime = MONDAY) -> Mapping[str, int]:
    """Write files as the step does, and return the rows by table."""
    return write_files(engine, store, LIBRARY, run_id, now).rows


def paths(root: Path) -> list[str]:
    """Return every file under the folder, whatever its name."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def stored_bytes(root: Path) -> dict[str, bytes]:
    """Return what each file under the folder holds."""
    return {name: (root / name).read_bytes() for name in paths(root)}


def rows(root: Path, table: str) -> list[dict[str, Any]]:
    """Read a table's files as one partitioned data set."""
    found: list[dict[str, Any]] = (
        ds.dataset(root / table, format="parquet", partitioning=PARTITIONS).to_table().to_pylist()
    )
    return found


def rows_of_file(file: Path) -> list[dict[str, Any]]:
    """Read one file."""
    found: list[dict[str, Any]] = pq.ParquetFile(file).read().to_pylist()
    return found


def warehouse(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return the tables that have rows, as the files would show them."""
    return {table.name: found for table in TABLES if (found := contents(engine, table))}
