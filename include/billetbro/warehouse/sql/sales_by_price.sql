CREATE OR REPLACE VIEW warehouse.sales_by_price AS
WITH extra AS (
    SELECT library, ticket_id, sum(amount_ore) AS amount_ore
    FROM warehouse.additional_sales
    WHERE released_at IS NULL
    GROUP BY library, ticket_id
), sold_or_listed AS (
    SELECT p.library, p.event_id, t.price_id, 1 AS tickets, t.amount_ore AS tickets_ore,
           coalesce(x.amount_ore, 0) AS additional_sales_ore
    FROM warehouse.tickets t
    JOIN warehouse.purchases p ON p.library = t.library AND p.purchase_id = t.purchase_id AND p.event_id = t.event_id
    LEFT JOIN extra x ON x.library = t.library AND x.ticket_id = t.ticket_id
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL AND t.released_at IS NULL
    UNION ALL
    SELECT library, event_id, price_id, 0, 0, 0 FROM warehouse.prices WHERE removed_at IS NULL
), by_price AS (
    SELECT library, event_id, price_id, sum(tickets) AS tickets, sum(tickets_ore)::bigint AS tickets_ore,
           sum(additional_sales_ore)::bigint AS additional_sales_ore
    FROM sold_or_listed
    GROUP BY library, event_id, price_id
)
SELECT b.library, b.event_id, e.title, b.price_id, r.name AS price_name, r.value_ore, b.tickets, b.tickets_ore,
       b.tickets AS tickets_sold, b.additional_sales_ore,
       coalesce(l.name, b.library) AS library_name
FROM by_price b
JOIN warehouse.events e ON e.library = b.library AND e.event_id = b.event_id
LEFT JOIN warehouse.libraries l ON l.library = b.library
LEFT JOIN warehouse.prices r ON r.library = b.library AND r.price_id = b.price_id
WHERE e.removed_at IS NULL OR b.tickets > 0;

COMMENT ON VIEW warehouse.sales_by_price IS
    'Sales by price, a row for each price that is listed or has tickets. A purchase''s total is of all its prices, so there is no income_ore';
COMMENT ON COLUMN warehouse.sales_by_price.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.sales_by_price.event_id IS 'Place2book''s id of the event';
COMMENT ON COLUMN warehouse.sales_by_price.title IS 'The event''s title, from the link';
COMMENT ON COLUMN warehouse.sales_by_price.price_id IS 'Place2book''s id of the price; null for tickets that name none';
COMMENT ON COLUMN warehouse.sales_by_price.price_name IS 'The price''s name; null where only a ticket mentions the price';
COMMENT ON COLUMN warehouse.sales_by_price.value_ore IS 'The price as it is now, in øre; null where only a ticket mentions it';
COMMENT ON COLUMN warehouse.sales_by_price.tickets IS 'Former name of tickets_sold';
COMMENT ON COLUMN warehouse.sales_by_price.tickets_ore IS 'Paid for these tickets, in øre, without additional sales';
COMMENT ON COLUMN warehouse.sales_by_price.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.sales_by_price.additional_sales_ore IS 'Paid for what was sold with these tickets, in øre; income_ore includes it';
COMMENT ON COLUMN warehouse.sales_by_price.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
