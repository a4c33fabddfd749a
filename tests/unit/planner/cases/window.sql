=== prelude
CREATE TABLE t (k STRING, x INT, d DECIMAL(10,2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake');
CREATE TABLE live (k STRING, x INT, ts TIMESTAMP(3), p AS PROCTIME(), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'fake', 'bounded' = 'false');
CREATE TABLE zoned (k STRING, ms BIGINT, ts AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'fake');
CREATE TABLE plain (k STRING, ts TIMESTAMP(3)) WITH ('connector' = 'fake');

=== tumble
SELECT k, window_start, COUNT(*), SUM(x + 1)
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) WHERE x > 1
GROUP BY k, window_start, window_end HAVING COUNT(*) > 1
----
Calc(select=[k, window_start, EXPR$2, EXPR$3], where=[(EXPR$2 > 1)], changelogMode=[I])
+- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, COUNT(*) AS EXPR$2, SUM($f3) AS EXPR$3, window_start], changelogMode=[I])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- Calc(select=[k, (x + 1) AS $f3, ts], where=[(x > 1)], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== tumble as bound [logical]
SELECT k, window_start, COUNT(*), SUM(x + 1)
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) WHERE x > 1
GROUP BY k, window_start, window_end HAVING COUNT(*) > 1
----
LogicalProject(k=[$0], window_start=[$1], EXPR$2=[$3], EXPR$3=[$4])
+- LogicalFilter(condition=[($3 > 1)])
   +- LogicalAggregate(group=[{0, 1, 2}], EXPR$2=[COUNT(*)], EXPR$3=[SUM($3)])
      +- LogicalProject(k=[$0], window_start=[$4], window_end=[$5], $f3=[($1 + 1)])
         +- LogicalFilter(condition=[($1 > 1)])
            +- LogicalTableFunctionScan(invocation=[TUMBLE(time_col=[ts], size=[1 h])])
               +- LogicalTableScan(table=[[default_catalog, default_database, t]], rowtime=[ts], watermark=[($3 - INTERVAL '+0 00:00:01.000' DAY TO SECOND)])

=== tumble graph [graph]
SET 'parallelism.default' = '3';
SELECT k, window_start, COUNT(*), SUM(x + 1)
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) WHERE x > 1
GROUP BY k, window_start, window_end HAVING COUNT(*) > 1
----
source(t) x3
select/calc x3 <- forward source(t)
select/window_aggregate(keys=[k], window=TUMBLE(time_col=[ts], size=[1 h]), tables=[t]) x3 <- hash[0] select/calc
select/calc#2 x3 <- forward select/window_aggregate(keys=[k], window=TUMBLE(time_col=[ts], size=[1 h]), tables=[t])
select/sink x1 <- gather select/calc#2

