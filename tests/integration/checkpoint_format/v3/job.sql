-- What this version can keep in a checkpoint: records with keys of text, of several columns and of none; companions of
-- all kinds; slices, also of late rows; sessions; timers; splits of files and of a sequence; what sinks have prepared.
CREATE TABLE sales (
  n BIGINT,
  shop AS CASE WHEN MOD(n, 211) = 0 THEN CAST(NULL AS STRING) ELSE 'shop ' || CAST(MOD(n * 7919, 30) AS STRING) END,
  product AS 'a product with a long name ' || CAST(CASE WHEN n < {products} THEN n ELSE MOD(n * 31, 40) END AS STRING),
  price AS CAST(MOD(n * 7919, 100000) * 0.01 AS DECIMAL(10, 2)),
  weight AS CAST(MOD(n * 31, 1000) AS DOUBLE) / 8,
  sold AS CAST(TO_TIMESTAMP_LTZ(1700000000000 + n * 100 - CASE WHEN MOD(n, 20) = 0 THEN MOD(n * 7919, 20000) ELSE MOD(n * 31, 1000) END, 3)
    AS TIMESTAMP(3)),
  WATERMARK FOR sold AS sold - INTERVAL '5' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1',
        'fields.n.end' = '{rows}');
CREATE TABLE notes (id BIGINT, shop STRING, written TIMESTAMP(3), WATERMARK FOR written AS written)
  WITH ('connector' = 'filesystem', 'path' = 'input', 'format' = 'json'{monitor});

CREATE TABLE by_shop (since TIMESTAMP(3), shop STRING, n BIGINT, total DECIMAL(38, 2), least DECIMAL(10, 2),
  products BIGINT, heaviest DOUBLE, names STRING) WITH ('connector' = 'filesystem', 'path' = 'output/by_shop', 'format' = 'csv');
CREATE TABLE sliding (since TIMESTAMP(3), product STRING, n BIGINT, mean DOUBLE)
  WITH ('connector' = 'filesystem', 'path' = 'output/sliding', 'format' = 'csv');
CREATE TABLE growing (since TIMESTAMP(3), n BIGINT, total BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'output/growing', 'format' = 'csv');
CREATE TABLE visits (since TIMESTAMP(3), until TIMESTAMP(3), shop STRING, n BIGINT, total DECIMAL(38, 2), products BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'output/visits', 'format' = 'csv');
CREATE TABLE rows_of_visits (n BIGINT, shop STRING, product STRING, since TIMESTAMP(3), until TIMESTAMP(3))
  WITH ('connector' = 'filesystem', 'path' = 'output/rows_of_visits', 'format' = 'csv');
CREATE TABLE notes_by_shop (since TIMESTAMP(3), shop STRING, n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'output/notes_by_shop', 'format' = 'csv');
CREATE TABLE by_product (product STRING, n BIGINT, total DECIMAL(38, 2), first_shop STRING, last_day DATE, shops BIGINT)
  WITH ('connector' = 'blackhole');
CREATE TABLE counts (n BIGINT, odd BOOLEAN, products BIGINT, least STRING, greatest DECIMAL(38, 2)) WITH ('connector' = 'blackhole');
CREATE TABLE everything (n BIGINT, total DECIMAL(38, 2)) WITH ('connector' = 'blackhole');

EXECUTE STATEMENT SET BEGIN
INSERT INTO by_shop SELECT window_start, shop, COUNT(*), SUM(price), MIN(price), COUNT(DISTINCT product), MAX(weight),
  LISTAGG(CAST(MOD(n, 10) AS STRING), '|') FROM TABLE(TUMBLE(TABLE sales, DESCRIPTOR(sold), INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end, shop;
INSERT INTO sliding SELECT window_start, product, COUNT(*), AVG(weight)
  FROM TABLE(HOP(TABLE sales, DESCRIPTOR(sold), INTERVAL '20' SECOND, INTERVAL '1' MINUTE))
  WHERE MOD(n, 31) < 2 GROUP BY window_start, window_end, product;
INSERT INTO growing SELECT window_start, COUNT(*), SUM(n)
  FROM TABLE(CUMULATE(TABLE sales, DESCRIPTOR(sold), INTERVAL '20' SECOND, INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end;
INSERT INTO visits SELECT window_start, window_end, shop, COUNT(*), SUM(price), COUNT(DISTINCT product)
  FROM TABLE(SESSION(TABLE sales PARTITION BY shop, DESCRIPTOR(sold), INTERVAL '3' SECOND))
  GROUP BY window_start, window_end, shop;
INSERT INTO rows_of_visits SELECT n, shop, product, window_start, window_end
  FROM TABLE(SESSION(TABLE sales PARTITION BY shop, DESCRIPTOR(sold), INTERVAL '2' SECOND));
INSERT INTO notes_by_shop SELECT window_start, shop, COUNT(*)
  FROM TABLE(TUMBLE(TABLE notes, DESCRIPTOR(written), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, shop;
INSERT INTO by_product SELECT product, COUNT(*), SUM(price), FIRST_VALUE(shop), MAX(CAST(sold AS DATE)), COUNT(DISTINCT shop)
  FROM sales GROUP BY product;
INSERT INTO counts SELECT n, odd, COUNT(*), MIN(product), MAX(total)
  FROM (SELECT product, COUNT(*) AS n, MOD(COUNT(*), 2) = 1 AS odd, SUM(price) AS total FROM sales GROUP BY product) GROUP BY n, odd;
INSERT INTO everything SELECT COUNT(*), SUM(price) FROM sales;
END;
