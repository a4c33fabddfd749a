-- Writes the events into one file of CSV, for flink/Events.java.
CREATE TABLE written (
  event_type INT,
  person_id BIGINT, name STRING, email STRING, card STRING, city STRING, state STRING, person_time TIMESTAMP(3), person_extra STRING,
  auction_id BIGINT, item STRING, description STRING, initial_bid BIGINT, reserve BIGINT, auction_time TIMESTAMP(3), expires TIMESTAMP(3),
  seller BIGINT, category BIGINT, auction_extra STRING,
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, bid_time TIMESTAMP(3), bid_extra STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${folder}/csv',
  'format' = 'csv',
  'csv.disable-quote-character' = 'true',
  'sink.rolling-policy.file-size' = '1 tb'
);

INSERT INTO written SELECT event_type, person.*, auction.*, bid.* FROM events;
