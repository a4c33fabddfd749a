-- The tables of the fraud detection as files; run in the root of the checkout, job.sql behind it.
-- Runs as it is on Tidemill and on Apache Flink.

CREATE TABLE transactions (
  tx       STRING,
  card     STRING,
  amount   DECIMAL(10, 2),
  merchant STRING,
  country  STRING,
  ts       TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/fraud_detection/transactions.jsonl',
  'format' = 'json'
);

CREATE TABLE profile_changes (
  card         STRING,
  credit_limit DECIMAL(10, 2),
  home         STRING,
  changed_at   TIMESTAMP(3),
  WATERMARK FOR changed_at AS changed_at
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/fraud_detection/card_profiles.jsonl',
  'format' = 'json'
);

-- A file has no keys: the last change of each card up to a time is its profile at that time.
CREATE TEMPORARY VIEW card_profiles AS
SELECT card, credit_limit, home, changed_at
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY card ORDER BY changed_at DESC) AS nth FROM profile_changes)
WHERE nth = 1;

CREATE TABLE alerts (
  rule     STRING,
  card     STRING,
  at_time  TIMESTAMP(3),
  first_tx STRING,
  last_tx  STRING,
  amount   DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/fraud_detection/alerts',
  'format' = 'json'
);