=== hop
SELECT window_start, window_end, COUNT(*) FROM HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR)
GROUP BY window_start, window_end
----
Calc(select=[window_start, window_end, EXPR$2], changelogMode=[I])
+- WindowAggregate(window=[HOP(time_col=[ts], size=[2 h], slide=[1 h])], select=[COUNT(*) AS EXPR$2, window_start, window_end], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== named arguments in any order
SELECT window_start, COUNT(*) FROM TABLE(HOP(DATA => TABLE t, `OFFSET` => INTERVAL '1' HOUR, SLIDE => INTERVAL '2' HOUR,
  TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '4' HOUR)) GROUP BY window_start, window_end
----
Calc(select=[window_start, EXPR$1], changelogMode=[I])
+- WindowAggregate(window=[HOP(time_col=[ts], size=[4 h], slide=[2 h], offset=[1 h])], select=[COUNT(*) AS EXPR$1, window_start], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== cumulate
SELECT window_start, SUM(x) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY))
GROUP BY window_start, window_end
----
Calc(select=[window_start, EXPR$1], changelogMode=[I])
+- WindowAggregate(window=[CUMULATE(time_col=[ts], max_size=[1 d], step=[1 h])], select=[SUM(x) AS EXPR$1, window_start], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== session
SELECT k, window_start, window_end, COUNT(*)
FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end
----
Calc(select=[k, window_start, window_end, EXPR$3], changelogMode=[I])
+- WindowAggregate(groupBy=[k], window=[SESSION(time_col=[ts], gap=[1 h])], select=[k, COUNT(*) AS EXPR$3, window_start, window_end], changelogMode=[I])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== session without partition
SELECT window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end
----
Calc(select=[window_start, window_end, EXPR$2], changelogMode=[I])
+- WindowAggregate(window=[SESSION(time_col=[ts], gap=[1 h])], select=[COUNT(*) AS EXPR$2, window_start, window_end], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== session with other keys
SELECT k, window_start, COUNT(*) FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY k, window_start, window_end
----
Calc(select=[k, window_start, EXPR$2], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[k, window_start, window_end], select=[k, window_start, window_end, COUNT(*) AS EXPR$2], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k, window_start, window_end]], changelogMode=[I])
      +- Calc(select=[k, window_start, window_end], changelogMode=[I])
         +- WindowTableFunction(window=[SESSION(time_col=[ts], gap=[1 h])], changelogMode=[I])
            +- Exchange(distribution=[single], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== session used bare
SELECT * FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR))
----
WindowTableFunction(window=[SESSION(time_col=[ts], gap=[1 h], partition keys=[k])], changelogMode=[I])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, d, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== session with a filter, which goes below as in Flink
SELECT k, window_end, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND))
WHERE x <> 9 GROUP BY k, window_start, window_end
----
Calc(select=[k, window_end, EXPR$2], changelogMode=[I])
+- WindowAggregate(groupBy=[k], window=[SESSION(time_col=[ts], gap=[5 s])], select=[k, COUNT(*) AS EXPR$2, window_end], changelogMode=[I])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- Calc(select=[k, ts], where=[(x <> 9)], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== window_time stays a time attribute
CREATE VIEW v AS SELECT k, window_start AS ws, window_end AS we, window_time AS rowtime, COUNT(*) AS c
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end, window_time;
DESCRIBE v
----
name | type | null | key | extras | watermark
k | STRING | true | NULL | NULL | NULL
ws | TIMESTAMP(3) | false | NULL | NULL | NULL
we | TIMESTAMP(3) | false | NULL | NULL | NULL
rowtime | TIMESTAMP(3) *ROWTIME* | false | NULL | NULL | NULL
c | BIGINT | false | NULL | NULL | NULL

=== windows of windows
CREATE VIEW v AS SELECT k, window_start AS ws, window_end AS we, window_time AS rowtime, COUNT(*) AS c
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end, window_time;
SELECT window_start, window_end, SUM(c) FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(rowtime), INTERVAL '2' HOUR))
GROUP BY window_start, window_end
----
Calc(select=[window_start, window_end, EXPR$2], changelogMode=[I])
+- WindowAggregate(window=[TUMBLE(time_col=[rowtime], size=[2 h])], select=[SUM(c) AS EXPR$2, window_start, window_end], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- Calc(select=[c, window_time AS rowtime], changelogMode=[I])
         +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, COUNT(*) AS c, window_time], changelogMode=[I])
            +- Exchange(distribution=[hash[k]], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== window columns again are ambiguous
CREATE VIEW v AS SELECT window_start, window_end, window_time, COUNT(*) AS c
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, window_time;
SELECT window_start FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(window_time), INTERVAL '2' HOUR))
----
error 3:8: Column is ambiguous: window_start
hint: Give the columns different names in the sub-query: … AS name.

=== grouping what windows gave, by the same windows
SELECT window_start, window_end, SUM(c) FROM (
  SELECT k, window_start, window_end, COUNT(*) c
  FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR)) GROUP BY k, window_start, window_end)
