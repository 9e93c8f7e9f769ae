"""`airflow billetbro plan`: read everything and show what a run would do, without writing to any API."""

import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine

from billetbro.errors import BilletbroError
from billetbro.messages.catalogue import Translator
from billetbro.messages.plan import plan_text
from billetbro.models import Mode
from billetbro.settings.libraries import Library, Settings, in_units, load_settings
from billetbro.steps.begin import begin
from billetbro.steps.report import make_report
from billetbro.steps.request import Batch, NothingToDo, RunRequest, for_each_library, utc_now
from billetbro_airflow.language import translator
from billetbro_airflow.tasks import steps
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors
from billetbro_airflow.tasks.limits import limits
from billetbro_airflow.tasks.steps import Job

Step = Callable[[Job], str]
STEPS: tuple[Step, ...] = (steps.extract, steps.transform, steps.load, steps.writeback)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePlan:
    """A plan in words; `failures`: the libraries that could not be planned; `not_found`: lines about unknown events."""

    text: str
    failures: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()


def run(args: Namespace) -> int:
    """Print the plan; exit code 1 when a library failed or an event was not found."""
    settings = load_settings()
    libraries = settings.select(args.libraries)
    wanted = Wanted(events=tuple(args.events), read_all_prices=args.read_all_prices)
    made = make_plan(settings, libraries, translator(args.language), wanted)
    print(made.text)
    return 1 if made.failures or made.not_found else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a plan is made of: these events (none: all), and with all prices read again."""

    events: tuple[str, ...] = ()
    read_all_prices: bool = False


def make_plan(
    settings: Settings,
    libraries: Sequence[Library],
    say: Translator,
    wanted: Wanted = Wanted(),
) -> MadePlan:
    """Run the steps in mode `plan` and return the plan of these libraries."""
    now = utc_now()
    request = RunRequest(
        run_id=f"cli__{now.isoformat()}",
        mode=Mode.PLAN,
        by_hand=True,
        events=frozenset(wanted.events),
        read_all_prices=wanted.read_all_prices,
    )
    engine = billetbro_engine()
    begin(engine, libraries, request, now)
    for step in STEPS:
        _carry_out(engine, request, step, settings, libraries)
    report = make_report(engine, request.run_id, say, list(wanted.events))
    lines = [plan_text(engine, request.run_id, say), "", *report.not_found, report.summary]
    return MadePlan(text="\n".join(lines), failures=report.failures, not_found=report.not_found)


def _carry_out(
    engine: Engine, request: RunRequest, step: Step, settings: Settings, libraries: Sequence[Library]
) -> None:
    """Run a step for each library; errors appear in the report, and the other libraries go on."""
    batch = Batch(step=step.__name__, units=in_units(libraries), limits=limits(None))

    def one(library: str) -> None:
        print(f"{step.__name__}: {library} ...", file=sys.stderr)
        try:
            with values_kept_out_of_errors():
                step(Job(engine=engine, settings=settings, library=settings.library(library), request=request))
        except (BilletbroError, NothingToDo):
            raise
        except Exception:
            traceback.print_exc()
            raise

    # Errors are stored for the report before they are raised.
    with suppress(Exception):
        for_each_library(engine, request, batch, one)
