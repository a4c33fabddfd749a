-- A stream that never ends: made-up clicks, counted each five seconds. Stop it with Ctrl-C.

CREATE TABLE clicks (
  user_id  INT,
  page     STRING,
  ts AS LOCALTIMESTAMP,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1000',
  'fields.user_id.min' = '1',
  'fields.user_id.max' = '100',
  'fields.page.length' = '1'
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