GROUP BY window_start, window_end
----
WindowAggregate(groupBy=[window_start, window_end], window=[TUMBLE(time_col=[window_time], size=[1 ms])], select=[window_start, window_end, SUM(c) AS EXPR$2], changelogMode=[I])
+- Exchange(distribution=[hash[window_start, window_end]], changelogMode=[I])
   +- Calc(select=[window_start, window_end, c, window_time], changelogMode=[I])
      +- WindowAggregate(groupBy=[k], window=[HOP(time_col=[ts], size=[2 h], slide=[1 h])], select=[k, COUNT(*) AS c, window_start, window_end, window_time], changelogMode=[I])
         +- Exchange(distribution=[hash[k]], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== aggregates of window columns
SELECT MAX(window_end), COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY k, window_start, window_end
----
Calc(select=[EXPR$0, EXPR$1], changelogMode=[I])
+- WindowAggregate(groupBy=[k, window_start, window_end], window=[TUMBLE(time_col=[window_time], size=[1 ms])], select=[k, window_start, window_end, MAX(window_end) AS EXPR$0, COUNT(*) AS EXPR$1], changelogMode=[I])
   +- Exchange(distribution=[hash[k, window_start, window_end]], changelogMode=[I])
      +- Calc(select=[k, window_start, window_end, window_time], changelogMode=[I])
         +- WindowTableFunction(window=[TUMBLE(time_col=[ts], size=[1 h])], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== filter on a window column
SELECT window_start, SUM(x) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))
WHERE ts > window_start + INTERVAL '1' MINUTE AND x > 1 GROUP BY window_start, window_end
----
Calc(select=[window_start, EXPR$1], changelogMode=[I])
+- WindowAggregate(groupBy=[window_start, window_end], window=[TUMBLE(time_col=[window_time], size=[1 ms])], select=[window_start, window_end, SUM(x) AS EXPR$1], changelogMode=[I])
   +- Exchange(distribution=[hash[window_start, window_end]], changelogMode=[I])
      +- Calc(select=[window_start, window_end, x, window_time], where=[(ts > (window_start + INTERVAL '+0 00:01:00.000' DAY TO SECOND))], changelogMode=[I])
         +- WindowTableFunction(window=[TUMBLE(time_col=[ts], size=[1 h])], changelogMode=[I])
            +- Calc(select=[x, ts], where=[(x > 1)], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== only one window column: an updating aggregate
SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start
----
GroupAggregate(groupBy=[window_start], select=[window_start, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[window_start]], changelogMode=[I])
   +- Calc(select=[window_start], changelogMode=[I])
      +- WindowTableFunction(window=[TUMBLE(time_col=[ts], size=[1 h])], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== only one window column over a stream
SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE live, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start
----
GroupAggregate(groupBy=[window_start], select=[window_start, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[window_start]], changelogMode=[I])
   +- Calc(select=[window_start], changelogMode=[I])
      +- WindowTableFunction(window=[TUMBLE(time_col=[ts], size=[1 h])], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[ts], rowtime=[ts], watermark=[ts], changelogMode=[I])
warning: GROUP BY window_start alone keeps its state for ever and gives updates; group by window_start and window_end to get one final row a window.

=== windows used bare
SELECT k, window_start, window_time FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '2' HOUR)) WHERE x > 1
----
Calc(select=[k, window_start, window_time], changelogMode=[I])
+- WindowTableFunction(window=[HOP(time_col=[ts], size=[2 h], slide=[1 h])], changelogMode=[I])
   +- Calc(select=[k, ts], where=[(x > 1)], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== windows used bare, described
CREATE VIEW v AS SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR));
DESCRIBE v
----
name | type | null | key | extras | watermark
k | STRING | true | NULL | NULL | NULL
x | INT | true | NULL | NULL | NULL
d | DECIMAL(10, 2) | true | NULL | NULL | NULL
ts | TIMESTAMP(3) *ROWTIME* | true | NULL | NULL | NULL
window_start | TIMESTAMP(3) | false | NULL | NULL | NULL
window_end | TIMESTAMP(3) | false | NULL | NULL | NULL
window_time | TIMESTAMP(3) *ROWTIME* | false | NULL | NULL | NULL

