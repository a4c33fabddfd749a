=== prelude
CREATE TABLE t (id INT, r ROW<a INT NOT NULL, b STRING, s ROW<x INT, y INT>>, q ROW<a INT>,
  ts AS CASE WHEN id = 0 THEN TIMESTAMP '2020-01-01 00:00:00' ELSE TO_TIMESTAMP(r.b) END, whole AS CAST(q AS STRING))
  WITH ('connector' = 'fake', 'row-fields' = 'true');
CREATE TABLE timed (r ROW<a INT, ts TIMESTAMP(3)>, ts AS r.ts, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake', 'row-fields' = 'true');
CREATE TABLE plain (id INT, r ROW<a INT, b STRING>) WITH ('connector' = 'fake')

=== fields that are looked at are columns
SELECT r.a, r.b || 'x' FROM t WHERE q.a > 1 AND r.a < 5
----
Calc(select=[r.a AS a, (r.b || 'x') AS EXPR$1], where=[((q.a > 1) AND (r.a < 5))], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[r.a, r.b, q.a], changelogMode=[I])

=== a ROW that somebody needs is read whole
SELECT r.a, r FROM t WHERE q.a > 1
----
Calc(select=[r.a AS a, r], where=[(q.a > 1)], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[r, q.a], changelogMode=[I])

=== a ROW in a ROW
SELECT r.s.x, r.s.y FROM t
----
Calc(select=[r.s.x AS x, r.s.y AS y], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[r.s.x, r.s.y], changelogMode=[I])

=== what is around a field stands for it
SELECT r.s, r.s.x FROM t
----
Calc(select=[r.s AS s, r.s.x AS x], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[r.s], changelogMode=[I])

=== what a computed column reads
SELECT id, ts FROM t
----
TableSourceScan(table=[[default_catalog, default_database, t]], fields=[id, r], select=[id, CASE WHEN (id = 0) THEN TIMESTAMP '2020-01-01 00:00:00.000' ELSE TO_TIMESTAMP(r.b) END AS ts], changelogMode=[I])

=== a computed column that needs the whole
SELECT whole, q.a FROM t
----
Calc(select=[whole, q.a AS a], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[q], select=[q, CAST(q AS STRING) AS whole], changelogMode=[I])

=== an event time in a ROW
SELECT r.a, ts FROM timed
----
Calc(select=[r.a AS a, ts], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, timed]], fields=[r.a, r.ts], select=[r.ts AS ts, r.a], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== two readers of one scan
SELECT r.a AS x FROM t WHERE id = 1 UNION ALL SELECT q.a FROM t WHERE id = 2
----
Union(all=[true], union=[x], changelogMode=[I])
:- Calc(select=[r.a AS x], where=[(id = 1)], changelogMode=[I])
:  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[id, r.a, q.a], changelogMode=[I])
+- Calc(select=[q.a AS a], where=[(id = 2)], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[id, r.a, q.a], changelogMode=[I])

=== a reader that takes rows as they are
SELECT COUNT(*) FROM t GROUP BY r
----
Calc(select=[EXPR$0], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[r], select=[r, COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[r]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[r], changelogMode=[I])

=== a source that reads whole ROWs only
SELECT r.a FROM plain
----
Calc(select=[r.a AS a], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, plain]], fields=[r], changelogMode=[I])
