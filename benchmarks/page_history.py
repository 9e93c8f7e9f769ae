"""A year behind the events of a country: purchases, changes, rejections, and runs of the 90 days that are kept."""

HISTORY = (
    # The 20,000 events of a year that were sold, 204 of each library, and ten purchases of two tickets each.
    """
    INSERT INTO warehouse.events (library, event_id, event_maker, source_uuid, title, begin_at, end_at, capacity,
        available_tickets, ended, exported_at, first_seen_at, last_seen_at, changed_at)
    SELECT library, 10000000 + place * 1000 + number, 86000 + place, 'past-' || number, 'Arrangement ' || number,
        now() - (number || ' hours')::interval * 42, now() - (number || ' hours')::interval * 42 + interval '2 hours',
        50, 30, true, now(), now(), now(), now()
    FROM (
        SELECT library, row_number() OVER (ORDER BY library) AS place
        FROM (SELECT DISTINCT library FROM sync.links) known
    ) placed
    CROSS JOIN generate_series(1, 204) AS number
    """,
    """
    INSERT INTO warehouse.prices (library, price_id, event_id, name, value_ore, sold_tickets, first_seen_at,
        last_seen_at, changed_at)
    SELECT library, event_id, event_id, 'Voksen', 7500, 20, now(), now(), now() FROM warehouse.events
    """,
    """
    INSERT INTO warehouse.purchases (library, purchase_id, event_id, transaction_type, created_at, total_ore,
        income_ore, first_seen_at, last_seen_at, changed_at)
    SELECT library, event_id * 10 + number, event_id, 'completed', begin_at - (number || ' days')::interval * 3,
        15000, 15000, now(), now(), now()
    FROM warehouse.events CROSS JOIN generate_series(0, 9) AS number WHERE ended
    """,
    """
    INSERT INTO warehouse.tickets (library, ticket_id, purchase_id, event_id, price_id, amount_ore, arrived_at,
        first_seen_at, last_seen_at, changed_at)
    SELECT library, purchase_id * 2 + number, purchase_id, event_id, event_id, 7500,
        CASE WHEN (purchase_id + number) % 5 > 0 THEN now() END, now(), now(), now()
    FROM warehouse.purchases CROSS JOIN generate_series(0, 1) AS number
    """,
    # Runs of 90 days, and the changes of a year: one for each library in every fifth hour.
    """
    INSERT INTO sync.runs (run_id, library, mode, started_at, extracted_at, transformed_at, observed_at, loaded_at,
        written_back_at, exported_at, source_events)
    SELECT 'hour-' || hours, library, 'sync', at, at, at, at, at, at, at, 300
    FROM (SELECT DISTINCT library FROM sync.links) l
    CROSS JOIN generate_series(1, 2160) AS hours
    CROSS JOIN LATERAL (SELECT now() - (hours || ' hours')::interval AS at) moment
    """,
    """
    INSERT INTO sync.changes (run_id, library, uuid, title, event_maker, event_id, kind, fields, why, status,
        planned_at, applying_at, finished_at)
    SELECT 'hour-' || hours, library, uuid, title, event_maker, event_id, 'update',
        '[{"field": "capacity", "old": 40, "new": 50}]', 'source_changed', 'applied', at, at, at
    FROM (SELECT *, row_number() OVER (PARTITION BY library ORDER BY uuid) AS place FROM sync.links) l
    JOIN generate_series(1, 8760, 5) AS hours ON hours / 5 % 300 = place - 1
    CROSS JOIN LATERAL (SELECT now() - (hours || ' hours')::interval AS at) moment
    """,
    """
    INSERT INTO sync.rejections (library, uuid, code, title, first_seen_at, last_seen_at, last_run_id, resolved_at)
    SELECT library, uuid, 'price_missing', title, now() - interval '40 days', now() - interval '30 days', 'hour-1',
        CASE WHEN event_id % 60 > 0 THEN now() - interval '30 days' END
    FROM sync.links WHERE event_id % 20 = 0
    """,
    "ANALYZE",
)
