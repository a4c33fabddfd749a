-- A week of flights out of New York (January 2013), in the order in which they landed: nine rows in ten are behind the newest
-- departure seen, some by eleven hours. The watermark waits twelve hours of event time, so that no row is late.
-- Runs as it is on Tidemill and on Apache Flink.

CREATE TABLE flights (
  carrier       STRING,
  origin        STRING,
  dest          STRING,
  sched_dep_ts  TIMESTAMP(3),
  dep_ts        TIMESTAMP(3),   -- left the gate; NULL where the flight was cancelled
  dep_delay     INT,            -- minutes, negative: early
  distance      INT,            -- miles
  status        STRING,
  event_ts AS COALESCE(dep_ts, sched_dep_ts),
  WATERMARK FOR event_ts AS event_ts - INTERVAL '12' HOUR
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/flights/flights.jsonl',
  'format' = 'json'
);

-- 1. Each day at each airport (TUMBLE): how punctual was it?
SELECT
  CAST(window_start AS DATE) AS `day`,
  origin,
  COUNT(*) AS flights,
  COUNT(*) FILTER (WHERE status = 'cancelled') AS cancelled,
  CAST(AVG(CAST(dep_delay AS DOUBLE)) AS DECIMAL(6, 1)) AS avg_delay,
  MAX(dep_delay) AS worst_delay,
  COUNT(DISTINCT dest) AS destinations
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(event_ts), INTERVAL '1' DAY))
GROUP BY origin, window_start, window_end;

-- 2. The worst three hours (HOP, a new stretch each hour): half an hour late on average, over at least 20 departures.
SELECT
  window_start AS since,
  window_end AS until,
  origin,
  COUNT(dep_delay) AS departures,
  CAST(AVG(CAST(dep_delay AS DOUBLE)) AS DECIMAL(6, 1)) AS avg_delay,
  MAX(dep_delay) AS worst_delay
FROM TABLE(HOP(TABLE flights, DESCRIPTOR(event_ts), INTERVAL '1' HOUR, INTERVAL '3' HOUR))
GROUP BY origin, window_start, window_end
HAVING COUNT(dep_delay) >= 20 AND AVG(CAST(dep_delay AS DOUBLE)) >= 30;

-- 3. Rush without a break (SESSION): departures of one carrier from one airport with never 20 minutes between two of them.
SELECT
  carrier,
  origin,
  window_start AS first_departure,
  TIMESTAMPDIFF(MINUTE, window_start, window_end) - 20 AS minutes,
  COUNT(*) AS departures,
  SUM(distance) AS miles
FROM TABLE(SESSION(TABLE flights PARTITION BY (carrier, origin), DESCRIPTOR(event_ts), INTERVAL '20' MINUTE))
GROUP BY carrier, origin, window_start, window_end
HAVING COUNT(*) >= 40;
