"""The plan of a run in words: what the next run would do to each event, field by field, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, select

from billetbro.messages.changes import explained
from billetbro.messages.errors import error_lines
from billetbro.messages.explanations import Explanation, explain_noted
from billetbro.messages.field_lines import both, field_lines, shown_value
from billetbro.messages.pluralize import pluralize
from billetbro.messages.rejections import rejected_lines, warning_lines
from billetbro.messages.source_words import SourceWords, WordsOf
from billetbro.models import FieldChange, Kind
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.reasons import reason_in_words
from billetbro.store.runs import RunRecord, read_runs
from billetbro.store.schema.tables import changes, source_events
from billetbro.store.snapshots import read_ticket_events

HELD_BACK = Explanation("HOLDES TILBAGE", "HELD BACK")
NOTHING_CHANGED = "PLAN: intet er ændret / nothing was changed"
PURCHASES = (
    "Køb er ikke en del af en plan; de hentes af den rigtige kørsel. / "
    "Purchases are no part of a plan; the run itself reads them."
)
NOTHING = "Intet at gøre: alt er, som det skal være. / Nothing to do: everything is as it should be."
CREATED_WITHOUT = (None, "")


def plan_text(engine: Engine, run_id: str, words_of: WordsOf) -> str:
    """Return the plan of a run, library by library, event by event; times are Danish."""
    with engine.connect() as connection:
        parts = ["\n".join(_library(connection, run, words_of(run.library))) for run in read_runs(connection, run_id)]
    return "\n\n".join(parts) or "Ingen plan / no plan."


def _library(connection: Connection, run: RunRecord, words: SourceWords) -> list[str]:
    lines = [f"== {run.library} == {NOTHING_CHANGED}"]
    if run.removals_blocked:
        lines.append(f"  ! {run.removals_blocked}")
    lines += [f"  {line}" if line else "" for line in planned_lines(connection, run, words)]
    for told in (rejected_lines(planned_rejections(run, words)), warning_lines(connection, run.library, words)):
        lines += ["", *(f"  {line}" for line in told)] if told else []
    for step, message in run.errors.items():
        first, *more = error_lines(message)
        lines += [f"  FEJL / ERROR ({step}): {first}", *(f"    {line}" for line in more)]
    return lines


def planned_rejections(run: RunRecord, words: SourceWords) -> list[tuple[str, Explanation]]:
    """Return what a run in mode `plan` would reject, each event's title with what staff are told."""
    told = [(str(noted["title"]), explain_noted(noted, words)) for noted in run.planned_rejections or ()]
    return sorted(told, key=lambda one: (one[0], one[1].da))


def planned_lines(connection: Connection, run: RunRecord, words: SourceWords) -> list[str]:
    """Return what a library's plan says, without its heading: nothing when it did not come so far."""
    if run.observed_at is None:
        return []
    rows = _rows(connection, run)
    if not rows:
        return [NOTHING, PURCHASES]
    prices = names_of_prices(connection, run.library)
    events = [list(of_event) for _, of_event in groupby(rows, key=lambda row: row["uuid"])]
    held = sum(row["status"] == "held_back" for row in rows)
    lines = [
        both(_totals(len(rows) - held, held, len(events))),
        *(_counts(rows, words) if len(events) > 1 else []),
        PURCHASES,
    ]
    for of_event in events:
        first = of_event[0]
        lines += [
            "",
            f"{shown_value('starts_at', first['starts_at']):16}  {first['title'] or '(uden titel / no title)'}",
        ]
        for row in of_event:
            lines += _change(row, prices, words)
    return lines


def _totals(planned: int, held: int, events: int) -> Explanation:
    return Explanation(
        f"{pluralize(planned, 'ændring', 'ændringer')} planlagt, {held} holdt tilbage, "
        f"{pluralize(events, 'arrangement', 'arrangementer')}",
        f"{pluralize(planned, 'change', 'changes')} planned, {held} held back, {pluralize(events, 'event', 'events')}",
    )


def _counts(rows: Sequence[Mapping[Any, Any]], words: SourceWords) -> list[str]:
    """Return how much of each sort is planned, in the order in which a run would do it."""
    found = Counter(Kind(row["kind"]) for row in rows if row["status"] == "planned")
    return [
        f"  {both(words.said(explained(operation_of(kind).to_do_key)))}: {found[kind]}" for kind in Kind if found[kind]
    ]


def _rows(connection: Connection, run: RunRecord) -> Sequence[Mapping[Any, Any]]:
    """Return the plan's changes, each event's together, in order of start."""
    start = source_events.c.mapped["starts_at"].as_string().label("starts_at")
    of_event = (source_events.c.library == changes.c.library) & (source_events.c.uuid == changes.c.uuid)
    query = (
        select(changes, start)
        .outerjoin(source_events, of_event)
        .where(changes.c.run_id == run.run_id, changes.c.library == run.library)
        .where(changes.c.status.in_(("planned", "held_back")))
        .order_by(start, changes.c.title, changes.c.uuid, changes.c.status.desc(), changes.c.id)
    )
    return connection.execute(query).mappings().all()


def _change(row: Mapping[Any, Any], prices: Mapping[str, str], words: SourceWords) -> list[str]:
    """Return one change: what is done and why, then each field."""
    kind, why = Kind(row["kind"]), reason_in_words(row["why"], words)
    to_do = both(words.said(explained(operation_of(kind).to_do_key)))
    fields = [FieldChange(field=field["field"], old=field["old"], new=field["new"]) for field in row["fields"]]
    if operation_of(kind).makes_event:
        fields = [field for field in fields if field.new not in CREATED_WITHOUT]
    price = prices.get(str(row["price_id"]))
    of_price = f" ”{price}”" if price else ""
    if row["status"] == "held_back":
        lines = [f"{both(HELD_BACK)}: {to_do}{of_price}", f"  ({why.da})", f"  ({why.en})"]
    else:
        lines = [f"{to_do}{of_price}", f"  ({both(why)})"]
    lines += [f"  {line}" for field in fields for line in field_lines(kind, field, prices, words)]
    return [f"  {line}" for line in lines]


def names_of_prices(connection: Connection, library: str) -> dict[str, str]:
    """Return what each of a library's prices is called in Place2book, by its id."""
    events = read_ticket_events(connection, library).values()
    return {str(price.price_id): price.name for event in events for price in event.prices or ()}
