CREATE TABLE flights (origin STRING NOT NULL, delay DECIMAL(10, 2), departed TIMESTAMP(3),
  key STRING METADATA FROM 'k' VIRTUAL, total AS delay * 2, WATERMARK FOR departed AS departed - INTERVAL '1' HOUR,
  PRIMARY KEY (origin) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'flights.jsonl', 'format' = 'json');
SET 'parallelism.default' = '3';
SELECT origin, window_start, COUNT(*) FILTER (WHERE delay > 0) AS late, SUM(DISTINCT delay)
FROM TABLE(HOP(TABLE flights, DESCRIPTOR(departed), INTERVAL '5' MINUTE, INTERVAL '1' HOUR))
GROUP BY origin, window_start, window_end HAVING COUNT(*) > 1 ORDER BY 1 LIMIT 10;
EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b (x) VALUES (2); END;
