=== prelude
CREATE TABLE t (k STRING, x INT, d DECIMAL(10,2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake');
CREATE TABLE live (k STRING, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'fake', 'bounded' = 'false');
CREATE TABLE changes (k STRING, x INT) WITH ('connector' = 'fake', 'append-only' = 'false');

=== group by
SELECT k, COUNT(*), SUM(x), COUNT(DISTINCT x), SUM(x) FILTER (WHERE x > 1), SUM(x) + 1 FROM t GROUP BY k
----
Calc(select=[k, EXPR$1, EXPR$2, EXPR$3, EXPR$4, (EXPR$2 + 1) AS EXPR$5], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1, SUM(x) AS EXPR$2, COUNT(DISTINCT x) AS EXPR$3, SUM(x) FILTER (WHERE $f2) AS EXPR$4], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- Calc(select=[k, x, (x > 1) AS $f2], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== group by an expression
SELECT x + 1, COUNT(*), x + 1 + 2 FROM t GROUP BY x + 1
----
Calc(select=[$f0 AS EXPR$0, EXPR$1, ($f0 + 2) AS EXPR$2], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[$f0], select=[$f0, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[$f0]], changelogMode=[I])
      +- Calc(select=[(x + 1) AS $f0], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== group by a constant
SELECT COUNT(*) FROM t GROUP BY 1
----
Calc(select=[EXPR$0], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[$f0], select=[$f0, COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[$f0]], changelogMode=[I])
      +- Calc(select=[1 AS $f0], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[], changelogMode=[I])

=== group by an alias is not possible
SELECT k AS kk, COUNT(*) FROM t GROUP BY kk
----
error 1:42: Unknown column: kk
hint: Did you mean 'k'?

=== group by an ordinal is a constant
SELECT k, COUNT(*) FROM t GROUP BY 1
----
error 1:8: Column is neither grouped by nor in an aggregate: k
hint: Add it to GROUP BY, or take one value of each group: MAX(…), MIN(…).

=== global aggregate
SELECT COUNT(*), MAX(x) FROM t
----
GroupAggregate(select=[COUNT(*) AS EXPR$0, MAX(x) AS EXPR$1], changelogMode=[I,UB,UA])
+- Exchange(distribution=[single], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])
warning: An aggregate without GROUP BY gives no row if its input has none; in batch mode it gives one (COUNT = 0).

=== global aggregate in batch mode
SET 'execution.runtime-mode' = 'batch';
SELECT COUNT(*), MAX(x) FROM t
----
GroupAggregate(select=[COUNT(*) AS EXPR$0, MAX(x) AS EXPR$1], changelogMode=[I])
+- Exchange(distribution=[single], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== global aggregate over a stream
SELECT COUNT(*) FROM live
----
GroupAggregate(select=[COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA])
+- Exchange(distribution=[single], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[], changelogMode=[I])

=== column that is not grouped
SELECT k, x FROM t GROUP BY k
----
error 1:11: Column is neither grouped by nor in an aggregate: x
hint: Add it to GROUP BY, or take one value of each group: MAX(…), MIN(…).

=== star that is not grouped
SELECT * FROM t GROUP BY k
----
error 1:8: Column is neither grouped by nor in an aggregate: x
hint: Add it to GROUP BY, or take one value of each group: MAX(…), MIN(…).

=== HAVING
SELECT k FROM t GROUP BY k HAVING SUM(x) > 1 AND k <> 'a'
----
Calc(select=[k], where=[($f1 > 1)], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[k], select=[k, SUM(x) AS $f1], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- Calc(select=[k, x], where=[(k <> 'a')], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== HAVING without GROUP BY
SELECT 1 FROM t HAVING COUNT(*) > 1
----
Calc(select=[1 AS EXPR$0], where=[($f0 > 1)], changelogMode=[I,UB,UA])
+- GroupAggregate(select=[COUNT(*) AS $f0], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[], changelogMode=[I])
warning: An aggregate without GROUP BY gives no row if its input has none; in batch mode it gives one (COUNT = 0).

=== HAVING does not see aliases
SELECT k, COUNT(*) c FROM t GROUP BY k HAVING c > 1
----
error 1:47: Unknown column: c
hint: There are: k, x, d, ts.

=== distinct
SELECT DISTINCT k, x FROM t
----
GroupAggregate(groupBy=[k, x], select=[k, x], changelogMode=[I])
+- Exchange(distribution=[hash[k, x]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== distinct over changes
SELECT DISTINCT k FROM changes
----
GroupAggregate(groupBy=[k], select=[k], changelogMode=[I,D])
+- Exchange(distribution=[hash[k]], changelogMode=[I,UB,UA,D])
   +- TableSourceScan(table=[[default_catalog, default_database, changes]], fields=[k], changelogMode=[I,UB,UA,D])

=== distinct aggregates
SELECT DISTINCT COUNT(*) FROM t GROUP BY k
----
GroupAggregate(groupBy=[EXPR$0], select=[EXPR$0], changelogMode=[I,D])
+- Exchange(distribution=[hash[EXPR$0]], changelogMode=[I,UB,UA])
   +- Calc(select=[EXPR$0], changelogMode=[I,UB,UA])
      +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA])
         +- Exchange(distribution=[hash[k]], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== aggregate of an aggregate
SELECT c, COUNT(*) FROM (SELECT k, COUNT(*) c FROM t WHERE x > 1 + 1 GROUP BY k) GROUP BY c
----
GroupAggregate(groupBy=[c], select=[c, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA,D])
+- Exchange(distribution=[hash[c]], changelogMode=[I,UB,UA])
   +- Calc(select=[c], changelogMode=[I,UB,UA])
      +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS c], changelogMode=[I,UB,UA])
         +- Exchange(distribution=[hash[k]], changelogMode=[I])
            +- Calc(select=[k], where=[(x > 2)], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== aggregate over changes
SELECT k, MAX(x) FROM changes GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, MAX(x) AS EXPR$1], changelogMode=[I,UB,UA,D])
+- Exchange(distribution=[hash[k]], changelogMode=[I,UB,UA,D])
   +- TableSourceScan(table=[[default_catalog, default_database, changes]], fields=[k, x], changelogMode=[I,UB,UA,D])

=== unused aggregates go
SELECT k FROM (SELECT k, COUNT(*) AS c, SUM(x) AS s FROM t GROUP BY k) WHERE s > 1
----
Calc(select=[k], where=[(s > 1)], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[k], select=[k, SUM(x) AS s], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== filter on a key goes below
SELECT k, c FROM (SELECT k, COUNT(*) c FROM t GROUP BY k) WHERE k = 'a' AND c > 3
----
Calc(select=[k, c], where=[(c > 3)], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS c], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- Calc(select=[k], where=[(k = 'a')], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== order of keys and aggregates
SELECT SUM(x), k, MIN(d) FROM t GROUP BY d, k
----
Calc(select=[EXPR$0, k, EXPR$2], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[d, k], select=[d, k, SUM(x) AS EXPR$0, MIN(d) AS EXPR$2], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[d, k]], changelogMode=[I])
      +- Calc(select=[d, k, x], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, d], changelogMode=[I])

=== rollup
SELECT k, COUNT(*) FROM t GROUP BY ROLLUP (k)
----
Union(all=[true], union=[k, EXPR$1], changelogMode=[I,UB,UA])
:- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
:  +- Exchange(distribution=[hash[k]], changelogMode=[I])
:     +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
+- Calc(select=[NULL AS k, EXPR$1], changelogMode=[I,UB,UA])
   +- GroupAggregate(groupBy=[$f0], select=[$f0, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
      +- Exchange(distribution=[hash[$f0]], changelogMode=[I])
         +- Calc(select=[0 AS $f0], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== cube
SELECT k, COUNT(*) FROM t GROUP BY CUBE (k)
----
Union(all=[true], union=[k, EXPR$1], changelogMode=[I,UB,UA])
:- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
:  +- Exchange(distribution=[hash[k]], changelogMode=[I])
:     +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
+- Calc(select=[NULL AS k, EXPR$1], changelogMode=[I,UB,UA])
   +- GroupAggregate(groupBy=[$f0], select=[$f0, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
      +- Exchange(distribution=[hash[$f0]], changelogMode=[I])
         +- Calc(select=[0 AS $f0], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== grouping sets
SELECT k, COUNT(*) FROM t GROUP BY GROUPING SETS ((k), ())
----
Union(all=[true], union=[k, EXPR$1], changelogMode=[I,UB,UA])
:- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
:  +- Exchange(distribution=[hash[k]], changelogMode=[I])
:     +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
+- Calc(select=[NULL AS k, EXPR$1], changelogMode=[I,UB,UA])
   +- GroupAggregate(groupBy=[$f0], select=[$f0, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
      +- Exchange(distribution=[hash[$f0]], changelogMode=[I])
         +- Calc(select=[0 AS $f0], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== empty grouping
SELECT COUNT(*) FROM live GROUP BY ()
----
GroupAggregate(select=[COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA])
+- Exchange(distribution=[single], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, live]], fields=[], changelogMode=[I])

=== grouping in parentheses
SELECT k, x, COUNT(*) FROM t GROUP BY (k, x)
----
GroupAggregate(groupBy=[k, x], select=[k, x, COUNT(*) AS EXPR$2], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k, x]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== vertices at parallelism 3 [graph]
SET 'parallelism.default' = '3';
SELECT c, COUNT(*) FROM (SELECT k, COUNT(*) c FROM t GROUP BY k) GROUP BY c
----
source(t) x3
select/group_aggregate(keys=[k], tables=[t]) x3 <- hash[0] source(t)
select/calc x3 <- forward select/group_aggregate(keys=[k], tables=[t])
select/group_aggregate(keys=[COUNT(*)], tables=[t]) x3 <- hash[0] select/calc
select/sink x1 <- gather select/group_aggregate(keys=[COUNT(*)], tables=[t])

=== a global aggregate runs once [graph]
SET 'parallelism.default' = '3';
SELECT COUNT(*) FROM t
----
source(t) x3
select/group_aggregate(keys=[], tables=[t]) x1 <- gather source(t)
select/sink x1 <- forward select/group_aggregate(keys=[], tables=[t])
