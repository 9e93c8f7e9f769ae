"""A library's Parquet files after more than a year: what a night and a `forget` read, before and after days are merged.

The files lie in a folder that answers as slowly as an object store does, and counts what it is asked for. Look at the
ratios of one run and at the requests.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PosixPath
from threading import Lock
from typing import IO, Any, ClassVar

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlalchemy import Table

from billetbro.store.schema.warehouse_tables import answers, purchases
from billetbro.warehouse.lake.files import FileStore
from billetbro.warehouse.lake.personal_files import Bought
from billetbro.warehouse.lake.rewrite import RewritableFiles
from billetbro.warehouse.lake.schema import file_schema
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.policy import Row, pseudonym
from billetbro.warehouse.privacy.redact import blank_files

LIBRARY = "herlev"
KEPT_DAYS = 365
LONGEST_BEFORE = 90
"""Days at most that something is bought before its event; the files reach back so far before what is kept."""
CHANGED_LATER = 0.05
KEY = b"a key made up for the benchmark"


class FarFolder(PosixPath):
    """A folder whose every answer takes a while, and is counted."""

    latency: ClassVar[float] = 0.0
    requests: ClassVar[int] = 0
    counting: ClassVar[Lock] = Lock()

    def open(self, *args: Any, **kwargs: Any) -> IO[Any]:  # type: ignore[override]
        """Open the file, after a while."""
        _wait()
        opened: IO[Any] = super().open(*args, **kwargs)
        return opened

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the file, after a while."""
        _wait()
        super().unlink(missing_ok)

    def exists(self) -> bool:
        """Look for the file, after a while."""
        _wait()
        return super().exists()

    def rglob(self, pattern: str) -> Iterator[FarFolder]:  # type: ignore[override]
        """List the files, after a while."""
        _wait()
        yield from super().rglob(pattern)


def _wait() -> None:
    with FarFolder.counting:
        FarFolder.requests += 1
    time.sleep(FarFolder.latency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one thing cost, and how many rows or files it concerned."""

    name: str
    seconds: float
    requests: int
    concerned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What a night and a `forget` look for: purchases that became past retention, and a buyer's e-mail."""

    today: date
    past: Bought
    email: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let another library or store be chosen."""
    parser.add_argument("--purchases", type=int, default=10_000, help="of the library in a year, about")
    parser.add_argument("--latency", type=float, default=20.0, help="of each request, in milliseconds")


def main(options: argparse.Namespace) -> None:
    """Measure on hourly files, merge them, and measure again."""
    with tempfile.TemporaryDirectory(prefix="billetbro-bench-") as folder:
        night = write_year(Path(folder), options.purchases, date(2026, 3, 2))
        FarFolder.latency = options.latency / 1000
        print(f"{'':34}  {'seconds':>8}  {'requests':>8}  {'concerned':>9}")
        for one in measure(FarFolder(folder), night):
            print(f"{one.name:34}  {one.seconds:>8.2f}  {one.requests:>8}  {one.concerned:>9}", flush=True)


def measure(root: FarFolder, night: Night) -> Iterator[Measured]:
    """Read and rewrite hourly files, merge them, and do the same again."""
    files = RewritableFiles(FileStore(name="benchmark", root=root, appears_whole=True))
    yield from _read(files, night, "hours")
    yield _measured("merge the year", lambda: sum(files.merge_days(LIBRARY, night.today)))
    yield _measured("merge without news", lambda: sum(files.merge_days(LIBRARY, night.today)))
    yield from _read(files, night, "days")
    yield _measured("days: the night's purchases", lambda: sum(blank_files(files, LIBRARY, night.past).values()))
    yield _measured("days: the same once more", lambda: sum(blank_files(files, LIBRARY, night.past).values()))


def _read(files: RewritableFiles, night: Night, stored: str) -> Iterator[Measured]:
    def sought(row: Row) -> bool:
        return row["email"] == night.email

    def everything() -> int:
        return sum(1 for table, names in PERSONAL.items() for _ in files.rows(LIBRARY, table, names))

    def of_the_night() -> int:
        return sum(1 for table, names in PERSONAL.items() for _ in files.rows(LIBRARY, table, names, night.past))

    yield _measured(f"{stored}: read every buyer", everything)
    yield _measured(f"{stored}: read the night's purchases", of_the_night)
    columns = ("purchase_id", "email")
    yield _measured(
        f"{stored}: look for an e-mail", lambda: sum(map(sought, files.rows(LIBRARY, "purchases", columns)))
    )


def _measured(name: str, work: Callable[[], int]) -> Measured:
    FarFolder.requests, began = 0, time.perf_counter()
    concerned = work()
    return Measured(name=name, seconds=time.perf_counter() - began, requests=FarFolder.requests, concerned=concerned)


def write_year(
    root: Path, purchases_a_year: int, today: date, kept_days: int = KEPT_DAYS, before: int = LONGEST_BEFORE
) -> Night:
    """Write what hourly runs wrote until today; what is past retention was emptied, but for the last day's."""
    chance, rows, day = random.Random(1), _Rows(), today - timedelta(days=kept_days + before)
    past: dict[int, date] = {}
    number = 0
    while day < today:
        for hour in range(24):
            bought: list[Row] = []
            for _ in range(chance.choices((0, 1, 2, 5), weights=(55, 25, 12, 8))[0] if purchases_a_year else 0):
                if chance.random() < purchases_a_year / 24 / 365 / 0.89:
                    number += 1
                    ends = day + timedelta(days=chance.randrange(before))
                    if (today - ends).days == kept_days + 1:
                        past[number] = day
                    bought.append(rows.purchase(number, day, hour, emptied=(today - ends).days > kept_days + 1))
            if number and chance.random() < CHANGED_LATER:
                bought.append(rows.purchase(chance.randint(max(1, number - 500), number), day, hour, emptied=False))
            rows.write(root, bought, day, hour)
        day += timedelta(days=1)
    return Night(
        today=today,
        past=Bought(frozenset(past), min(past.values()) - timedelta(days=2)),
        email=rows.email(number // 2),
    )


class _Rows:
    """Makes up rows, and writes them as an hour's files."""

    def email(self, number: int) -> str:
        return pseudonym(KEY, f"buyer{number}@example.com")

    def purchase(self, number: int, day: date, hour: int, *, emptied: bool) -> Row:
        told = {name: None if emptied else pseudonym(KEY, f"{name}{number}") for name in PERSONAL["purchases"]}
        return {
            "purchase_id": number,
            "event_id": number % 500,
            "transaction_type": "completed",
            "total_ore": 12500,
            **told,
            "email": None if emptied else self.email(number),
            "changed_at": datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
        }

    def write(self, root: Path, bought: list[Row], day: date, hour: int) -> None:
        answered = [
            {
                "purchase_id": row["purchase_id"],
                "name": "Hørt om os",
                "position": 1,
                "value": row["email"] and "Plakat",
                "changed_at": row["changed_at"],
            }
            for row in bought
            if int(str(row["purchase_id"])) % 2
        ]
        self._file(root, purchases, bought, day, hour)
        self._file(root, answers, answered, day, hour)

    def _file(self, root: Path, table: Table, rows: list[Row], day: date, hour: int) -> None:
        if rows:
            folder = root / table.name / f"library={LIBRARY}" / f"day={day}"
            folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows, file_schema(table)), folder / f"run-{hour:06d}.parquet")
