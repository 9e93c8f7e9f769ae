CREATE OR REPLACE VIEW warehouse.attendance AS
SELECT e.library, e.event_id, e.source_uuid, e.title, e.branch, e.begin_at,
       count(t.ticket_id) AS tickets_sold,
       count(t.arrived_at) AS arrived,
       count(t.ticket_id) - count(t.arrived_at) AS not_arrived,
       coalesce(l.name, e.library) AS library_name
FROM warehouse.events e
LEFT JOIN warehouse.libraries l ON l.library = e.library
LEFT JOIN warehouse.purchases p
       ON p.library = e.library AND p.event_id = e.event_id AND p.transaction_type = 'completed' AND p.moved_at IS NULL
LEFT JOIN warehouse.tickets t
       ON t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL
GROUP BY e.library, e.event_id, e.source_uuid, e.title, e.branch, e.begin_at, l.name;

COMMENT ON VIEW warehouse.attendance IS
    'Who came, a row for each event, also before it took place: tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.attendance.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.attendance.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.attendance.source_uuid IS 'The linked event at the source (CMS), latest known uuid';
COMMENT ON COLUMN warehouse.attendance.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.attendance.branch IS 'The branch that holds the event, from the source; null where it names none';
COMMENT ON COLUMN warehouse.attendance.begin_at IS 'Start of the event';
COMMENT ON COLUMN warehouse.attendance.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.attendance.arrived IS 'Those scanned at the door';
COMMENT ON COLUMN warehouse.attendance.not_arrived IS 'Those not scanned: all of them where nobody scans; see no_shows';
COMMENT ON COLUMN warehouse.attendance.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
