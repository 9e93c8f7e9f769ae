"""Ask the warehouse what some libraries sold in a period; each query reads what exports have added up.

Sales belong to the day of purchase. Events belong to the day on which they begin; one that Place2book no longer has
counts if tickets are sold for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Row, text

from billetbro.store.schema.sales_tables import BOOKED_BEFORE
from billetbro.warehouse.sales.period import Period
from billetbro.warehouse.sales.rows import DaySales, EventSales, Extremes, Held, Kind, LibrarySales, Sold

MOST = 10
"""How many events of each list stand out."""
SOLD = text("""
SELECT library, day, sum(purchases)::bigint AS purchases, sum(tickets_sold)::bigint AS tickets,
       sum(income_ore)::bigint AS income_ore, sum(additional_sales_ore)::bigint AS additional_sales_ore
FROM warehouse.daily_sales
WHERE library = ANY(:libraries) AND day BETWEEN :first AND :last
GROUP BY GROUPING SETS ((library), (day))
""")
EVENTS = """
    SELECT e.library, e.event_id, e.source_uuid AS uuid, e.title, e.branch, e.category, e.begin_at, e.capacity,
           s.tickets_sold AS tickets, s.income_ore, s.booked, coalesce(e.waiting_list, false) AS waiting_list,
           s.tickets_sold / nullif(e.capacity, 0)::double precision AS share,
           CASE WHEN e.ended AND s.arrived > 0 THEN s.arrived END AS arrived
    FROM warehouse.events e
    JOIN warehouse.event_sales s ON s.library = e.library AND s.event_id = e.event_id
    WHERE e.library = ANY(:libraries) AND e.begin_at >= :begins_at AND e.begin_at < :ends_at
      AND (e.removed_at IS NULL OR s.tickets_sold > 0)
"""
FULL = ", ".join(
    f"count(*) FILTER (WHERE share >= {low} AND share < {high})"
    for low, high in ((-1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1), (1, "'Infinity'"))
)
SCANNED = """
       count(arrived) AS scanned_events, coalesce(sum(arrived), 0)::bigint AS arrived,
       coalesce(sum(tickets) FILTER (WHERE arrived IS NOT NULL), 0)::bigint AS scanned
"""
BOOKED = ", ".join(f"coalesce(sum(booked[{place}]), 0)" for place in range(1, len(BOOKED_BEFORE) + 1))
HELD = text(f"""
SELECT library, count(*) AS events, {SCANNED},
       coalesce(sum(capacity) FILTER (WHERE capacity > 0), 0)::bigint AS seats,
       coalesce(sum(tickets) FILTER (WHERE capacity > 0), 0)::bigint AS seats_sold, ARRAY[{FULL}] AS full
FROM ({EVENTS}) AS held
GROUP BY library
""")
KINDS = text(f"""
SELECT income_ore = 0 AS free, waiting_list, coalesce(sum(tickets), 0)::bigint AS tickets, {SCANNED},
       ARRAY[{BOOKED}]::bigint[] AS booked
FROM ({EVENTS}) AS held
GROUP BY 1, 2
ORDER BY 1, 2
""")
LISTS = {
    "best": ("capacity > 0 AND tickets > 0", "share DESC, tickets DESC"),
    "worst": ("capacity > 0", "share, tickets"),
    "unlimited": ("capacity IS NULL AND tickets > 0", "tickets DESC"),
    "no_shows": ("tickets > arrived", "tickets - arrived DESC"),
}
"""The lists of events that stand out: which events, and in which order."""
COLUMNS = (
    "library, event_id, uuid, title, branch, category, begin_at, capacity, tickets, income_ore, arrived, waiting_list"
)
STAND_OUT = text(
    "WITH held AS MATERIALIZED ("
    f"SELECT library, event_id, begin_at, capacity, tickets, share, arrived FROM ({EVENTS}) e"
    "), chosen AS ("
    + " UNION ALL ".join(
        f"SELECT '{name}' AS list, row_number() OVER () AS place, first.library, first.event_id FROM ("
        f"SELECT library, event_id FROM held WHERE {which} ORDER BY {order}, begin_at, library, event_id LIMIT {MOST}"
        ") AS first"
        for name, (which, order) in LISTS.items()
    )
    + f") SELECT list, {COLUMNS} FROM chosen JOIN ({EVENTS}) e USING (library, event_id) ORDER BY list, place"
)
EVERY = text(f"SELECT {COLUMNS} FROM ({EVENTS}) AS every ORDER BY begin_at, library, event_id")


def read_sold(
    connection: Connection, libraries: Sequence[str], period: Period
) -> tuple[tuple[DaySales, ...], Mapping[str, Sold]]:
    """Return what was bought on each day of the period, and from each library that sold anything."""
    rows = connection.execute(SOLD, {"libraries": list(libraries), "first": period.first, "last": period.last}).all()
    of_days: dict[date, Sold] = {row.day: _sold(row) for row in rows if row.day is not None}
    days = tuple(DaySales(day=day, sold=of_days.get(day, Sold())) for day in period.days)
    return days, {row.library: _sold(row) for row in rows if row.library is not None}


def read_libraries(
    connection: Connection, libraries: Sequence[str], period: Period, sold: Mapping[str, Sold], now: datetime
) -> tuple[LibrarySales, ...]:
    """Return each library's sales and events held, in the order of `libraries`."""
    rows = connection.execute(HELD, _held(libraries, period, now))
    held = {
        row.library: Held(
            events=row.events,
            seats=row.seats,
            seats_sold=row.seats_sold,
            scanned=row.scanned,
            arrived=row.arrived,
            full=tuple(row.full),
        )
        for row in rows
    }
    return tuple(
        LibrarySales(library=library, sold=sold.get(library, Sold()), held=held.get(library, Held()))
        for library in libraries
    )


def read_kinds(connection: Connection, libraries: Sequence[str], period: Period, now: datetime) -> tuple[Kind, ...]:
    """Return the events held by kind: how early they were booked, and how many people stayed away."""
    return tuple(
        Kind(
            free=row.free,
            waiting_list=row.waiting_list,
            tickets=row.tickets,
            booked=tuple(row.booked),
            events=row.scanned_events,
            scanned=row.scanned,
            arrived=row.arrived,
        )
        for row in connection.execute(KINDS, _held(libraries, period, now))
    )


def read_extremes(connection: Connection, libraries: Sequence[str], period: Period, now: datetime) -> Extremes:
    """Return the events held that stand out."""
    lists: dict[str, list[EventSales]] = {name: [] for name in LISTS}
    for row in connection.execute(STAND_OUT, _held(libraries, period, now)):
        lists[row.list].append(_event(row))
    return Extremes(**lists)


def read_events(connection: Connection, libraries: Sequence[str], period: Period) -> Iterator[EventSales]:
    """Return every event that begins in the period, those to come too, in order of their start."""
    every = {"libraries": list(libraries), "begins_at": period.begins_at, "ends_at": period.ends_at}
    return (_event(row) for row in connection.execute(EVERY, every))


def _held(libraries: Sequence[str], period: Period, now: datetime) -> dict[str, object]:
    """Return the values for the events of the period that have begun."""
    return {"libraries": list(libraries), "begins_at": period.begins_at, "ends_at": min(period.ends_at, now)}


def _sold(row: Row[tuple[object, ...]]) -> Sold:
    names = ("purchases", "tickets", "income_ore", "additional_sales_ore")
    return Sold(**{name: row._mapping[name] for name in names})


def _event(row: Row[tuple[object, ...]]) -> EventSales:
    return EventSales(**{name: value for name, value in row._mapping.items() if name != "list"})
