"""`airflow billetbro adopt`: a Place2book event that looks like a source event is the same; the next run links it.

Exit codes: 0 stored; 1 nothing looks like the event, or several do and none was chosen.
"""

from argparse import Namespace

from billetbro.models import LookalikeChoice
from billetbro_airflow.cli.lookalikes import say_of


def run(args: Namespace) -> int:
    """Store that the event is the same."""
    return say_of(args, LookalikeChoice.ADOPT)
