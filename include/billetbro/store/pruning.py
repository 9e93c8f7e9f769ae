"""Remove old history, as far as nothing decides by it any more: a statement for each table, in batches.

| table | what goes | what stays |
|---|---|---|
| `links` | retired or deleted ones of events long over | of an event that stays; seccodes: clones are known by them |
| `ticket_events` | those without a link | what is still to come, or was read since |
| `source_events` | those without a link, absent for long | of an event that stays |
| `changes` | old ones | writes in doubt; of an event that stays, what is read of its past (below) |
| `rejections` | resolved long ago | open ones |
| `actions` | old ones; those for all libraries with the last row of their run | |
| `runs` | old ones; those without news sooner | named by a change or rejection; the three latest complete ones |

An event stays while the source lists it, or listed it since; while it has a write in doubt, an open rejection, or a
change or resolved rejection that is not old. Events of twins always stay: they are compared with one another.

Of an event that stays, the latest applied change of each kind stays, the latest that wrote a state, and each PATCH that
failed since. So what was settled stays settled (in_doubt.py), the latest PATCH stays the latest (changes.py,
write_back_attempts.py), and `why` knows why an event was removed (event/facts.py). No more than three complete runs are
counted back (twins.py, in_doubt.py).
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, TextClause, func, select, text
from sqlalchemy.dialects.postgresql import insert

from billetbro.store.changes import SEEN_WHEN_DONE, WRITTEN_BACK
from billetbro.store.schema.tables import links, pruned, runs, source_events

# The binds of a statement are some of those in prune_batch.
UNDECIDED = """(
    changes.status = 'applying'
    OR changes.status = 'planned' AND NOT EXISTS (
        SELECT FROM sync.runs
        WHERE runs.library = :library AND runs.run_id = changes.run_id AND runs.mode = 'plan'
    )
    OR changes.outcome_unknown AND changes.kind = ANY(:seen_when_done) AND NOT EXISTS (
        SELECT FROM sync.changes AS later
        WHERE later.library = changes.library AND later.uuid = changes.uuid AND later.id > changes.id
            AND later.status = 'applied' AND later.kind <> ALL(:written_back)
    )
)"""
AT_REST = f"""(
    NOT EXISTS (
        SELECT FROM sync.changes
        WHERE changes.library = event.library AND changes.uuid = event.uuid
            AND (changes.planned_at >= :before OR {UNDECIDED})
    )
    AND NOT EXISTS (
        SELECT FROM sync.rejections
        WHERE rejections.library = event.library AND rejections.uuid = event.uuid
            AND (rejections.resolved_at IS NULL OR rejections.resolved_at >= :before)
    )
)"""
OF_LINKS = f"""
    WITH gone AS (
        SELECT event.library, event.uuid, event.seccode, event.sales_location
        FROM sync.links AS event
        LEFT JOIN sync.source_events AS source USING (library, uuid)
        WHERE event.library = :library AND event.status <> 'live'
            AND coalesce(event.ends_at, event.starts_at, event.updated_at) < :before
            AND (source.uuid IS NULL OR NOT source.present AND source.last_seen_at < :before)
            AND NOT EXISTS (
                SELECT FROM sync.ticket_events AS stands
                WHERE stands.library = event.library AND stands.event_maker = event.event_maker
                    AND stands.event_id = event.event_id
                    AND (stands.payload ->> 'end_at')::timestamptz >= :before
            )
            AND {AT_REST}
        LIMIT :batch
    ), kept AS (
        INSERT INTO sync.former_links (library, seccode, sales_host)
        SELECT library, seccode, nullif(lower(substring(sales_location FROM '^[^:/]+://([^/?#]*)')), '')
        FROM gone WHERE seccode <> ''
        ON CONFLICT DO NOTHING
    )
    DELETE FROM sync.links USING gone WHERE links.library = gone.library AND links.uuid = gone.uuid
"""
OF_TICKET_EVENTS = """
    DELETE FROM sync.ticket_events WHERE ctid IN (
        SELECT stands.ctid FROM sync.ticket_events AS stands
        WHERE stands.library = :library AND stands.read_at < :before
            AND coalesce((stands.payload ->> 'end_at')::timestamptz, stands.read_at) < :before
            AND NOT EXISTS (
                SELECT FROM sync.links
                WHERE links.library = stands.library AND links.event_maker = stands.event_maker
                    AND links.event_id = stands.event_id
            )
        LIMIT :batch
    )
"""
OF_SOURCE_EVENTS = f"""
    DELETE FROM sync.source_events WHERE ctid IN (
        SELECT event.ctid FROM sync.source_events AS event
        WHERE event.library = :library AND NOT event.present AND event.last_seen_at < :before
            AND NOT EXISTS (SELECT FROM sync.links WHERE links.library = event.library AND links.uuid = event.uuid)
            AND {AT_REST}
        LIMIT :batch
    )
