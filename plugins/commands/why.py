"""`airflow billetbro why`."""

from __future__ import annotations

from argparse import Namespace


def run(args: Namespace) -> int:
    """Say that this is not built yet."""
    print(args)
    return 1
