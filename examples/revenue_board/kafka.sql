-- The tables of the revenue board as topics; job.sql goes behind it.
-- It ends where the topic ends now. Without 'scan.bounded.mode' it goes on for ever, and the board grows a row a minute.

-- Each key of the two boards is written once, as a window is complete: there is nothing to settle between rows of one key.
SET 'table.exec.sink.upsert-materialize' = 'NONE';

CREATE TABLE orders (
  order_id STRING,
  region   STRING,
  product  STRING,
  amount   DECIMAL(10, 2),
  ts       TIMESTAMP(3),
  arrived  AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '30' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.group.id' = 'revenue-board',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'scan.watermark.idle-timeout' = '10 s',  -- a partition without orders holds nothing back for longer
  'format' = 'json'
);

-- A key for each region and minute: however often a row is written, also after a crash, a reader of the compacted topic sees it once.
CREATE TABLE board (
  region       STRING,
  window_start TIMESTAMP(3),  -- midnight
  window_end   TIMESTAMP(3),  -- the minute up to which is counted
  orders       BIGINT,
  revenue      DECIMAL(38, 2),
  PRIMARY KEY (region, window_start, window_end) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'board',
  'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json',
  'value.format' = 'json'
);

CREATE TABLE top_products (
  window_start TIMESTAMP(3),
  window_end   TIMESTAMP(3),
  place        BIGINT,
  product      STRING,
  revenue      DECIMAL(38, 2),
  PRIMARY KEY (window_start, window_end, place) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'top_products',
  'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json',
  'value.format' = 'json'
);

