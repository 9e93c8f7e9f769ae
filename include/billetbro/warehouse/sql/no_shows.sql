CREATE OR REPLACE VIEW warehouse.no_shows AS
SELECT e.library, e.event_id, e.title, e.branch, e.category, e.begin_at,
       count(*) AS tickets,
       count(t.arrived_at) AS arrived,
       count(*) - count(t.arrived_at) AS no_shows,
       round((count(*) - count(t.arrived_at))::numeric / count(*), 4) AS share,
       count(*) AS tickets_sold,
       round((count(*) - count(t.arrived_at))::numeric / count(*), 4) AS share_no_shows,
       coalesce(l.name, e.library) AS library_name
FROM warehouse.events e
LEFT JOIN warehouse.libraries l ON l.library = e.library
JOIN warehouse.purchases p
  ON p.library = e.library AND p.event_id = e.event_id AND p.transaction_type = 'completed' AND p.moved_at IS NULL
JOIN warehouse.tickets t
  ON t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL
WHERE e.ended
GROUP BY e.library, e.event_id, e.title, e.branch, e.category, e.begin_at, l.name
HAVING count(t.arrived_at) > 0;

COMMENT ON VIEW warehouse.no_shows IS
    'Who stayed away, a row for each event that is over and where at least one ticket was scanned: without that, nobody knows';
COMMENT ON COLUMN warehouse.no_shows.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.no_shows.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.no_shows.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.no_shows.branch IS 'The branch that holds the event, from the source; null where it names none';
COMMENT ON COLUMN warehouse.no_shows.category IS 'The event''s category, from the source; null where it names none';
COMMENT ON COLUMN warehouse.no_shows.begin_at IS 'Start of the event';
COMMENT ON COLUMN warehouse.no_shows.tickets IS 'Former name of tickets_sold';
COMMENT ON COLUMN warehouse.no_shows.arrived IS 'Those scanned at the door';
COMMENT ON COLUMN warehouse.no_shows.no_shows IS 'Those not scanned';
COMMENT ON COLUMN warehouse.no_shows.share IS 'Former name of share_no_shows';
COMMENT ON COLUMN warehouse.no_shows.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.no_shows.share_no_shows IS 'no_shows of tickets_sold, 0 to 1';
COMMENT ON COLUMN warehouse.no_shows.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
