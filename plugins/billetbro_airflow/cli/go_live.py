"""`airflow billetbro go-live`: let libraries write to the APIs, after a look at what the next run would do.

Exit codes: 0 they are live; 1 a library's plan failed, which stays as it is; 2 none was named; 3 the answer was no.
"""

import getpass
import sys
from argparse import Namespace
from collections.abc import Sequence

from billetbro.settings.libraries import Library, Settings, load_settings
from billetbro.steps.request import utc_now
from billetbro.store.live_libraries import go_live
from billetbro_airflow.cli.plan import make_plan
from billetbro_airflow.cli.running import CommandEnded
from billetbro_airflow.language import translator
from billetbro_airflow.tasks.databases import billetbro_engine
from billetbro_airflow.tasks.personal_data import forget_again

ANSWERED_NO = 3
YES = ("y", "j")


def run(args: Namespace) -> int:
    """Show the plan, ask, and store that the libraries are live; a library that cannot be planned is left out."""
    say, settings = translator(args.language), load_settings()
    libraries = chosen(settings, args)
    plan = make_plan(settings, libraries, say)
    print(plan.text)
    ready = [library.id for library in libraries if library.id not in plan.failures]
    for library in plan.failures:
        print(say("live.refused", library=library), file=sys.stderr)
    if not ready:
        return 1
    names = ", ".join(ready)
    if not args.yes and not _agreed(say("live.ask", libraries=names)):
        print(say("live.stays", libraries=names))
        return ANSWERED_NO
    for library in ready:
        forget_again(library)
    with billetbro_engine().begin() as connection:
        go_live(connection, ready, getpass.getuser(), utc_now())
    print(say("live.is_live", libraries=names))
    return 1 if plan.failures else 0


def chosen(settings: Settings, args: Namespace) -> Sequence[Library]:
    """Return the libraries that were named; raises CommandEnded unless some were, or all with `--all`."""
    if bool(args.library) == args.all:
        raise CommandEnded(translator(args.language)("live.which"), code=2)
    return settings.select(args.library)


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        print(question, file=sys.stderr)
        return False
    return input(f"{question} ").strip().lower()[:1] in YES
