CREATE OR REPLACE VIEW warehouse.sales_by_price AS
WITH sold AS (
    SELECT p.library, p.event_id, t.price_id, count(*) AS tickets, sum(t.amount_ore)::bigint AS income_ore
    FROM warehouse.tickets t
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id
    WHERE p.transaction_type = 'completed' AND t.released_at IS NULL
    GROUP BY p.library, p.event_id, t.price_id
), offered AS (
    SELECT library, event_id, price_id FROM sold
    UNION
    SELECT library, event_id, price_id FROM warehouse.prices WHERE removed_at IS NULL
)
SELECT o.library, o.event_id, e.title, o.price_id, r.name AS price_name, r.value_ore,
       coalesce(s.tickets, 0) AS tickets,
       coalesce(s.income_ore, 0) AS income_ore
FROM offered o
JOIN warehouse.events e ON e.library = o.library AND e.event_id = o.event_id
LEFT JOIN warehouse.prices r ON r.library = o.library AND r.price_id = o.price_id
LEFT JOIN sold s
       ON s.library = o.library AND s.event_id = o.event_id AND s.price_id IS NOT DISTINCT FROM o.price_id
WHERE e.removed_at IS NULL OR s.tickets > 0;

COMMENT ON VIEW warehouse.sales_by_price IS
    'Sales by price, a row for each price that is listed or has tickets: tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.sales_by_price.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.sales_by_price.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.sales_by_price.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.sales_by_price.price_id IS 'Place2book''s id of the price; null for tickets that name none';
COMMENT ON COLUMN warehouse.sales_by_price.price_name IS 'The price''s name; null where only a ticket mentions the price';
COMMENT ON COLUMN warehouse.sales_by_price.value_ore IS 'The price as it is now, in øre; null where only a ticket mentions it';
COMMENT ON COLUMN warehouse.sales_by_price.tickets IS 'Tickets sold at the price';
COMMENT ON COLUMN warehouse.sales_by_price.income_ore IS 'Paid for these tickets, in øre, without additional sales';
