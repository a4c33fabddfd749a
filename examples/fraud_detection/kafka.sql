-- The tables of the fraud detection as topics; job.sql goes behind it.
-- It ends where the topics end now. Without 'scan.bounded.mode' it goes on for ever.

CREATE TABLE transactions (
  tx       STRING,
  card     STRING,
  amount   DECIMAL(10, 2),
  merchant STRING,
  country  STRING,
  ts       TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '10' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'transactions',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.group.id' = 'fraud-detection',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json'
);

-- A compacted topic, keyed by card: the profile of a payment is the one that was valid at its time, not the newest.
CREATE TABLE card_profiles (
  card         STRING,
  credit_limit DECIMAL(10, 2),
  home         STRING,
  changed_at   TIMESTAMP(3),
  PRIMARY KEY (card) NOT ENFORCED,
  WATERMARK FOR changed_at AS changed_at
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'card_profiles',
  'properties.bootstrap.servers' = 'localhost:9092',
  'scan.bounded.mode' = 'latest-offset',
  'key.format' = 'json',
  'value.format' = 'json'
);

-- Each alert once, whatever fails: readers with isolation.level = read_committed see no other.
CREATE TABLE alerts (
  rule     STRING,
  card     STRING,
  at_time  TIMESTAMP(3),
  first_tx STRING,
  last_tx  STRING,
  amount   DECIMAL(10, 2)
) WITH (
  'connector' = 'kafka',
  'topic' = 'alerts',
  'properties.bootstrap.servers' = 'localhost:9092',
  'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'fraud-alerts'
);

