"""Second step: map each source event to its outcome and the desired ticket event."""

from collections import Counter

from billetbro.models import Mode
from billetbro.reconcile.mapping.event import map_event
from billetbro.steps.library_rules import fingerprint_of_rules, rules_of
from billetbro.steps.request import LibraryRun, NothingToDo
from billetbro.store.database import library_lock
from billetbro.store.links import forget_cleared
from billetbro.store.runs import note_progress, read_run
from billetbro.store.snapshots import read_unmapped, store_mapped


def transform(run: LibraryRun, sales_host: str) -> Counter[str]:
    """Map what is new in the latest snapshot, or new by the rules, and return the number of these events by outcome.

    `sales_host` is the Place2book connection's host: links to it are Place2book's. Raises NothingToDo when this run
    has no complete snapshot.
    """
    with library_lock(run.engine, run.id), run.engine.begin() as connection:
        if read_run(connection, run.run_id, run.id).extracted_at is None:
            raise NothingToDo(run.id)
        rules = rules_of(connection, run.library, sales_host)
        made_by = fingerprint_of_rules(rules)
        mapped = [map_event(event, rules, run.now) for event in read_unmapped(connection, run.id, made_by, run.now)]
        store_mapped(connection, run.id, mapped, made_by)
        if run.mode is not Mode.PLAN:
            forget_cleared(connection, run.id)
        note_progress(connection, run.run_id, run.id, "transform", transformed_at=run.now)
    return Counter(event.outcome.value for event in mapped)
