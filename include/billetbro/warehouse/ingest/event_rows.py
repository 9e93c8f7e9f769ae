"""Store events with their purchases, in the caller's transaction: a data frame for each table.

Import it only when there is something to store: pandas takes long to import.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Table, select, text
from sqlalchemy.dialects.postgresql import insert

from billetbro.models import CurrentPrice
from billetbro.store.schema.warehouse_tables import additional_sales, answers, events, prices, purchases, tickets
from billetbro.warehouse.frames import TRUTH, WHOLE, frame_of, ints, types_of
from billetbro.warehouse.ingest.add_up import add_up, earliest_day
from billetbro.warehouse.ingest.quality import note_problems
from billetbro.warehouse.ingest.reading import Chunk, ExportEvent, Scope
from billetbro.warehouse.ingest.several_events import settle
from billetbro.warehouse.ingest.tombstones import mark_gone, mark_prices_gone
from billetbro.warehouse.ingest.upsert import Upserted, insert_new, upsert
from billetbro.warehouse.privacy.erasure_log import forgotten_purchases
from billetbro.warehouse.privacy.pseudonymise import Privacy, Row

COMPLETED, CANCELLED = "completed", "cancel"
MARKS = ("library", "first_seen_at", "last_seen_at", "changed_at", "exported_at", "removed_at", "released_at")
OURS = {"id", "cancelled_at", "moved_at", "income_ore", *MARKS}
"""Columns that do not come from Place2book."""
LISTED = {
    table: {name: type_ for name, type_ in types_of(table).items() if name not in OURS}
    for table in (events, prices, purchases, tickets, additional_sales, answers)
}
"""Each table's columns from Place2book or the link, and their types."""
OF_A_PURCHASE = {tickets: {"completed": TRUTH}, additional_sales: {"completed": TRUTH}}
"""Extra columns: whether the row's purchase is completed."""

ELSEWHERE = text("""
SELECT t.ticket_id, t.purchase_id, t.event_id,
       t.released_at IS NULL AND p.transaction_type = 'completed' AND p.moved_at IS NULL AS sold
FROM unnest(CAST(:tickets AS bigint[]), CAST(:at AS bigint[])) AS listed(ticket_id, event_id)
JOIN warehouse.tickets t ON t.library = :library AND t.ticket_id = listed.ticket_id AND t.event_id <> listed.event_id
JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
""")
ELSEWHERE_TYPES = {"ticket_id": WHOLE, "purchase_id": WHOLE, "event_id": WHOLE, "sold": TRUTH}
NOWHERE = frame_of((), ELSEWHERE_TYPES)
NOTHING = {table: frame_of((), types | OF_A_PURCHASE.get(table, {})) for table, types in LISTED.items()}
"""An empty frame for each table: in most hours little is listed, and the work on a frame is the same for no rows."""
KNOWN = text(
    "SELECT "
    + " OR ".join(
        f"EXISTS (SELECT FROM warehouse.{table} WHERE library = :library AND {key} = ANY(CAST(:{table} AS bigint[])))"
        for table, key in {
            "events": "event_id",
            "prices": "price_id",
            "purchases": "purchase_id",
            "tickets": "ticket_id",
            "additional_sales": "additional_sale_id",
            "answers": "purchase_id",
        }.items()
    )
)

