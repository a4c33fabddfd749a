-- A topic of bids as JSON to how many each auction has had in ten seconds, as JSON. Runs as it is on Tidemill and on Apache Flink;
-- end_to_end.py fills in the words that begin with a dollar sign.

SET 'execution.checkpointing.interval' = '1 s';
SET 'parallelism.default' = '$parallelism';
SET 'table.local-time-zone' = 'UTC';

CREATE TABLE bids (
  auction BIGINT,
  bidder  BIGINT,
  price   BIGINT,
  channel STRING,
  url     STRING,
  ts      BIGINT,
  extra   STRING,
  event_time AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'bids',
  'properties.bootstrap.servers' = '$servers',
  'properties.group.id' = '$group',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json'
);

CREATE TABLE counts (
  auction      BIGINT,
  window_start TIMESTAMP(3),
  bids         BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = '$output',
  'properties.bootstrap.servers' = '$servers',
  'properties.transaction.timeout.ms' = '900000',
  'sink.delivery-guarantee' = '$guarantee',
  'sink.transactional-id-prefix' = '$group',
  'format' = 'json'
);

INSERT INTO counts
SELECT auction, window_start, COUNT(*)
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
GROUP BY auction, window_start, window_end;
