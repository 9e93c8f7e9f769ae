CREATE OR REPLACE VIEW warehouse.capacity_used AS
WITH sold AS (
    SELECT p.library, p.event_id, count(*) AS tickets
    FROM warehouse.tickets t
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL AND t.released_at IS NULL
    GROUP BY p.library, p.event_id
)
SELECT e.library, e.event_id, e.title, e.branch, e.category, e.begin_at, e.capacity,
       coalesce(s.tickets, 0) AS tickets,
       round(coalesce(s.tickets, 0)::numeric / nullif(e.capacity, 0), 4) AS share,
       coalesce(s.tickets, 0) AS tickets_sold,
       round(coalesce(s.tickets, 0)::numeric / nullif(e.capacity, 0), 4) AS share_sold,
       coalesce(l.name, e.library) AS library_name
FROM warehouse.events e
LEFT JOIN warehouse.libraries l ON l.library = e.library
LEFT JOIN sold s ON s.library = e.library AND s.event_id = e.event_id
WHERE e.removed_at IS NULL OR s.tickets > 0;

COMMENT ON VIEW warehouse.capacity_used IS
    'How full each event is, a row for each that Place2book has or sold for';
COMMENT ON COLUMN warehouse.capacity_used.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.capacity_used.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.capacity_used.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.capacity_used.branch IS 'The branch that holds the event, from the source; null where it names none';
COMMENT ON COLUMN warehouse.capacity_used.category IS 'The event''s category, from the source; null where it names none';
COMMENT ON COLUMN warehouse.capacity_used.begin_at IS 'Start of the event';
COMMENT ON COLUMN warehouse.capacity_used.capacity IS 'Tickets in all, from Place2book; null is unlimited';
COMMENT ON COLUMN warehouse.capacity_used.tickets IS 'Former name of tickets_sold';
COMMENT ON COLUMN warehouse.capacity_used.share IS 'Former name of share_sold';
COMMENT ON COLUMN warehouse.capacity_used.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.capacity_used.share_sold IS 'tickets_sold of capacity, 0 to 1, above 1 where more were sold; null where the capacity is unlimited';
COMMENT ON COLUMN warehouse.capacity_used.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
