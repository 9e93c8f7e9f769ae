"""A year of purchases: what the first export costs, what an hour costs, and the same with dlt.

Everything is on this machine: a server of its own over loopback, a real PostgreSQL, and the steps of the DAG without
Airflow. Machines differ and are shared, so look at the ratios of one run and at the requests, not at the seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.apart import apart
from benchmarks.year import Year
from benchmarks.year_dlt import ONLY_NEW, DltRound, DltStock, load_year
from benchmarks.year_export import Round, Stock, export_first, export_hourly, forget_before
from benchmarks.year_server import serving
from demo.postgres import EmbeddedPostgres

MEMORY_LIMIT_MIB = 1024
HALF_A_YEAR = 122
"""Days back that half of the events begin in, since those of 60 days are to come."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the whole country's year be chosen, which takes the better part of an hour."""
    parser.add_argument(
        "--purchases", type=int, default=4_000, help="of all libraries in the year, about; the country has 200000"
    )
    parser.add_argument("--libraries", type=int, default=4, help="the country has 98")
    parser.add_argument("--without-dlt", action="store_true", help="leave the comparison out")


def main(options: argparse.Namespace) -> None:
    """Measure the first export of the year, hours with all of it and with half of it in stock, and dlt."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    def fresh() -> Year:
        return Year(options.libraries, options.purchases, now)

    with EmbeddedPostgres() as postgres, tempfile.TemporaryDirectory(prefix="billetbro-bench-") as folder:

        def run(work: Callable[[Stock], list[Round]], url: str) -> list[Round]:
            year = fresh()
            with serving(year) as server:
                return apart(work, Stock(database_url=url, server=server, year=year, files=Path(folder)))

        whole = postgres.create_database("whole")
        first = run(export_first, whole)
        _print_rounds("the whole year", first)
        half = postgres.create_database("half", template="whole")
        forget_before(half, now - timedelta(days=HALF_A_YEAR))
        hours = run(export_hourly, whole)
        _print_rounds("an hour, with the whole year in stock", hours)
        hours_of_half = run(export_hourly, half)
        _print_rounds("an hour, with the later half of it in stock", hours_of_half)
        _print_judgement([*first, *hours], hours, hours_of_half)
        if not options.without_dlt:
            year = fresh()
            with serving(year) as server:
                given = DltStock(database_url=postgres.create_database("dlt"), server=server, year=year)
                _print_dlt(apart(load_year, given), [*first, *hours])


def _print_rounds(stock: str, rounds: Sequence[Round]) -> None:
    print(f"\n{stock}: seconds of reading how events stand, of the export, and of writing Parquet files")
    print(
        f"{'run':24}  {'reading':>8}  {'export':>8}  {'files':>8}  {'requests':>8}  {'events':>7}  {'bought':>7}  MiB"
    )
    for run in rounds:
        seconds = f"{run.reading:>8.2f}  {run.exporting:>8.2f}  {run.writing:>8.2f}"
        print(
            f"{run.name:24}  {seconds}  {run.requests:>8}  {run.events:>7}  {run.purchases:>7}  {run.peak_mib:.0f}",
            flush=True,
        )


def _print_judgement(ours: Sequence[Round], whole: Sequence[Round], half: Sequence[Round]) -> None:
    peak = max(run.peak_mib for run in ours)
    kept = "below" if peak < MEMORY_LIMIT_MIB else "NOT BELOW"
    print(f"\npeak of memory: {peak:.0f} MiB, {kept} {MEMORY_LIMIT_MIB} MiB")
    print("an hour with the whole year beside the half: reading is the same work in both, so export should be as much")
    print(f"{'run':24}  {'export':>8}  {'reading':>8}")
    for one, other in zip(whole, half, strict=True):
        print(f"{one.name:24}  {one.exporting / other.exporting:>8.2f}  {one.reading / other.reading:>8.2f}")
    print("an hour's export beside the first")
    for one in whole:
        print(f"{one.name:24}  {one.exporting / ours[0].exporting:>8.2%}", flush=True)


def _print_dlt(loaded: Sequence[DltRound], ours: Sequence[Round]) -> None:
    ours_by_name = {run.name: run.reading + run.exporting for run in ours}
    print("\ndlt, the whole year: seconds, and how many times ours with reading and export")
    print(f"{'run':24}  {'seconds':>8}  {'of ours':>8}  {'requests':>8}  {'purchases':>9}  MiB")
    for run in loaded:
        beside = run.seconds / ours_by_name[run.name.removesuffix(ONLY_NEW)]
        numbers = f"{run.seconds:>8.2f}  {beside:>8.1f}  {run.requests:>8}  {run.purchases:>9}"
        print(f"{run.name:24}  {numbers}  {run.peak_mib:.0f}", flush=True)
