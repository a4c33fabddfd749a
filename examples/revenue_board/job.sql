-- The revenue board: what each region has sold today, minute by minute; and which products sell best just now.

-- A producer that got no answer sends again. Keeping the first of each order by its arrival leaves a table to which rows are only
-- added, as a window demands; keeping the first by event time would take rows back.
CREATE TEMPORARY VIEW distinct_orders AS
SELECT region, product, amount, ts
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY arrived) AS nth FROM orders)
WHERE nth = 1;

EXECUTE STATEMENT SET
BEGIN

-- The day so far, once a minute, from midnight to midnight.
INSERT INTO board
SELECT region, window_start, window_end, COUNT(*), SUM(amount)
FROM TABLE(CUMULATE(TABLE distinct_orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' DAY))
GROUP BY region, window_start, window_end;

-- The five products of the last ten minutes that brought most, every five minutes.
INSERT INTO top_products
SELECT window_start, window_end, place, product, revenue
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY revenue DESC, product) AS place
  FROM (
    SELECT window_start, window_end, product, SUM(amount) AS revenue
    FROM TABLE(HOP(TABLE distinct_orders, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE))
    GROUP BY window_start, window_end, product
  )
)
WHERE place <= 5;

END;
