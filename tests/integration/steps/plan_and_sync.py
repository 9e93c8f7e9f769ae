"""What a plan says and what the run after it does, made comparable, and what a plan must leave as it was."""

from collections.abc import Mapping
from typing import Any

from billetbro.store.rejections import OF_APPLYING
from tests.integration.steps.harness import Happened, World

Cause = tuple[str, str, str | None, str | None]

TOUCHED_BY_PLANS = {"runs", "changes", "source_events", "ticket_events", "logins", "warehouse.libraries"}
ADDRESSES = ("url", "admin_url")
MOMENT_OF_THE_RUN = {"end_sale": "sale_close_at", "end_price_sale": "sale_end_at"}
ROWS = (
    "SELECT kind, uuid, title, event_maker, event_id, price_id, fields FROM sync.changes "
    "WHERE run_id = :run AND status <> 'held_back' ORDER BY uuid, id"
)
TABLES = (
    "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables "
    "WHERE table_schema IN ('sync', 'warehouse') AND table_type = 'BASE TABLE' ORDER BY name"
)


def as_planned(world: World, happened: Happened) -> list[dict[str, Any]]:
    """Return a run's changes but for their times, and for what only Place2book can hand out.

    That is ids of new events and prices, and a new event's addresses.
    """
    rows = world.rows(ROWS, run=happened.run_id)
    new = {row["uuid"] for row in rows if row["kind"] == "create"}
    for row in rows:
        moment = MOMENT_OF_THE_RUN.get(row["kind"])
        row["fields"] = [
            {**field, "new": None}
            if field["field"] == moment or (row["uuid"] in new and field["field"] in ADDRESSES)
            else field
            for field in row["fields"]
        ]
        if row["uuid"] in new:
            row["event_id"] = None
        if row["kind"] == "create_price":
            row["price_id"] = None
    return rows


def left_alone(world: World) -> dict[str, list[str]]:
    """Return every table that a plan must leave as it is, whole."""
    names = [row["name"] for row in world.rows(TABLES)]
    return {
        name: sorted(str(row) for row in world.rows(f"SELECT * FROM {name}"))
        for name in names
        if name.removeprefix("sync.") not in TOUCHED_BY_PLANS
    }


def foretold_rejections(world: World, plan: Happened) -> set[Cause]:
    """Return what a plan says would be rejected: (title, code, field, found)."""
    return {cause_of(noted) for noted in world.record(plan).planned_rejections or ()}


def rejections_of_planning(world: World) -> set[Cause]:
    """Return the open rejections that were met when planning: (title, code, field, found)."""
    rows = world.rows("SELECT * FROM sync.rejections WHERE resolved_at IS NULL")
    return {cause_of(row) for row in rows if row["code"] not in OF_APPLYING}


def cause_of(noted: Mapping[str, Any]) -> Cause:
    return noted["title"], noted["code"], noted["field"], noted["found"]