=== distinct windows
SELECT DISTINCT window_start, window_end, k FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))
----
Calc(select=[window_start, window_end, k], changelogMode=[I])
+- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, window_start, window_end], changelogMode=[I])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== renamed window columns
SELECT ws, COUNT(*) FROM (SELECT window_start ws, window_end we, k FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)))
GROUP BY ws, we
----
Calc(select=[window_start AS ws, EXPR$1], changelogMode=[I])
+- WindowAggregate(window=[TUMBLE(time_col=[ts], size=[1 h])], select=[COUNT(*) AS EXPR$1, window_start], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== computed keys go below the window
SELECT u, COUNT(*) FROM (SELECT UPPER(k) AS u, window_start, window_end
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))) GROUP BY u, window_start, window_end
----
WindowAggregate(groupBy=[u], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[u, COUNT(*) AS EXPR$1], changelogMode=[I])
+- Exchange(distribution=[hash[u]], changelogMode=[I])
   +- Calc(select=[UPPER(k) AS u, ts], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== processing time
SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE live, DESCRIPTOR(p), INTERVAL '1' HOUR)) GROUP BY window_start, window_end
----
Calc(select=[window_start, EXPR$1], changelogMode=[I])
+- WindowAggregate(window=[TUMBLE(time_col=[p], size=[1 h])], select=[COUNT(*) AS EXPR$1, window_start], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[], select=[PROCTIME() AS p], changelogMode=[I])

=== processing time with window columns aggregated
SELECT MAX(window_start) FROM TABLE(TUMBLE(TABLE live, DESCRIPTOR(p), INTERVAL '1' HOUR)) GROUP BY window_start, window_end
----
error 1:1: Windows of processing time cannot be grouped a second time, or have their columns aggregated, yet
hint: Group by window_start and window_end, and aggregate other columns.

=== a zoned time column
SELECT window_start, window_time, COUNT(*) FROM TABLE(TUMBLE(TABLE zoned, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, window_time
----
Calc(select=[window_start, window_time, EXPR$2], changelogMode=[I])
+- WindowAggregate(window=[TUMBLE(time_col=[ts], size=[1 h])], select=[COUNT(*) AS EXPR$2, window_start, window_time], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, zoned]], fields=[ms], select=[TO_TIMESTAMP_LTZ(ms, 3) AS ts], rowtime=[ts], watermark=[ts], changelogMode=[I])

=== old style
SELECT k, TUMBLE_START(ts, INTERVAL '1' HOUR), TUMBLE_END(ts, INTERVAL '1' HOUR), TUMBLE_ROWTIME(ts, INTERVAL '1' HOUR), COUNT(*)
FROM t GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR)
----
Calc(select=[k, EXPR$1, EXPR$2, EXPR$3, EXPR$4], changelogMode=[I])
+- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[1 h])], select=[k, COUNT(*) AS EXPR$4, window_start AS EXPR$1, window_end AS EXPR$2, window_time AS EXPR$3], changelogMode=[I])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== old style, sessions and hops
SELECT SESSION_START(ts, INTERVAL '1' HOUR), COUNT(*) FROM t GROUP BY SESSION(ts, INTERVAL '1' HOUR) UNION ALL
SELECT HOP_START(ts, INTERVAL '1' HOUR, INTERVAL '2' HOUR), COUNT(*) FROM t GROUP BY HOP(ts, INTERVAL '1' HOUR, INTERVAL '2' HOUR)
----
Union(all=[true], union=[EXPR$0, EXPR$1], changelogMode=[I])
:- Calc(select=[EXPR$0, EXPR$1], changelogMode=[I])
:  +- WindowAggregate(window=[SESSION(time_col=[ts], gap=[1 h])], select=[COUNT(*) AS EXPR$1, window_start AS EXPR$0], changelogMode=[I])
:     +- Exchange(distribution=[single], changelogMode=[I])
:        +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
+- Calc(select=[EXPR$0, EXPR$1], changelogMode=[I])
   +- WindowAggregate(window=[HOP(time_col=[ts], size=[2 h], slide=[1 h])], select=[COUNT(*) AS EXPR$1, window_start AS EXPR$0], changelogMode=[I])
      +- Exchange(distribution=[single], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== old style with another window
SELECT TUMBLE_START(ts, INTERVAL '2' HOUR) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)
----
error 1:8: TUMBLE_START has no such window in GROUP BY
hint: Write GROUP BY … TUMBLE(…) with the same arguments.

