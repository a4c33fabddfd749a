=== prelude
CREATE TABLE t (k STRING, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake');
CREATE TABLE live (k STRING, x INT, p AS PROCTIME(), ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'fake', 'bounded' = 'false');
CREATE TABLE plain (k STRING, x INT) WITH ('connector' = 'fake');
CREATE TABLE endless (k STRING, x INT, p AS PROCTIME()) WITH ('connector' = 'fake', 'bounded' = 'false');
CREATE TABLE changes (k STRING, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'fake', 'append-only' = 'false');
CREATE TABLE zoned (k STRING, ms BIGINT, ts AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'fake');
CREATE VIEW without_time AS SELECT k, x + 1 AS x FROM t WHERE x > 1;

=== by rowtime, which nothing else reads
SELECT k, FIRST_VALUE(x) FROM t GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, FIRST_VALUE(x) AS EXPR$1], rowOrder=[ts, split, offset], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== only where an aggregate asks
SELECT k, MAX(x), SUM(CAST(x AS DOUBLE)) FROM t GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, MAX(x) AS EXPR$1, SUM($f2) AS EXPR$2], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- Calc(select=[k, x, CAST(x AS DOUBLE) AS $f2], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== as bound it is not in the plan [logical]
SELECT k, FIRST_VALUE(x) FROM t GROUP BY k
----
LogicalProject(k=[$0], EXPR$1=[$1])
+- LogicalAggregate(group=[{0}], EXPR$1=[FIRST_VALUE($1)])
   +- LogicalProject(k=[$0], x=[$1])
      +- LogicalTableScan(table=[[default_catalog, default_database, t]], rowtime=[ts], watermark=[($2 - INTERVAL '+0 00:00:01.000' DAY TO SECOND)])

=== through a view and a union
SELECT k, LAST_VALUE(x) FROM (SELECT k, x FROM without_time UNION ALL SELECT ts_k, x FROM (SELECT ts, k AS ts_k, x FROM live)) GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LAST_VALUE(x) AS EXPR$1], rowOrder=[ts, split, offset], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- Union(all=[true], union=[k, x, ts], changelogMode=[I])
      :- Calc(select=[k, (x + 1) AS x, ts], where=[(x > 1)], changelogMode=[I])
      :  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
      +- Calc(select=[k AS ts_k, x, ts], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[k, x, ts], rowtime=[ts], watermark=[ts], changelogMode=[I])

=== a union whose times are of two types has no time
SELECT k, LAST_VALUE(k) FROM (SELECT k, ts FROM t UNION ALL SELECT k, CAST(ts AS TIMESTAMP(3)) FROM zoned) GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LAST_VALUE(k) AS EXPR$1], rowOrder=[split, offset], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- Union(all=[true], union=[k], changelogMode=[I])
      :- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, zoned]], fields=[k], changelogMode=[I])

=== bounded without rowtime
SELECT k, LAST_VALUE(x) FROM plain GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LAST_VALUE(x) AS EXPR$1], rowOrder=[split, offset], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, plain]], fields=[k, x], changelogMode=[I])

=== unbounded without rowtime
SELECT k, LAST_VALUE(x) FROM endless GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LAST_VALUE(x) AS EXPR$1], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, endless]], fields=[k, x], changelogMode=[I])

=== changes
SELECT k, LAST_VALUE(x) FROM changes GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LAST_VALUE(x) AS EXPR$1], changelogMode=[I,UB,UA,D])
+- Exchange(distribution=[hash[k]], changelogMode=[I,UB,UA,D])
   +- TableSourceScan(table=[[default_catalog, default_database, changes]], fields=[k, x], changelogMode=[I,UB,UA,D])

=== values and sorted rows
SELECT LISTAGG(k) FROM (VALUES ('b'), ('a')) AS t(k)
----
GroupAggregate(select=[LISTAGG(k) AS EXPR$0], changelogMode=[I,UB,UA])
+- Exchange(distribution=[single], changelogMode=[I])
   +- Calc(select=[EXPR$0 AS k], changelogMode=[I])
      +- Values(tuples=[[{'b'}, {'a'}]], fields=[EXPR$0], changelogMode=[I])
warning: An aggregate without GROUP BY gives no row if its input has none; in batch mode it gives one (COUNT = 0).

