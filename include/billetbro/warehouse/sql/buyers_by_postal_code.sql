-- One person may buy with a profile and without: the fewest that the buyers can be is counted. Who tells nothing is none.
-- A barrier, so that no function of a reader's own is called with a row before the small groups are merged.
CREATE OR REPLACE VIEW warehouse.buyers_by_postal_code WITH (security_barrier) AS
WITH completed AS (
    SELECT p.library, p.purchase_id, p.zip_code, p.income_ore,
           coalesce(p.customer_key, p.email, p.phone_number) AS profile,
           coalesce(p.email, p.customer_key, p.phone_number) AS address,
           (SELECT count(*) FROM warehouse.tickets t
            WHERE t.library = p.library AND t.purchase_id = p.purchase_id AND t.event_id = p.event_id AND t.released_at IS NULL) AS tickets
    FROM warehouse.purchases p
    WHERE p.transaction_type = 'completed' AND p.moved_at IS NULL
), by_code AS (
    SELECT library,
           CASE WHEN zip_code IS NULL THEN 'ukendt'
                WHEN least(count(DISTINCT profile), count(DISTINCT address)) < 5 THEN 'andre'
                ELSE zip_code END AS shown,
           count(DISTINCT purchase_id) AS purchases, sum(tickets) AS tickets, sum(income_ore) AS income_ore
    FROM completed
    GROUP BY library, zip_code
)
SELECT library, shown AS zip_code, sum(purchases)::bigint AS purchases, sum(tickets)::bigint AS tickets,
       sum(income_ore)::bigint AS income_ore
FROM by_code
GROUP BY library, shown;

COMMENT ON VIEW warehouse.buyers_by_postal_code IS
    'Where buyers live: completed purchases by postal code; codes with fewer than five buyers are one row, so that nobody is singled out';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.library IS 'The library''s id in libraries.yaml';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.zip_code IS 'The buyers'' postal code; andre: all codes with fewer than five buyers; ukendt: none is stored';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.purchases IS 'Completed purchases';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.tickets IS 'Their tickets that are not released';
COMMENT ON COLUMN warehouse.buyers_by_postal_code.income_ore IS 'Paid in all, in øre, additional sales included, as Place2book totals the purchases';
