"""What tests of the lake read back, as somebody else's warehouse would."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from deltalake import DeltaTable
from sqlalchemy import Engine

from billetbro.warehouse.lake.delta_lake import DeltaLake
from billetbro.warehouse.lake.lake import LakePlace
from billetbro.warehouse.lake.schema import EXPORTED, key_names
from tests.integration.warehouse.examples import LIBRARY, MONDAY, TABLES, Till, contents, export

EVERY_TABLE = {"events": 1, "prices": 2, "purchases": 2, "tickets": 3, "additional_sales": 1}
"""The rows of the examples' export, but for the answers, whose names have to be listed."""


def lake_in(root: Path) -> DeltaLake:
    """Return the lake in a folder, whose name is the folder's."""
    return DeltaLake(LakePlace(name=str(root), uri=root.as_uri()))


def write(engine: Engine, root: Path, now: datetime = MONDAY, library: str = LIBRARY) -> Mapping[str, int]:
    """Write the lake as the step does, and return the rows by table."""
    return lake_in(root).write(engine, library, now).rows


def export_to(root: Path, engine: Engine, till: Till, now: datetime = MONDAY, **given: Any) -> None:
    """Export as the hourly run does, and write the lake."""
    export(engine, till, now, **given)
    write(engine, root, now)


def stored_bytes(root: Path) -> dict[str, bytes]:
    """Return what each file under the folder holds, whatever its name."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def parquet_files(root: Path, table: str = "purchases", library: str = LIBRARY) -> list[Path]:
    """Return the library's Parquet files of a table, those of earlier versions too."""
    return sorted((root / table / f"library={library}").rglob("*.parquet"))


def rows(root: Path, table: str) -> list[dict[str, Any]]:
    """Read the latest version of a table in order of its key; none where there is no such table."""
    if not (root / table).exists():
        return []
    found: list[dict[str, Any]] = DeltaTable(root / table).to_pyarrow_table().to_pylist()
    (key,) = (key_names(one) for one in EXPORTED if one.name == table)
    return sorted(found, key=lambda row: [str(row[name]) for name in key])


def everything_in(root: Path) -> str:
    """Return every byte of every file under the folder as text, what is compressed in Parquet files too."""
    return "\n".join(_texts(root))


def _texts(root: Path) -> Iterator[str]:
    for path in root.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode(errors="ignore")
            if path.suffix == ".parquet":
                yield str(pq.ParquetFile(path).read().to_pylist())


def warehouse(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return the tables that have rows, as the lake would show them."""
    return {table.name: found for table in TABLES if (found := contents(engine, table))}
