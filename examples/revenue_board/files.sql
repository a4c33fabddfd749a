-- The tables of the revenue board as files; run in the root of the checkout, job.sql behind it.
-- Runs as it is on Tidemill and on Apache Flink.

CREATE TABLE orders (
  order_id STRING,
  region   STRING,
  product  STRING,
  amount   DECIMAL(10, 2),
  ts       TIMESTAMP(3),
  arrived  AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/revenue_board/orders.jsonl',
  'format' = 'json'
);

CREATE TABLE board (
  region       STRING,
  window_start TIMESTAMP(3),  -- midnight
  window_end   TIMESTAMP(3),  -- the minute up to which is counted
  orders       BIGINT,
  revenue      DECIMAL(38, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/revenue_board/board',
  'format' = 'json'
);

CREATE TABLE top_products (
  window_start TIMESTAMP(3),
  window_end   TIMESTAMP(3),
  place        BIGINT,
  product      STRING,
  revenue      DECIMAL(38, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/revenue_board/top_products',
  'format' = 'json'
);

