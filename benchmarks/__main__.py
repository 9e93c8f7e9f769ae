"""`make bench`: what is measured, all of it or one by name."""

from __future__ import annotations

import argparse

from benchmarks import airflow, files, hour, pages, purchases

BENCHMARKS = {"hour": hour, "purchases": purchases, "files": files, "pages": pages, "airflow": airflow}
ONLY_BY_NAME = {"pages", "airflow"}


def main() -> None:
    """Run the benchmark that is named, with its options, or every one as it is meant but the longest."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    named = parser.add_subparsers(dest="name", metavar="{" + ",".join(BENCHMARKS) + "}")
    for name, benchmark in BENCHMARKS.items():
        about = (benchmark.__doc__ or "").split("\n\n")[0]
        benchmark.add_options(named.add_parser(name, help=about, description=benchmark.__doc__))
    chosen = parser.parse_args()
    for name in [chosen.name] if chosen.name else [name for name in BENCHMARKS if name not in ONLY_BY_NAME]:
        options = chosen if chosen.name else parser.parse_args([name])
        BENCHMARKS[name].main(options)


if __name__ == "__main__":
    main()
