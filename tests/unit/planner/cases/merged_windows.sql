=== prelude
CREATE TABLE t (k STRING, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'fake')

=== what two queries ask of the same windows comes of one aggregation
SELECT a.k, a.n, b.s FROM
  (SELECT k, window_start, window_end, MAX(x) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end) a
JOIN
  (SELECT k, window_start, window_end, SUM(x) AS s, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end) b
ON a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end AND b.n > 1
----
Calc(select=[k, n, s], changelogMode=[I])
+- WindowJoin(joinType=[InnerJoin], leftWindow=[win_start=[window_start], win_end=[window_end]], rightWindow=[win_start=[window_start], win_end=[window_end]], where=[((k = k0) AND (window_start = window_start0) AND (window_end = window_end0))], select=[k, window_start, window_end, n, k0, window_start0, window_end0, s], changelogMode=[I])
   :- Exchange(distribution=[hash[k, window_start, window_end]], changelogMode=[I])
   :  +- Calc(select=[k, window_start, window_end, n], changelogMode=[I])
   :     +- Calc(select=[k, n, window_start, window_end], changelogMode=[I])
   :        +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, MAX(x) AS n, SUM(x) AS s, COUNT(*) AS n, window_start, window_end], changelogMode=[I])
   :           +- Exchange(distribution=[hash[k]], changelogMode=[I])
   :              +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
   +- Exchange(distribution=[hash[k, window_start, window_end]], changelogMode=[I])
      +- Calc(select=[k, window_start, window_end, s], where=[(n > 1)], changelogMode=[I])
         +- Calc(select=[k, s, n, window_start, window_end], changelogMode=[I])
            +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, MAX(x) AS n, SUM(x) AS s, COUNT(*) AS n, window_start, window_end], changelogMode=[I])
               +- Exchange(distribution=[hash[k]], changelogMode=[I])
                  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== other windows are others
SELECT a.k, a.n, b.n FROM
  (SELECT k, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end) a
JOIN
  (SELECT k, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' HOUR)) GROUP BY k, window_start, window_end) b
ON a.k = b.k AND a.window_end = b.window_end
----
Calc(select=[k, n, n AS n0], changelogMode=[I])
+- Join(joinType=[InnerJoin], where=[((k = k0) AND (window_end = window_end0))], select=[k, window_end, n, k0, window_end0, n0], changelogMode=[I])
   :- Exchange(distribution=[hash[k, window_end]], changelogMode=[I])
   :  +- Calc(select=[k, window_end, n], changelogMode=[I])
   :     +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, COUNT(*) AS n, window_end], changelogMode=[I])
   :        +- Exchange(distribution=[hash[k]], changelogMode=[I])
   :           +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
   +- Exchange(distribution=[hash[k, window_end]], changelogMode=[I])
      +- Calc(select=[k, window_end, n], changelogMode=[I])
         +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[2 h])], select=[k, COUNT(*) AS n, window_end], changelogMode=[I])
            +- Exchange(distribution=[hash[k]], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
