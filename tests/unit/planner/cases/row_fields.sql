=== prelude
CREATE TABLE t (id INT, r ROW<a INT NOT NULL, b STRING, s ROW<x INT, y INT>>, q ROW<a INT>,
  ts AS CASE WHEN id = 0 THEN TIMESTAMP '2020-01-01 00:00:00' ELSE TO_TIMESTAMP(r.b) END, whole AS CAST(q AS STRING))
  WITH ('connector' = 'fake', 'row-fields' = 'true');
CREATE TABLE timed (r ROW<a INT, ts TIMESTAMP(3)>, ts AS r.ts, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake', 'row-fields' = 'true');
CREATE TABLE plain (id INT, r ROW<a INT, b STRING>) WITH ('connector' = 'fake')

=== fields that are looked at are columns
SELECT r.a, r.b || 'x' FROM t WHERE q.a > 1 AND r.a < 5

=== a ROW that somebody needs is read whole
SELECT r.a, r FROM t WHERE q.a > 1

=== a ROW in a ROW
SELECT r.s.x, r.s.y FROM t

=== what is around a field stands for it
SELECT r.s, r.s.x FROM t

=== what a computed column reads
SELECT id, ts FROM t

=== a computed column that needs the whole
SELECT whole, q.a FROM t

=== an event time in a ROW
SELECT r.a, ts FROM timed

=== two readers of one scan
SELECT r.a AS x FROM t WHERE id = 1 UNION ALL SELECT q.a FROM t WHERE id = 2

=== a reader that takes rows as they are
SELECT COUNT(*) FROM t GROUP BY r

=== a source that reads whole ROWs only
SELECT r.a FROM plain