=== old style, the window itself
SELECT TUMBLE(ts, INTERVAL '1' HOUR) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)
----
error 1:8: TUMBLE belongs in FROM TABLE(TUMBLE(…)) or in GROUP BY

=== window over a number
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(x), INTERVAL '1' HOUR))
----
error 1:37: TUMBLE needs a time attribute, and x is of type INT
hint: A time attribute is a column that its table declares with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND (ts being a TIMESTAMP or TIMESTAMP_LTZ of precision 3 or less, which may be computed), or one computed by PROCTIME(). Expressions, casts and GROUP BY make it an ordinary column.

=== window over an ordinary timestamp
SELECT * FROM TABLE(TUMBLE(TABLE plain, DESCRIPTOR(ts), INTERVAL '1' HOUR))
----
error 1:41: TUMBLE needs a time attribute, and ts is an ordinary TIMESTAMP(3)
hint: A time attribute is a column that its table declares with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND (ts being a TIMESTAMP or TIMESTAMP_LTZ of precision 3 or less, which may be computed), or one computed by PROCTIME(). Expressions, casts and GROUP BY make it an ordinary column.

=== window over a cast time attribute
WITH c AS (SELECT k, ts + INTERVAL '1' SECOND AS tt FROM t)
SELECT * FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(tt), INTERVAL '1' HOUR))
----
error 2:37: TUMBLE needs a time attribute, and tt is an ordinary TIMESTAMP(3)
hint: A time attribute is a column that its table declares with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND (ts being a TIMESTAMP or TIMESTAMP_LTZ of precision 3 or less, which may be computed), or one computed by PROCTIME(). Expressions, casts and GROUP BY make it an ordinary column.

=== window over a time attribute that is cast to its own type
WITH c AS (SELECT k, CAST(ts AS TIMESTAMP(3)) AS tt FROM t)
SELECT * FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(tt), INTERVAL '1' HOUR))
----
error 2:37: TUMBLE needs a time attribute, and tt is an ordinary TIMESTAMP(3)
hint: A time attribute is a column that its table declares with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND (ts being a TIMESTAMP or TIMESTAMP_LTZ of precision 3 or less, which may be computed), or one computed by PROCTIME(). Expressions, casts and GROUP BY make it an ordinary column.

=== window over a grouped time attribute
WITH c AS (SELECT ts, COUNT(*) AS n FROM t GROUP BY ts)
SELECT * FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(ts), INTERVAL '1' HOUR))
----
error 2:37: TUMBLE needs a time attribute, and ts is an ordinary TIMESTAMP(3)
hint: A time attribute is a column that its table declares with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND (ts being a TIMESTAMP or TIMESTAMP_LTZ of precision 3 or less, which may be computed), or one computed by PROCTIME(). Expressions, casts and GROUP BY make it an ordinary column.

=== slide that does not divide the size
SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' HOUR, INTERVAL '3' HOUR))
----
error 1:21: HOP needs a size that is a multiple of the slide: size 3 h, slide 2 h

