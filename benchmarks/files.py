"""A library's lake after more than a year: what an hour, a night and a `forget` cost. Look at the ratios of one run."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]

from benchmarks.apart import peak_mib
from billetbro.store.schema.warehouse_tables import answers, purchases
from billetbro.warehouse.lake.delta_lake import DeltaLake
from billetbro.warehouse.lake.lake import LakePlace
from billetbro.warehouse.lake.schema import lake_schema
from billetbro.warehouse.privacy.personal_columns import PERSONAL
from billetbro.warehouse.privacy.pseudonymise import Row, pseudonym
from billetbro.warehouse.privacy.redact_stored import blank_files

LIBRARY = "herlev"
KEPT_DAYS = 365
LONGEST_BEFORE = 90
"""Days at most that something is bought before its event; the rows reach back so far before what is kept."""
HOURS = 24
KEY = b"a key made up for the benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one thing cost, how many rows or files it concerned, and what was stored and in memory afterwards."""

    name: str
    seconds: float
    concerned: int
    stored: int
    peak_mib: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let another library be chosen."""
    parser.add_argument("--purchases", type=int, default=10_000, help="of the library in a year, about")


def main(options: argparse.Namespace) -> None:
    """Measure in a folder, and print a line for each thing."""
    with tempfile.TemporaryDirectory(prefix="billetbro-bench-") as folder:
        print(f"{'':32}  {'seconds':>8}  {'concerned':>9}  {'bytes':>10}  {'peak MiB':>8}")
        for one in measure(Path(folder), options.purchases, date(2026, 3, 2)):
            print(f"{one.name:32}  {one.seconds:>8.2f}  {one.concerned:>9}  {one.stored:>10}  {one.peak_mib:>8.0f}")


def measure(root: Path, purchases_a_year: int, today: date) -> Iterator[Measured]:
    """Write a year and a day of hours, look for people, empty the night's purchases, and tidy up."""
    files = DeltaLake(LakePlace(name="benchmark", uri=root.as_uri()))
    bought = list(_year(purchases_a_year, today))
    past = {int(str(row["purchase_id"])) for row, ends in bought if (today - ends).days == KEPT_DAYS + 1}
    rows = [row for row, _ in bought]

    def measured(name: str, work: Callable[[], int]) -> Measured:
        began = time.perf_counter()
        concerned = work()
        seconds = time.perf_counter() - began
        stored = sum(path.stat().st_size for path in root.rglob("*.parquet"))
        return Measured(name=name, seconds=seconds, concerned=concerned, stored=stored, peak_mib=peak_mib())

    yield measured("write the year", lambda: _write(files, rows))
    yield measured(f"write {HOURS} hours", lambda: sum(_write(files, _hour(rows, hour)) for hour in range(HOURS)))
    yield measured("read every buyer", lambda: _read(files, None))
    yield measured("read the night's purchases", lambda: _read(files, past))
    email = rows[len(rows) // 2]["email"]
    yield measured(
        "look for an e-mail",
        lambda: sum(row["email"] == email for row in files.rows(LIBRARY, "purchases", ("purchase_id", "email"))),
    )
    yield measured("empty the night's purchases", lambda: sum(blank_files(files, LIBRARY, past).values()))
    yield measured("the same once more", lambda: sum(blank_files(files, LIBRARY, past).values()))
    yield measured("merge files", lambda: files.compact(LIBRARY))
    yield measured("remove earlier versions", lambda: files.remove_earlier_versions(LIBRARY))


def _read(files: DeltaLake, purchase_ids: Collection[int] | None) -> int:
    return sum(1 for table, names in PERSONAL.items() for _ in files.rows(LIBRARY, table, names, purchase_ids))


def _write(files: DeltaLake, rows: list[Row]) -> int:
    answered = [
        {name: row[name] for name in ("library", "purchase_id", "changed_at")}
        | {"name": "Hørt om os", "position": 1, "value": row["email"] and "Plakat"}
        for row in rows
        if int(str(row["purchase_id"])) % 2
    ]
    for table, found in ((purchases, rows), (answers, answered)):
        if found:
            files.merge(table, LIBRARY, pa.Table.from_pylist(found, lake_schema(table)))
    return len(rows)


def _hour(rows: list[Row], hour: int) -> list[Row]:
    """Return what an hour brings: two new purchases, and a change of an earlier one."""
    last = len(rows) + 2 * hour
    changed_at = datetime(2026, 3, 2, hour, tzinfo=UTC)
    new = [_purchase(last + number, changed_at, emptied=False) for number in (1, 2)]
    return [*new, rows[-1 - hour * 20] | {"changed_at": changed_at}]


def _year(purchases_a_year: int, today: date) -> Iterator[tuple[Row, date]]:
    """Make up purchases until today, each with the day of its event; what is past retention is empty already."""
    chance, days = random.Random(1), KEPT_DAYS + LONGEST_BEFORE
    for number in range(1, purchases_a_year * days // 365 + 1):
        day = today - timedelta(days=days - number * days * 365 // (purchases_a_year * days + 365))
        ends = day + timedelta(days=chance.randrange(LONGEST_BEFORE))
        changed_at = datetime(day.year, day.month, day.day, number % 24, tzinfo=UTC)
        yield _purchase(number, changed_at, emptied=(today - ends).days > KEPT_DAYS + 1), ends


def _purchase(number: int, changed_at: datetime, *, emptied: bool) -> Row:
    told = {name: None if emptied else pseudonym(KEY, f"{name}{number}") for name in PERSONAL["purchases"]}
    return {
        "library": LIBRARY,
        "purchase_id": number,
        "event_id": number % 500,
        "transaction_type": "completed",
        "total_ore": 12500,
        "changed_at": changed_at,
        **told,
    }
