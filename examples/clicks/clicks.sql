-- A stream that never ends: made-up visits of a shop, 1,000 a second, counted each five seconds. Stop it with Ctrl-C.
-- Runs as it is on Apache Flink too.

CREATE TABLE clicks (
  user_id  INT,
  dice     INT,            -- 1 to 100: decides the page
  page AS CASE WHEN dice <= 60 THEN 'home' WHEN dice <= 85 THEN 'product' WHEN dice <= 97 THEN 'cart' ELSE 'payment' END,
  ts AS LOCALTIMESTAMP,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND   -- a window is printed a second after its end
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000',
  'fields.user_id.min' = '1',
  'fields.user_id.max' = '5000',
  'fields.dice.min' = '1',
  'fields.dice.max' = '100'
);

CREATE TABLE per_page (
  since   TIMESTAMP(3),
  page    STRING,
  clicks  BIGINT,
  users   BIGINT
) WITH ('connector' = 'print');

INSERT INTO per_page
SELECT window_start, page, COUNT(*), COUNT(DISTINCT user_id)
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND))
GROUP BY page, window_start, window_end;
