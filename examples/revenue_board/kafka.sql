-- The tables of the revenue board as topics; job.sql goes behind it.
-- It ends where the topic ends now. Without 'scan.bounded.mode' it goes on for ever, and the board grows a row a minute.

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

-- A row for each region and day: the topic keeps the newest of each key.
CREATE TABLE board (
  region  STRING,
  `day`   DATE,
  `until` TIMESTAMP(0),
  orders  BIGINT,
  revenue DECIMAL(38, 2),
  PRIMARY KEY (region, `day`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'board',
  'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json',
  'value.format' = 'json'
);

CREATE TABLE top_products (
  since   TIMESTAMP(0),
  place   BIGINT,
  product STRING,
  revenue DECIMAL(38, 2),
  PRIMARY KEY (since, place) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'top_products',
  'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json',
  'value.format' = 'json'
);