=== slide after size
SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' HOUR, INTERVAL '1' HOUR))
----
error 1:21: HOP needs a size that is a multiple of the slide: size 1 h, slide 2 h
hint: The slide comes before the size.

=== size of zero
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '0' HOUR))
----
error 1:21: TUMBLE needs a size above zero, not 0 ms

=== size in months
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MONTH))
----
error 1:53: Windows of months or years do not exist: their length varies
hint: Use DAY, HOUR, MINUTE or SECOND.

=== size that is no interval
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), 60))
----
error 1:53: A window's size is an interval, not INT
hint: Write INTERVAL '10' MINUTE.

=== too few arguments
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts)))
----
error 1:21: TUMBLE lacks its argument SIZE
hint: Its form is TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset] [, ALLOWED_LATENESS => duration]).

=== too many arguments
SELECT * FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' HOUR))
----
error 1:73: SESSION has too many arguments
hint: Its form is SESSION(TABLE t [PARTITION BY k, …], DESCRIPTOR(ts), gap).

=== unknown named argument
SELECT * FROM TABLE(TUMBLE(DATA => TABLE t, TIME => DESCRIPTOR(ts), SIZE => INTERVAL '1' HOUR))
----
error 1:45: Expected an expression, found the reserved word TIME
hint: If a name is meant: TIME is a reserved word, quote it with back-quotes: `TIME`

=== PARTITION BY of TUMBLE
SELECT * FROM TABLE(TUMBLE(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR))
----
error 1:49: PARTITION BY is for SESSION: windows of TUMBLE are the same for all keys
hint: Put the key into GROUP BY.

=== unknown time column
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(tss), INTERVAL '1' HOUR))
----
error 1:48: Unknown column: tss
hint: Did you mean 'ts'?

=== current watermark
SELECT k, CURRENT_WATERMARK(ts) FROM t WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts)
----
Calc(select=[k, CURRENT_WATERMARK(ts) AS EXPR$1], where=[(CURRENT_WATERMARK(ts) IS NULL OR (ts > CURRENT_WATERMARK(ts)))], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== current watermark of what is no time attribute
SELECT CURRENT_WATERMARK(ts) FROM plain
----
error 1:8: CURRENT_WATERMARK takes one argument: a column that WATERMARK FOR names

=== OVER by a time without a watermark, over a stream
SELECT k, SUM(x) OVER (PARTITION BY k ORDER BY moment) FROM (SELECT k, x, CAST(ts AS TIMESTAMP(6)) AS moment FROM live)
----
Calc(select=[k, EXPR$1], changelogMode=[I,UB,UA])
+- OverAggregate(partitionBy=[k], orderBy=[moment ASC], window=[RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW], select=[k, x, moment, SUM(x) AS EXPR$1], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- Calc(select=[k, x, CAST(ts AS TIMESTAMP(6)) AS moment], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[k, x, ts], rowtime=[ts], watermark=[ts], changelogMode=[I])
warning: OVER ordered by moment keeps all rows for ever and gives updates, as no WATERMARK is declared for it; with one each row comes once.

=== OVER in two orders: that of time first
SELECT k, SUM(x) OVER (PARTITION BY k ORDER BY x DESC), COUNT(*) OVER (PARTITION BY k ORDER BY ts) FROM live
----
Calc(select=[k, EXPR$1, EXPR$2], changelogMode=[I,UB,UA])
+- OverAggregate(partitionBy=[k], orderBy=[x DESC], window=[RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW], select=[k, x, ts, EXPR$2, SUM(x) AS EXPR$1], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- OverAggregate(partitionBy=[k], orderBy=[ts ASC], window=[RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW], select=[k, x, ts, COUNT(*) AS EXPR$2], changelogMode=[I])
         +- Exchange(distribution=[hash[k]], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[k, x, ts], rowtime=[ts], watermark=[ts], changelogMode=[I])
