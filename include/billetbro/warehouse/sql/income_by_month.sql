CREATE OR REPLACE VIEW warehouse.income_by_month AS
WITH completed AS (
    SELECT p.library, p.event_id, p.income_ore,
           date_trunc('month', coalesce(p.created_at, p.first_seen_at) AT TIME ZONE 'Europe/Copenhagen')::date AS month,
           (SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS tickets,
           (SELECT coalesce(sum(a.amount_ore), 0) FROM warehouse.tickets t
            JOIN warehouse.additional_sales a ON a.library = t.library AND a.ticket_id = t.ticket_id AND a.released_at IS NULL
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS additional_sales_ore
    FROM warehouse.purchases p
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
)
SELECT c.library, c.month, e.branch, e.category,
       count(DISTINCT c.event_id) AS events,
       sum(c.tickets)::bigint AS tickets,
       sum(c.income_ore)::bigint AS income_ore,
       sum(c.tickets)::bigint AS tickets_sold,
       sum(c.additional_sales_ore)::bigint AS additional_sales_ore,
       coalesce(l.name, c.library) AS library_name
FROM completed c
JOIN warehouse.events e ON e.library = c.library AND e.event_id = c.event_id
LEFT JOIN warehouse.libraries l ON l.library = c.library
GROUP BY c.library, c.month, e.branch, e.category, l.name;

COMMENT ON VIEW warehouse.income_by_month IS
    'Income by month of purchase, branch and category';
COMMENT ON COLUMN warehouse.income_by_month.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.income_by_month.month IS 'First day of the month in Denmark (Europe/Copenhagen) in which the purchase was made, or first seen where Place2book tells no time';
COMMENT ON COLUMN warehouse.income_by_month.branch IS 'The branch that holds the event, from the source; null where it names none';
COMMENT ON COLUMN warehouse.income_by_month.category IS 'The event''s category, from the source; null where it names none';
COMMENT ON COLUMN warehouse.income_by_month.events IS 'Events that something was bought for in the month';
COMMENT ON COLUMN warehouse.income_by_month.tickets IS 'Former name of tickets_sold';
COMMENT ON COLUMN warehouse.income_by_month.income_ore IS 'Paid in all, in øre, additional sales included, as Place2book totals the purchases';
COMMENT ON COLUMN warehouse.income_by_month.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.income_by_month.additional_sales_ore IS 'Paid for what was sold with these tickets, in øre; income_ore includes it';
COMMENT ON COLUMN warehouse.income_by_month.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