"""
# By id: what a later change settles goes no later than that one.
OF_CHANGES = f"""
    DELETE FROM sync.changes WHERE id IN (
        SELECT changes.id FROM sync.changes
        WHERE changes.library = :library AND changes.planned_at < :before AND changes.id < coalesce(
                (SELECT min(id) FROM sync.changes WHERE library = :library AND planned_at >= :before),
                9223372036854775807
            )
            AND NOT {UNDECIDED}
            AND (
                changes.status <> 'applied'
                    AND (changes.kind <> ALL(:written_back) OR changes.applying_at IS NULL)
                OR EXISTS (
                    SELECT FROM sync.changes AS later
                    WHERE later.library = changes.library AND later.uuid = changes.uuid AND later.id > changes.id
                        AND later.kind = changes.kind AND later.status = 'applied'
                        AND (NOT changes.fields @> '[{{"field": "state"}}]' OR later.fields @> '[{{"field": "state"}}]')
                )
                OR NOT EXISTS (
                    SELECT FROM sync.links WHERE links.library = :library AND links.uuid = changes.uuid
                )
                AND NOT EXISTS (
                    SELECT FROM sync.source_events AS source
                    WHERE source.library = :library AND source.uuid = changes.uuid
                )
            )
        ORDER BY changes.id
        LIMIT :batch
    )
"""
OF_REJECTIONS = """
    DELETE FROM sync.rejections WHERE id IN (
        SELECT id FROM sync.rejections WHERE library = :library AND resolved_at < :before LIMIT :batch
    )
"""
OF_ACTIONS = """
    DELETE FROM sync.actions WHERE id IN (
        SELECT id FROM sync.actions
        WHERE asked_at < :before AND (
            library = :library
            OR library IS NULL AND NOT EXISTS (SELECT FROM sync.runs WHERE runs.run_id = actions.run_id)
        )
        LIMIT :batch
    )
"""
OF_RUNS = """
    DELETE FROM sync.runs WHERE id IN (
        SELECT run.id FROM sync.runs AS run
        WHERE run.library = :library
            AND (
                run.started_at < :before
                OR run.started_at < :quiet_before
                    AND run.errors = '{}' AND run.removals_blocked IS NULL
                    AND coalesce(run.planned_rejections, '[]') IN ('[]', 'null')
                    AND coalesce((run.purchases ->> 'events_exported')::bigint, 0) = 0
            )
            AND greatest(run.started_at, run.extracted_at, run.observed_at, run.loaded_at) < (
                SELECT complete.started_at FROM sync.runs AS complete
                WHERE complete.library = :library AND complete.mode IN ('sync', 'resync')
                    AND complete.extracted_at IS NOT NULL AND complete.transformed_at IS NOT NULL
                    AND complete.observed_at IS NOT NULL AND complete.loaded_at IS NOT NULL
                ORDER BY complete.started_at DESC OFFSET 2 LIMIT 1
            )
            AND NOT EXISTS (
                SELECT FROM sync.changes WHERE changes.run_id = run.run_id AND changes.library = run.library
            )
            AND NOT EXISTS (
                SELECT FROM sync.rejections
                WHERE rejections.library = run.library AND rejections.last_run_id = run.run_id
            )
        LIMIT :batch
    )
"""
OF_EVENTS: Mapping[str, TextClause] = {
    "links": text(OF_LINKS),
    "ticket_events": text(OF_TICKET_EVENTS),
    "source_events": text(OF_SOURCE_EVENTS),
}
OF_HISTORY: Mapping[str, TextClause] = {
    "changes": text(OF_CHANGES),
    "rejections": text(OF_REJECTIONS),
    "runs": text(OF_RUNS),
    "actions": text(OF_ACTIONS),
}
"""In this order: what names a run goes before it, and what was asked for all libraries after its run."""


def stored_libraries(connection: Connection) -> frozenset[str]:
    """Return the libraries with rows of any kind."""
    found = (set(connection.scalars(select(table.c.library).distinct())) for table in (runs, links, source_events))
    return frozenset[str]().union(*found)


def prune_batch(
    connection: Connection, statement: TextClause, library: str, *, before: datetime, quiet_before: datetime, batch: int
) -> int:
    """Carry out one of the statements, and return how many rows it removed.

    Its many arguments are values of the statement.
    """
    values = {
        "library": library,
        "before": before,
        "quiet_before": quiet_before,
        "seen_when_done": [str(kind) for kind in SEEN_WHEN_DONE],
        "written_back": [str(kind) for kind in WRITTEN_BACK],
        "batch": batch,
    }
    used = {name: value for name, value in values.items() if name in statement.compile().params}
    return connection.execute(statement, used).rowcount


def note_pruned(connection: Connection, library: str, before: datetime) -> None:
    """Store how far back the library's history goes; it never grows again."""
    new = insert(pruned).values(library=library, before=before)
    later = {"before": func.greatest(pruned.c.before, new.excluded.before)}
    connection.execute(new.on_conflict_do_update(index_elements=["library"], set_=later))


def pruned_before(connection: Connection, library: str) -> datetime | None:
    """Return the moment before which the library's history was pruned; None if it never was."""
    return connection.scalar(select(pruned.c.before).where(pruned.c.library == library))
