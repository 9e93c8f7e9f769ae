-- One person may buy with a profile and without: the fewest that the buyers can be is counted. Who tells nothing is none.
-- A barrier, so that no function of a reader's own is called with a row before the small groups are merged.
CREATE OR REPLACE VIEW warehouse.buyers_by_postal_code WITH (security_barrier) AS
WITH completed AS (
    SELECT p.library, p.purchase_id, p.zip_code, p.income_ore,
           coalesce(p.customer_key, p.email, p.phone_number) AS profile,
           coalesce(p.email, p.customer_key, p.phone_number) AS address,
           (SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS tickets,
           (SELECT coalesce(sum(a.amount_ore), 0) FROM warehouse.tickets t
            JOIN warehouse.additional_sales a ON a.library = t.library AND a.ticket_id = t.ticket_id AND a.released_at IS NULL
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS additional_sales_ore
    FROM warehouse.purchases p
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
), by_code AS (
    SELECT library,
           CASE WHEN zip_code IS NULL THEN 'ukendt'
                WHEN least(count(DISTINCT profile), count(DISTINCT address)) < 5 THEN 'andre'
                ELSE zip_code END AS shown,
           count(DISTINCT purchase_id) AS purchases, sum(tickets) AS tickets, sum(income_ore) AS income_ore,
           sum(additional_sales_ore) AS additional_sales_ore
    FROM completed
    GROUP BY library, zip_code
)
SELECT b.library, b.shown AS zip_code, sum(b.purchases)::bigint AS purchases, sum(b.tickets)::bigint AS tickets,
       sum(b.income_ore)::bigint AS income_ore,
       sum(b.tickets)::bigint AS tickets_sold,
       sum(b.additional_sales_ore)::bigint AS additional_sales_ore,
       coalesce(l.name, b.library) AS library_name
FROM by_code b
LEFT JOIN warehouse.libraries l ON l.library = b.library
GROUP BY b.library, b.shown, l.name;

COMMENT ON VIEW warehouse.buyers_by_postal_code IS
    'Where buyers live: completed purchases by postal code; codes with fewer than five buyers are one row, so that nobody is singled out';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.zip_code IS 'The buyers'' postal code; andre: all codes with fewer than five buyers; ukendt: none is stored';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.purchases IS 'Completed purchases';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.tickets IS 'Former name of tickets_sold';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.income_ore IS 'Paid in all, in øre, additional sales included, as Place2book totals the purchases';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.tickets_sold IS 'Tickets of completed purchases that are not released';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.additional_sales_ore IS 'Paid for what was sold with these tickets, in øre; income_ore includes it';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.library_name IS 'The library''s name in libraries.yaml as of its latest run; its id before that';
