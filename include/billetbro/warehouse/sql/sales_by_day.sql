CREATE OR REPLACE VIEW warehouse.sales_by_day AS
WITH completed AS (
    SELECT p.library, p.purchase_id, p.income_ore,
           (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day,
           (SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS tickets,
           (SELECT coalesce(sum(a.amount_ore), 0) FROM warehouse.tickets t
            JOIN warehouse.additional_sales a ON a.library = t.library AND a.ticket_id = t.ticket_id AND a.released_at IS NULL
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS additional_sales_ore
    FROM warehouse.purchases p
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
)
SELECT c.library, c.day, count(DISTINCT c.purchase_id) AS purchases, sum(c.tickets)::bigint AS tickets_sold,
       sum(c.income_ore)::bigint AS revenue_ore,
       sum(c.income_ore)::bigint AS income_ore,
       sum(c.additional_sales_ore)::bigint AS additional_sales_ore,
       coalesce(l.name, c.library) AS library_name
FROM completed c
LEFT JOIN warehouse.libraries l ON l.library = c.library
GROUP BY c.library, c.day, l.name;

COMMENT ON VIEW warehouse.sales_by_day IS
    'Sales by day of purchase, a row for each day with a sale';
COMMENT ON COLUMN warehouse.sales_by_day.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.sales_by_day.day IS 'Calendar day in Denmark (Europe/Copenhagen) on which the purchase was made, or first seen where Place2book tells no time';
COMMENT ON COLUMN warehouse.sales_by_day.purchases IS 'Completed purchases';
COMMENT ON COLUMN warehouse.sales_by_day.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.sales_by_day.revenue_ore IS 'Former name of income_ore';
COMMENT ON COLUMN warehouse.sales_by_day.income_ore IS 'Paid in all, in øre, additional sales included, as Place2book totals the purchases';
COMMENT ON COLUMN warehouse.sales_by_day.additional_sales_ore IS 'Paid for what was sold with these tickets, in øre; income_ore includes it';
COMMENT ON COLUMN warehouse.sales_by_day.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
