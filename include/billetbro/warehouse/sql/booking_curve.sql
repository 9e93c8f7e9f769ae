CREATE OR REPLACE VIEW warehouse.booking_curve AS
WITH sold AS (
    SELECT p.library, p.event_id,
           (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day,
           count(*) AS tickets
    FROM warehouse.tickets t
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL AND t.released_at IS NULL
    GROUP BY 1, 2, 3
)
SELECT e.library, e.event_id, e.title, e.begin_at,
       (e.begin_at AT TIME ZONE 'Europe/Copenhagen')::date - s.day AS days_before,
       s.tickets,
       sum(s.tickets) OVER (PARTITION BY e.library, e.event_id ORDER BY s.day)::bigint AS tickets_so_far,
       e.capacity,
       s.tickets AS tickets_sold,
       coalesce(l.name, e.library) AS library_name
FROM sold s
JOIN warehouse.events e ON e.library = s.library AND e.event_id = s.event_id
LEFT JOIN warehouse.libraries l ON l.library = e.library
WHERE e.begin_at IS NOT NULL;

COMMENT ON VIEW warehouse.booking_curve IS
    'How an event sells as its day comes nearer, a row for each of its days with a sale';
COMMENT ON COLUMN warehouse.booking_curve.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.booking_curve.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.booking_curve.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.booking_curve.begin_at IS 'Start of the event';
COMMENT ON COLUMN warehouse.booking_curve.days_before IS 'Calendar days in Denmark (Europe/Copenhagen) from the purchase to the start: 0 is the day itself, below 0 is after it';
COMMENT ON COLUMN warehouse.booking_curve.tickets IS 'Former name of tickets_sold';
COMMENT ON COLUMN warehouse.booking_curve.tickets_so_far IS 'tickets_sold until the end of that day';
COMMENT ON COLUMN warehouse.booking_curve.capacity IS 'Tickets in all, from Place2book; null is unlimited';
COMMENT ON COLUMN warehouse.booking_curve.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.booking_curve.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
