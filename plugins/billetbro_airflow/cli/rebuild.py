"""`airflow billetbro rebuild`: make the links again after Billetbro's tables were lost or restored.

Exit codes: 0 everything that was found is linked; 1 a library failed; 2 what was asked for makes no sense; 3 something
is left for a person to decide.
"""

import sys
from argparse import Namespace
from collections.abc import Mapping

from billetbro.errors import BilletbroError
from billetbro.messages.catalogue import Translator
from billetbro.messages.plan import plan_text
from billetbro.messages.rebuild import decided_line, findings_lines, found_lines
from billetbro.models import Mode
from billetbro.reconcile.rebuild.linking import Winner
from billetbro.settings.libraries import load_settings
from billetbro.steps.begin import begin
from billetbro.steps.rebuild import find_again, link_again
from billetbro.steps.request import NothingToDo, RunRequest, utc_now
from billetbro_airflow.cli.asking import zone_of
from billetbro_airflow.cli.running import CommandEnded
from billetbro_airflow.language import translator
from billetbro_airflow.tasks import steps
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors
from billetbro_airflow.tasks.personal_data import forget_again
from billetbro_airflow.tasks.steps import Job, place2book_of

LEFT_TO_DECIDE = 3
KEYS = {"s": Winner.SOURCE, "k": Winner.SOURCE, "p": Winner.PLACE2BOOK}
"""What a person types: source (kilde) or Place2book; anything else leaves the event as it is."""


def run(args: Namespace) -> int:
    """Rebuild each library's links, going on after a failure, and show the plan that follows."""
    say = translator(args.language)
    chosen = _chosen(args.choose, say)
    settings, engine, now = load_settings(), billetbro_engine(), utc_now()
    libraries = settings.select(args.libraries)
    run_id = f"rebuild__{now.isoformat()}"
    request = RunRequest(run_id=run_id, mode=Mode.PLAN, by_hand=True, events=frozenset(args.events))
    begin(engine, libraries, request, now)
    failed = left = False
    for library in libraries:
        job = Job(engine=engine, settings=settings, library=library, request=request)
        told = say.for_library(library.id)
        try:
            with values_kept_out_of_errors():
                left |= _rebuild(job, args, chosen, told)
        except (BilletbroError, NothingToDo) as error:
            failed = True
            message = error.message if isinstance(error, BilletbroError) else str(error)
            print(f"{library.id}: {told('cli.error', error=message)}", file=sys.stderr)
    if not args.dry_run:
        print("", plan_text(engine, run_id, say), sep="\n")
    return 1 if failed else LEFT_TO_DECIDE if left else 0


def _rebuild(job: Job, args: Namespace, chosen: Mapping[str, Winner], say: Translator) -> bool:
    """Rebuild one library; return whether something is left to decide."""
    if not args.dry_run:
        forget_again(job.library.id)
    for step in (steps.extract, steps.transform):
        step(job)
    zone = zone_of(job.library.id)
    with place2book_of(job.library) as client:
        findings = find_again(job.run(), client, twin=job.settings.twin(job.library))
    print(*findings_lines(say, job.library.id, findings, zone), sep="\n")
    to_decide = [one for one in findings.found if one.differences]
    if args.dry_run:
        return bool(to_decide) or findings.leaves_something
    overall = Winner(args.wins) if args.wins else None
    decided = {one.uuid: winner for one in to_decide if (winner := chosen.get(one.uuid, overall))}
    if overall is None and not args.yes and sys.stdin.isatty():
        for one in to_decide:
            if one.uuid not in decided:
                print("", *found_lines(say, one, zone), sep="\n")
                if winner := KEYS.get(input(f"{say('rebuild.ask')} ").strip().lower()[:1]):
                    decided[one.uuid] = winner
    stored, meanwhile = link_again(job.run(), findings.found, decided, utc_now())
    print("", *(decided_line(say, one, decided.get(one.uuid)) for one in to_decide), sep="\n")
    print(say("rebuild.linked", number=stored))
    if meanwhile:
        print(say("rebuild.meanwhile", number=meanwhile))
    for step in (steps.load, steps.writeback):
        step(job)
    undecided = len(decided) < len(to_decide)
    return bool(undecided or meanwhile) or findings.leaves_something


def _chosen(choices: list[str], say: Translator) -> dict[str, Winner]:
    """Return who wins by uuid from `UUID=source` and `UUID=place2book`; raises CommandEnded for anything else."""
    chosen = {}
    for choice in choices:
        uuid, _, winner = choice.rpartition("=")
        if not uuid or winner not in list(Winner):
            raise CommandEnded(say("rebuild.bad_choice", choice=choice), code=2)
        chosen[uuid] = Winner(winner)
    return chosen