=== sorted rows
SELECT LISTAGG(k) FROM (SELECT k FROM t ORDER BY x)
----
GroupAggregate(select=[LISTAGG(k) AS EXPR$0], changelogMode=[I,UB,UA])
+- Exchange(distribution=[single], changelogMode=[I])
   +- Calc(select=[k], changelogMode=[I])
      +- Sort(orderBy=[EXPR$1 ASC], changelogMode=[I])
         +- Exchange(distribution=[single], changelogMode=[I])
            +- Calc(select=[k, x AS EXPR$1], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])
warning: An aggregate without GROUP BY gives no row if its input has none; in batch mode it gives one (COUNT = 0).

=== windows by the time below them
SELECT k, FIRST_VALUE(x) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR)) GROUP BY k, window_start, window_end
----
WindowAggregate(groupBy=[k], window=[HOP(time_col=[ts], size=[2 h], slide=[1 h])], select=[k, FIRST_VALUE(x) AS EXPR$1], rowOrder=[ts, split, offset], changelogMode=[I])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== windows as columns by the time below them
SELECT k, FIRST_VALUE(window_start), LISTAGG(k) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR)) GROUP BY k, window_start, window_end
----
Calc(select=[k, EXPR$1, EXPR$2], changelogMode=[I])
+- WindowAggregate(groupBy=[k, window_start, window_end], window=[TUMBLE(time_col=[window_time], size=[1 ms])], select=[k, window_start, window_end, FIRST_VALUE(window_start) AS EXPR$1, LISTAGG(k) AS EXPR$2], rowOrder=[ts, split, offset], changelogMode=[I])
   +- Exchange(distribution=[hash[k, window_start, window_end]], changelogMode=[I])
      +- Calc(select=[k, window_start, window_end, window_time, ts], changelogMode=[I])
         +- WindowTableFunction(window=[HOP(time_col=[ts], size=[2 h], slide=[1 h])], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== processing-time windows
SELECT k, FIRST_VALUE(x) FROM TABLE(TUMBLE(TABLE live, DESCRIPTOR(p), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end
----
WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[p], size=[1 h])], select=[k, FIRST_VALUE(x) AS EXPR$1], rowOrder=[ts, split, offset], changelogMode=[I])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[k, x, ts], select=[k, x, PROCTIME() AS p, ts], rowtime=[ts], watermark=[ts], changelogMode=[I])

=== processing-time windows without rowtime
SELECT k, FIRST_VALUE(x) FROM TABLE(TUMBLE(TABLE endless, DESCRIPTOR(p), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end
----
WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[p], size=[1 h])], select=[k, FIRST_VALUE(x) AS EXPR$1], changelogMode=[I])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, endless]], fields=[k, x], select=[k, x, PROCTIME() AS p], changelogMode=[I])

=== aggregates of windows
SELECT k, LAST_VALUE(n) FROM (SELECT k, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end) GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LAST_VALUE(n) AS EXPR$1], rowOrder=[window_end, split, offset], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, COUNT(*) AS n, window_end], changelogMode=[I])
      +- Exchange(distribution=[hash[k]], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== what several read and cannot be copied keeps its columns
WITH r AS (SELECT k, CAST(NOW() AS STRING) AS n FROM live)
SELECT k, FIRST_VALUE(n) FROM r GROUP BY k UNION ALL SELECT k, n FROM r
----
Union(all=[true], union=[k, EXPR$1], changelogMode=[I,UB,UA])
:- GroupAggregate(groupBy=[k], select=[k, FIRST_VALUE(n) AS EXPR$1], changelogMode=[I,UB,UA])
:  +- Exchange(distribution=[hash[k]], changelogMode=[I])
:     +- Calc(select=[k, CAST(NOW() AS STRING) AS n], changelogMode=[I])
:        +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[k], changelogMode=[I])
+- Calc(select=[k, CAST(NOW() AS STRING) AS n], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[k], changelogMode=[I])

=== by arrival, where that is asked for
SET 'row-order' = 'ARRIVAL';
SELECT k, FIRST_VALUE(x) FROM t GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, FIRST_VALUE(x) AS EXPR$1], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== batch mode: what gives final rows
SET 'execution.runtime-mode' = 'BATCH';
SELECT k, LISTAGG(CAST(n AS STRING)) FROM (SELECT k, window_time, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end, window_time) GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, LISTAGG($f1) AS EXPR$1], rowOrder=[window_time, split, offset], changelogMode=[I])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- Calc(select=[k, CAST(n AS STRING) AS $f1, window_time], changelogMode=[I])
      +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, COUNT(*) AS n, window_time], changelogMode=[I])
         +- Exchange(distribution=[hash[k]], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
