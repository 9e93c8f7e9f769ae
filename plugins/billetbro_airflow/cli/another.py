"""`airflow billetbro another`: what looks like a source event in Place2book is another event; it gets one of its own.

Exit codes: 0 stored; 1 nothing looks like the event.
"""

from argparse import Namespace

from billetbro.models import LookalikeChoice
from billetbro_airflow.cli.lookalikes import say_of


def run(args: Namespace) -> int:
    """Store that everything that looks like the event, or the one that is named, is another one."""
    return say_of(args, LookalikeChoice.ANOTHER)
