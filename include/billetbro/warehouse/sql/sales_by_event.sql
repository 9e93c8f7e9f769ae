CREATE OR REPLACE VIEW warehouse.sales_by_event AS
WITH bought AS (
    SELECT library, event_id,
           count(*) FILTER (WHERE transaction_type = 'completed' AND moved_at IS NULL) AS purchases,
           count(*) FILTER (WHERE cancelled_at IS NOT NULL) AS cancelled_purchases,
           sum(income_ore)::bigint AS revenue_ore
    FROM warehouse.purchases
    GROUP BY library, event_id
), issued AS (
    SELECT p.library, p.event_id, count(*) AS tickets_sold, sum(t.amount_ore)::bigint AS tickets_ore
    FROM warehouse.tickets t
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL AND t.released_at IS NULL
    GROUP BY p.library, p.event_id
), extra AS (
    SELECT p.library, p.event_id, sum(a.amount_ore)::bigint AS additional_sales_ore
    FROM warehouse.additional_sales a
    JOIN warehouse.tickets t ON t.library = a.library AND t.ticket_id = a.ticket_id
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL AND t.released_at IS NULL AND a.released_at IS NULL
    GROUP BY p.library, p.event_id
)
SELECT e.library, e.event_id, e.source_uuid, e.title, e.branch, e.category, e.begin_at, e.capacity,
       coalesce(b.purchases, 0) AS purchases,
       coalesce(b.cancelled_purchases, 0) AS cancelled_purchases,
       coalesce(i.tickets_sold, 0) AS tickets_sold,
       coalesce(i.tickets_ore, 0) AS tickets_ore,
       coalesce(x.additional_sales_ore, 0) AS additional_sales_ore,
       coalesce(b.revenue_ore, 0) AS revenue_ore,
       e.exported_at,
       e.end_at,
       e.ended,
       e.removed_at,
       coalesce(b.revenue_ore, 0) AS income_ore,
       coalesce(l.name, e.library) AS library_name
FROM warehouse.events e
LEFT JOIN warehouse.libraries l ON l.library = e.library
LEFT JOIN bought b ON b.library = e.library AND b.event_id = e.event_id
LEFT JOIN issued i ON i.library = e.library AND i.event_id = e.event_id
LEFT JOIN extra x ON x.library = e.library AND x.event_id = e.event_id;

COMMENT ON VIEW warehouse.sales_by_event IS
    'Sales by event, a row for each event';
COMMENT ON COLUMN warehouse.sales_by_event.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.sales_by_event.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.sales_by_event.source_uuid IS 'The linked event at the source (CMS), latest known uuid';
COMMENT ON COLUMN warehouse.sales_by_event.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.sales_by_event.branch IS 'The branch that holds the event, from the source; null where it names none';
COMMENT ON COLUMN warehouse.sales_by_event.category IS 'The event''s category, from the source; null where it names none';
COMMENT ON COLUMN warehouse.sales_by_event.begin_at IS 'Start of the event';
COMMENT ON COLUMN warehouse.sales_by_event.capacity IS 'Tickets in all, from Place2book; null is unlimited';
COMMENT ON COLUMN warehouse.sales_by_event.purchases IS 'Completed purchases';
COMMENT ON COLUMN warehouse.sales_by_event.cancelled_purchases IS 'Purchases that were cancelled; counted nowhere else';
COMMENT ON COLUMN warehouse.sales_by_event.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.sales_by_event.tickets_ore IS 'Paid for these tickets, in øre, without additional sales';
COMMENT ON COLUMN warehouse.sales_by_event.additional_sales_ore IS 'Paid for what was sold with these tickets, in øre; income_ore includes it';
COMMENT ON COLUMN warehouse.sales_by_event.revenue_ore IS 'Former name of income_ore';
COMMENT ON COLUMN warehouse.sales_by_event.exported_at IS 'When the event''s purchases were last read';
COMMENT ON COLUMN warehouse.sales_by_event.end_at IS 'End of the event';
COMMENT ON COLUMN warehouse.sales_by_event.ended IS 'Whether the event was over when its purchases were last read';
COMMENT ON COLUMN warehouse.sales_by_event.removed_at IS 'When an export first found that Place2book no longer has the event; null while it has';
COMMENT ON COLUMN warehouse.sales_by_event.income_ore IS 'Paid in all, in øre, additional sales included, as Place2book totals the purchases';
COMMENT ON COLUMN warehouse.sales_by_event.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
