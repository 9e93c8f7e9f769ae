CREATE OR REPLACE VIEW warehouse.sales_by_day AS
WITH completed AS (
    SELECT p.library, p.purchase_id, p.income_ore,
           (coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS day,
           (SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS tickets
    FROM warehouse.purchases p
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
)
SELECT library, day, count(DISTINCT purchase_id) AS purchases, sum(tickets)::bigint AS tickets_sold, sum(income_ore)::bigint AS revenue_ore
FROM completed
GROUP BY library, day;

COMMENT ON VIEW warehouse.sales_by_day IS
    'Sales by day of purchase, a row for each day with a sale: completed purchases, their tickets that are not released';
COMMENT ON COLUMN warehouse.sales_by_day.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.sales_by_day.day IS 'Calendar day in Denmark (Europe/Copenhagen) on which the purchase was made, or first seen where Place2book tells no time';
COMMENT ON COLUMN warehouse.sales_by_day.purchases IS 'Completed purchases';
COMMENT ON COLUMN warehouse.sales_by_day.tickets_sold IS 'Their tickets that are not released';
COMMENT ON COLUMN warehouse.sales_by_day.revenue_ore IS 'Paid in all, in øre, additional sales included, as Place2book totals the purchases';
