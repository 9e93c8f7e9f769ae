"""A year of purchases: what the first export costs, what an hour costs, and the same with dlt.

Everything is on this machine: a server of its own over loopback, a real PostgreSQL, and the steps of the DAG without
Airflow. Machines differ and are shared, so look at the ratios of one run and at the requests, not at the seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.apart import apart
from benchmarks.year import DAYS_BACK, Year
from benchmarks.year_dlt import ONLY_NEW, DltRound, DltStock, load_year
from benchmarks.year_export import Round, Stock, export_year
from benchmarks.year_server import serving
from demo.postgres import EmbeddedPostgres

MEMORY_LIMIT_MIB = 1024
HALF_A_YEAR = 122
"""Days back that half of the events begin in, since those of 60 days are to come."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a smaller year be chosen, to try it in a minute."""
    parser.add_argument("--purchases", type=int, default=200_000, help="of all libraries in the year, about")
    parser.add_argument("--libraries", type=int, default=98)
    parser.add_argument("--without-dlt", action="store_true", help="leave the comparison out")


def main(options: argparse.Namespace) -> None:
    """Measure the whole year, the later half of it, and dlt, one after another."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with EmbeddedPostgres() as postgres, tempfile.TemporaryDirectory(prefix="billetbro-bench-") as folder:

        def stock(name: str, days_back: int) -> list[Round]:
            year = Year(options.libraries, options.purchases, now)
            url, files = postgres.create_database(name), Path(folder) / name
            with serving(year) as server:
                made = Stock(name=name, database_url=url, server=server, year=year, days_back=days_back, files=files)
                return apart(export_year, made)

        whole = stock("whole", DAYS_BACK + 10)
        _print_rounds("the whole year", whole)
        half = stock("half", HALF_A_YEAR)
        _print_rounds("the later half of it", half)
        _print_judgement(whole, half)
        if not options.without_dlt:
            year = Year(options.libraries, options.purchases, now)
            with serving(year) as server:
                given = DltStock(database_url=postgres.create_database("dlt"), server=server, year=year)
                loaded = apart(load_year, given)
            _print_dlt(loaded, whole)


def _print_rounds(stock: str, rounds: Sequence[Round]) -> None:
    print(f"\n{stock}: seconds of reading how events stand, of the export, and of writing Parquet files")
    print(
        f"{'run':24}  {'reading':>8}  {'export':>8}  {'files':>8}  {'requests':>8}  {'events':>7}  {'bought':>7}  MiB"
    )
    for run in rounds:
        seconds = f"{run.reading:>8.2f}  {run.exporting:>8.2f}  {run.writing:>8.2f}"
        print(f"{run.name:24}  {seconds}  {run.requests:>8}  {run.events:>7}  {run.purchases:>7}  {run.peak_mib:.0f}")


def _print_judgement(whole: Sequence[Round], half: Sequence[Round]) -> None:
    peak = max(run.peak_mib for run in whole)
    kept = "below" if peak < MEMORY_LIMIT_MIB else "NOT BELOW"
    print(f"\npeak of memory: {peak:.0f} MiB, {kept} {MEMORY_LIMIT_MIB} MiB")
    print("export of the whole year beside the half, 1 being that what exists does not matter:")
    for one, other in zip(whole, half, strict=True):
        print(f"{one.name:24}  {one.exporting / other.exporting:>8.2f}")


def _print_dlt(loaded: Sequence[DltRound], ours: Sequence[Round]) -> None:
    ours_by_name = {run.name: run.reading + run.exporting for run in ours}
    print("\ndlt, the whole year: seconds, and how many times ours with reading and export")
    print(f"{'run':24}  {'seconds':>8}  {'of ours':>8}  {'requests':>8}  {'purchases':>9}  MiB")
    for run in loaded:
        beside = run.seconds / ours_by_name[run.name.removesuffix(ONLY_NEW)]
        numbers = f"{run.seconds:>8.2f}  {beside:>8.1f}  {run.requests:>8}  {run.purchases:>9}"
        print(f"{run.name:24}  {numbers}  {run.peak_mib:.0f}")