Frames = dict[Table, pd.DataFrame]
Mark = str | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes the rows of some events; `new`: nothing of them is stored, so that there is nothing to compare with."""

    connection: Connection
    scope: Scope
    new: bool

    @property
    def stamp(self) -> dict[str, Mark]:
        """Return the values that every row written now has."""
        now = self.scope.now
        return {"library": self.scope.library, "first_seen_at": now, "last_seen_at": now, "changed_at": now}

    def write(self, table: Table, rows: pd.DataFrame, **marks: Mark) -> Upserted:
        if rows.empty:
            return Upserted()
        return (insert_new if self.new else upsert)(self.connection, table, rows.assign(**marks, **self.stamp))


def store_events(connection: Connection, scope: Scope, chunk: Chunk, privacy: Privacy) -> Counter[str]:
    """Bring the events' rows up to date with what was read; what is gone is marked, not deleted.

    Forgotten purchases are looked up now, after the reading: somebody may have been forgotten meanwhile. Returns row
    counts by the fields of ExportSummary.
    """
    forgotten = forgotten_purchases(connection, scope.library, chunk.purchase_ids)
    listed = _frames(chunk, privacy, forgotten, scope)
    writer = _Writer(connection=connection, scope=scope, new=_are_new(connection, scope, chunk, listed))
    before = None if writer.new else earliest_day(connection, scope)
    writer.write(events, listed[events], exported_at=scope.now, removed_at=None)
    writer.write(prices, listed[prices], removed_at=None)
    told = [one.event.event_id for one in chunk.readings if one.event.current.prices is not None]
    mark_prices_gone(connection, scope, told)
    counts, came = (Counter[str](), NOWHERE) if listed[purchases].empty else _store_purchases(writer, listed, told)
    came_from = ints(came["event_id"])
    if not writer.new:
        counts["tickets_released"] = mark_gone(connection, scope, chunk.incomplete)
        settle(connection, scope, zip(ints(came["purchase_id"]), came_from, strict=True), chunk.unread)
    add_up(connection, scope, came_from, before)
    note_problems(connection, scope, chunk.unreadable)
    return counts


def _store_purchases(writer: _Writer, listed: Frames, told: Collection[int]) -> tuple[Counter[str], pd.DataFrame]:
    """Store the purchases with what belongs to them; return counts, and the purchases that tickets came from."""
    connection, scope, new = writer.connection, writer.scope, writer.new
    elsewhere = NOWHERE if new else _stored_elsewhere(connection, scope.library, listed[tickets])
    sold, extras = (_sold_here(listed[table], listed[tickets], elsewhere) for table in (tickets, additional_sales))
    bought = listed[purchases].drop_duplicates(["event_id", "purchase_id"], keep="last")
    cancelled = bought["transaction_type"] == CANCELLED
    now_cancelled = cancelled.sum() if new else _newly_cancelled(connection, scope, bought[cancelled])
    bought = bought.assign(cancelled_at=pd.Series(scope.now, index=bought.index).where(cancelled), moved_at=None)
    if new:
        bought["income_ore"] = bought["total_ore"].where(bought["transaction_type"] == COMPLETED, 0)
    _store_mentioned_prices(connection, sold, listed[prices], told, writer.stamp)
    stored = writer.write(purchases, bought)
    for table, rows in ((tickets, sold), (additional_sales, extras)):
        writer.write(table, rows.drop(columns=["completed"]), released_at=None)
    writer.write(answers, listed[answers])
    counts = Counter(purchases_new=stored.new, purchases_changed=stored.changed, purchases_cancelled=int(now_cancelled))
    came = elsewhere[elsewhere["ticket_id"].isin(sold["ticket_id"])].drop_duplicates(["purchase_id", "event_id"])
    return counts, came


def _frames(chunk: Chunk, privacy: Privacy, forgotten: frozenset[int], scope: Scope) -> Frames:
    """Flatten what was read into a frame for each table, personal data as the policy allows."""
    rows: dict[Table, list[Row]] = {table: [] for table in LISTED}
    for reading in chunk.readings:
        event = reading.event
        rows[events].append(_event_row(event, scope.now))
        rows[prices] += [_price_row(price, event) for price in event.current.prices or ()]
        for one in reading.protected(privacy, forgotten, scope.now):
            of_it: Row = {"event_id": event.event_id, "completed": one.purchase["transaction_type"] == COMPLETED}
            rows[purchases].append(one.purchase | of_it)
            rows[tickets] += [ticket | of_it for ticket in one.tickets]
            rows[additional_sales] += [sale | of_it for sale in one.additional_sales]
            rows[answers] += one.answers
    return {
        table: frame_of(rows[table], types | OF_A_PURCHASE.get(table, {})) if rows[table] else NOTHING[table]
        for table, types in LISTED.items()
    }


def _event_row(event: ExportEvent, now: datetime) -> Row:
    return {
        "event_id": event.event_id,
        "event_maker": event.event_maker,
        "source_uuid": event.uuid,
        "title": event.title,
        "branch": event.branch,
        "category": event.category,
        "begin_at": event.begin_at,
        "end_at": event.end_at,
        "capacity": event.current.capacity,
        "available_tickets": event.current.available_tickets,
        "waiting_list": event.current.waiting_list,
        "ended": event.has_ended(now),
    }


def _price_row(price: CurrentPrice, event: ExportEvent) -> Row:
    return {
        "price_id": price.price_id,
        "event_id": event.event_id,
        "name": price.name,
        "value_ore": price.value_ore,
        "sold_tickets": price.sold_tickets,
    }


def _are_new(connection: Connection, scope: Scope, chunk: Chunk, listed: Frames) -> bool:
    """Return whether no row of these events is stored, under whatever event: then there is nothing to compare with."""
    bought = sorted(chunk.purchase_ids)
    ids = {"events": list(scope.event_ids), "purchases": bought, "answers": bought}
    ids |= {
        table.name: ints(listed[table][f"{table.name.removesuffix('s')}_id"])
        for table in (prices, tickets, additional_sales)
    }
    return not connection.scalar(KNOWN, {"library": scope.library, **ids})


def _stored_elsewhere(connection: Connection, library: str, listed: pd.DataFrame) -> pd.DataFrame:
    """Return the tickets that are listed for one event now and stored at another, and whether they are sold there."""
    values = {"library": library, "tickets": ints(listed["ticket_id"]), "at": ints(listed["event_id"])}
    return frame_of((row._asdict() for row in connection.execute(ELSEWHERE, values)), ELSEWHERE_TYPES)


def _sold_here(rows: pd.DataFrame, listed: pd.DataFrame, elsewhere: pd.DataFrame) -> pd.DataFrame:
    """Return the tickets or additional sales that belong to these events.

    A ticket that was cancelled and sold again under its id belongs to the completed purchase, whatever the order and
    event in which the two are listed.
    """
    here, there = listed.loc[listed["completed"], "ticket_id"], elsewhere.loc[elsewhere["sold"], "ticket_id"]
    return rows[rows["completed"] | ~(rows["ticket_id"].isin(here) | rows["ticket_id"].isin(there))]


def _store_mentioned_prices(
    connection: Connection, sold: pd.DataFrame, listed: pd.DataFrame, told: Collection[int], stamp: Mapping[str, object]
) -> None:
    """Add prices that tickets mention and no event lists; `told` are the events that do list their prices."""
    mentioned = sold.loc[sold["price_id"].notna() & ~sold["price_id"].isin(listed["price_id"])]
    mentioned, now = mentioned.drop_duplicates("price_id"), stamp["changed_at"]
    missing = [
        {**stamp, "price_id": price_id, "event_id": event_id, "removed_at": now if event_id in told else None}
        for price_id, event_id in zip(ints(mentioned["price_id"]), ints(mentioned["event_id"]), strict=True)
    ]
    if missing:
        connection.execute(insert(prices).on_conflict_do_nothing(), missing)


def _newly_cancelled(connection: Connection, scope: Scope, cancelled: pd.DataFrame) -> int:
    noted = select(purchases.c.event_id, purchases.c.purchase_id).where(
        purchases.c.library == scope.library,
        purchases.c.event_id.in_(scope.event_ids),
        purchases.c.cancelled_at.is_not(None),
    )
    known = {(row.event_id, row.purchase_id) for row in connection.execute(noted)}
    return len(set(zip(ints(cancelled["event_id"]), ints(cancelled["purchase_id"]), strict=True)) - known)
