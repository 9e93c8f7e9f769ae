"""The text of a run's plan: what the next run would do to each event, field by field, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, select

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import field_lines, shown_value
from billetbro.messages.rejected_lines import rejected_lines, warning_lines
from billetbro.models import FieldChange, Kind
from billetbro.reconcile.operations import operation_of
from billetbro.reconcile.reasons import reason_message, rejection_message
from billetbro.store.runs import RunRecord, read_runs
from billetbro.store.schema.tables import changes, source_events
from billetbro.store.snapshots import read_ticket_events

CREATED_WITHOUT = (None, "")


def plan_text(engine: Engine, run_id: str, say: Translator) -> str:
    """Return the plan of a run by library and event, in Danish time."""
    with engine.connect() as connection:
        runs = read_runs(connection, run_id)
        parts = ["\n".join(_library(connection, run, say.for_library(run.library))) for run in runs]
    return "\n\n".join(parts) or say("plan.none")


def _library(connection: Connection, run: RunRecord, say: Translator) -> list[str]:
    lines = [f"== {run.library} == {say('plan.heading')}"]
    if run.removals_blocked:
        lines.append(f"  ! {say.say(run.removals_blocked)}")
    lines += [f"  {line}" if line else "" for line in planned_lines(connection, run, say)]
    for told in (rejected_lines(say, planned_rejections(run, say)), warning_lines(connection, run.library, say)):
        lines += ["", *(f"  {line}" for line in told)] if told else []
    for step, error in run.errors.items():
        first, *more = say("report.error", step=step, error=error).splitlines()
        lines += [f"  {first}", *(f"    {line}" for line in more)]
    return lines


def planned_rejections(run: RunRecord, say: Translator) -> list[tuple[str, str]]:
    """Return the titles of the events that a run in mode `plan` would reject, with their sentences."""
    return sorted((str(noted["title"]), rejection_sentence(noted, say)) for noted in run.planned_rejections or ())


def rejection_sentence(noted: Mapping[Any, Any], say: Translator) -> str:
    """Return the sentence of a stored rejection."""
    values = {name: noted[name] for name in ("field", "found", "detail")}
    return say.say(rejection_message(noted["code"], **values))


def planned_lines(connection: Connection, run: RunRecord, say: Translator) -> list[str]:
    """Return a library's plan without its heading; nothing if the run did not get that far."""
    if run.observed_at is None:
        return []
    rows = _rows(connection, run)
    if not rows:
        return [say("plan.nothing"), say("plan.purchases")]
    prices = names_of_prices(connection, run.library)
    events = [list(of_event) for _, of_event in groupby(rows, key=lambda row: row["uuid"])]
    held = sum(row["status"] == "held_back" for row in rows)
    counted = {"changes": len(rows) - held, "events": len(events)}
    lines = [
        say("plan.totals", held=held, **{name: say(f"count.{name}", number=count) for name, count in counted.items()}),
        *(_counts(rows, say) if len(events) > 1 else []),
        say("plan.purchases"),
    ]
    for of_event in events:
        first = of_event[0]
        start = shown_value(say, "starts_at", first["starts_at"])
        lines += ["", f"{start:16}  {first['title'] or say('value.no_title')}"]
        for row in of_event:
            lines += _change(row, prices, say)
    return lines


def _counts(rows: Sequence[Mapping[Any, Any]], say: Translator) -> list[str]:
    found = Counter(Kind(row["kind"]) for row in rows if row["status"] == "planned")
    return [f"  {say(operation_of(kind).to_do_key)}: {found[kind]}" for kind in Kind if found[kind]]


def _rows(connection: Connection, run: RunRecord) -> Sequence[Mapping[Any, Any]]:
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


def _change(row: Mapping[Any, Any], prices: Mapping[str, str], say: Translator) -> list[str]:
    operation = operation_of(Kind(row["kind"]))
    fields = [FieldChange(field=field["field"], old=field["old"], new=field["new"]) for field in row["fields"]]
    if operation.makes_event:
        fields = [field for field in fields if field.new not in CREATED_WITHOUT]
    price = prices.get(str(row["price_id"]))
    done = say(operation.to_do_key) + (f" ”{price}”" if price else "")
    if row["status"] == "held_back":
        done = say("plan.held_back", change=done)
    lines = [done, f"  ({say.say(reason_message(row['why']))})"]
    lines += [f"  {line}" for field in fields for line in field_lines(say, operation.kind, field, prices)]
    return [f"  {line}" for line in lines]


def names_of_prices(connection: Connection, library: str) -> dict[str, str]:
    """Return the names of a library's prices in Place2book, by id."""
    events = read_ticket_events(connection, library).values()
    return {str(price.price_id): price.name for event in events for price in event.prices or ()}
