"""Everything that stands in Place2book, the sources and our tables, in a form in which two courses can be compared.

Place2book's ids are replaced by what they belong to: two courses may create in another order. What is only a record of
our own runs (when a row was read, what a run was called) is left out, and so is the history of changes: that a change
failed at first is to be seen there.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from tests.chaos.world import ChaosWorld

SYNC = {
    "source_events": "row_hash mapped_from first_seen_at last_seen_at",
    "ticket_events": "payload row_hash read_at last_turn_at next_turn_at sale",
    "links": "counted_run created_at updated_at",
    "rejections": "id first_run_id last_run_id first_seen_at last_seen_at tried_at fingerprint",
    "former_links": "",
    "orphans": "first_seen_at",
    "logins": "salt fingerprint seen_at",
    "validators": "",
}
"""The tables, and which columns of them are records of our own runs."""
SEEN = "first_seen_at last_seen_at changed_at"
WAREHOUSE = {
    "events": f"{SEEN} exported_at",
    "prices": SEEN,
    "purchases": SEEN,
    "tickets": SEEN,
    "additional_sales": SEEN,
    "answers": f"id {SEEN}",
    "data_quality": f"id {SEEN}",
    "event_sales": SEEN,
    "daily_sales": SEEN,
    "libraries": "",
}
NOTED = {
    # What we wrote into the source's link fields. Without that, the source itself is asked; it decides nothing else.
    "echo": {"cleared_url", "url", "admin_url"},
    # When the site saved the event, which each of our own write-backs moves; and which fields were empty when it was
    # read, before or after what we wrote.
    "payload": {"updated_at", "empty"},
    "mapped": {"empty"},
}
"""Parts of columns that are records of our own runs, too."""
_NAME = re.compile(r"\b(7\d{6}|[a-z0-9]{10})\b")
"""What can be an id or a code of Place2book."""
Row = dict[str, Any]
State = dict[str, list[Row]]


def state_of(world: ChaosWorld) -> State:
    """Return all that stands everywhere, as rows by place."""
    labels = _labels(world)
    places = {**_place2book(world), **_sources(world), **_tables(world)}
    return {place: [_readable(row, labels) for row in rows] for place, rows in places.items()}


def differences(expected: State, found: State) -> list[str]:
    """Return what is missing (-), what is there without being expected (+), and what is otherwise, by place."""
    lines = []
    for place in expected:
        missing, extra = _without(expected[place], found[place]), _without(found[place], expected[place])
        for row in missing:
            other = next((one for one in extra if _same_thing(row, one)), None)
            if other is None:
                lines.append(f"- {place}: {row}")
            else:
                extra.remove(other)
                lines += [f"! {place} {row.get('title') or row.get('name')}: {line}" for line in _unlike(row, other)]
        lines += [f"+ {place}: {row}" for row in extra]
    return lines


def _same_thing(row: Row, other: Row) -> bool:
    return any(name in row and row[name] == other.get(name) for name in ("uuid", "id", "event_id", "purchase_id"))


def _unlike(row: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(row, dict) and isinstance(other, dict):
        return [
            line
            for name in sorted(row.keys() | other.keys())
            for line in _unlike(row.get(name), other.get(name), f"{path}.{name}")
        ]
    return [] if row == other else [f"{path[1:]}: {row!r} expected, {other!r} found"]


def faults_of(world: ChaosWorld, sold_before: set[str]) -> list[str]:
    """Return what may never be: a change left `applying`, two events for one, something sold that is gone."""
    query = "SELECT kind, title FROM sync.changes WHERE status IN ('applying', 'planned')"
    found = [f"left {row['kind']} of {row['title']}" for row in world.rows(query)]
    events = world.sandbox.place2book.events
    names = [(event.event_maker, event.fields.name, event.fields.begin_at) for event in events]
    found += [f"twice: {name}" for name in {name for name in names if names.count(name) > 1}]
    prices = [(event.id, price.fields.name) for event in events for price in event.prices.values()]
    found += [f"price twice: {price}" for price in {price for price in prices if prices.count(price) > 1}]
    return found + [f"sold and gone: {code}" for code in sold_before - {event.seccode for event in events}]


def sold_now(world: ChaosWorld) -> set[str]:
    """Return the codes of the events for which tickets are sold."""
    return {event.seccode for event in world.sandbox.place2book.events if event.sold()}


def _without(rows: list[Row], others: list[Row]) -> list[Row]:
    left = list(others)
    return [row for row in rows if row not in left or left.remove(row) is not None]


def _place2book(world: ChaosWorld) -> dict[str, list[Any]]:
    return {
        "Place2book": [
            {
                "id": event.id,
                "seccode": event.seccode,
                "maker": event.event_maker,
                "state": [event.state, event.paused, event.waiting_list],
                **event.fields.as_json(),
                "prices": {price.id: price.fields.as_json() for price in event.prices.values()},
                "purchases": [purchase.as_json() for purchase in event.purchases],
            }
            for event in world.sandbox.place2book.events
        ]
    }


def _sources(world: ChaosWorld) -> dict[str, list[Any]]:
    shown: dict[str, list[Any]] = {}
    for name, site in world.sandbox.cms.items():
        shown[f"cms:{name}"] = [{**site.as_json(event), "updated_at": None} for event in site.events]
    for name, venue in world.sandbox.yesplan.items():
        shown[f"yesplan:{name}"] = [asdict(event) for event in venue.events]
    return shown


def _tables(world: ChaosWorld) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    with world.engine.connect() as connection:
        for schema, tables in (("sync", SYNC), ("warehouse", WAREHOUSE)):
            for table, ours in tables.items():
                # What is resolved is history.
                only = " WHERE resolved_at IS NULL" if table in ("rejections", "data_quality") else ""
                rows = connection.execute(text(f"SELECT * FROM {schema}.{table}{only}")).mappings()
                found[f"{schema}.{table}"] = [_told(dict(row), ours.split()) for row in rows]
    return found


def _told(row: dict[str, Any], ours: list[str]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in ours}
    if "absences" in told:
        # Two in a row are enough, and of what was deleted they say nothing.
        told["absences"] = None if row["status"] == "deleted" else min(row["absences"], 2)
    for column in told.keys() & NOTED.keys():
        if isinstance(told[column], dict):
            told[column] = {name: value for name, value in told[column].items() if name not in NOTED[column]}
    return told


def _labels(world: ChaosWorld) -> dict[str, str]:
    """Return what each id and code of Place2book belongs to."""
    labels: dict[str, str] = {}
    for event in world.sandbox.place2book.events:
        name = f"<{event.event_maker} {event.fields.name} {event.fields.begin_at:%m-%dT%H:%M}>"
        labels[str(event.id)], labels[event.seccode] = name, f"code of {name}"
        for price in event.prices.values():
            labels[str(price.id)] = f"price {price.fields.name} {price.fields.value} of {name}"
    for row in world.rows("SELECT uuid, event_id, seccode, status, prices FROM sync.links"):
        if row["status"] != "live":
            name = f"<{row['uuid']}>"
            labels.setdefault(str(row["event_id"]), name)
            labels.setdefault(row["seccode"], f"code of {name}")
            for key, price in row["prices"].items():
                labels.setdefault(str(price["price_id"]), f"price {key} of {name}")
    return labels


def _readable(value: Any, labels: dict[str, str]) -> Any:
    match value:
        case dict():
            return {_readable(name, labels): _readable(one, labels) for name, one in value.items()}
        case list() | tuple():
            return [_readable(one, labels) for one in value]
        case bool() | None | float():
            return value
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case int():
            return labels.get(str(value), value)
    return _NAME.sub(lambda found: labels.get(found[0], found[0]), str(value))
