=== prelude
CREATE TABLE t (k STRING, x INT) WITH ('connector' = 'fake');
CREATE TABLE changes (k STRING, x INT, seen AS NOW()) WITH ('connector' = 'fake', 'append-only' = 'false');
CREATE TABLE keyed (k STRING, n BIGINT, moment TIMESTAMP_LTZ(3), PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'fake', 'accepts' = 'upsert');
CREATE TABLE plain (k STRING, n BIGINT, moment TIMESTAMP_LTZ(3)) WITH ('connector' = 'fake')

=== rows that are never taken back may hold anything
SELECT k, x, NOW() FROM t
----
Calc(select=[k, x, NOW() AS EXPR$2], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== an update would have another time
SELECT k, COUNT(*), NOW() FROM t GROUP BY k
----
error 1:21: NOW gives another value each time, so that an update could not take back the row that it replaces
hint: Compute it before the rows are aggregated, or write to a table that takes changes by a primary key without it. SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong results where rows are taken back.

=== a column that nobody reads
SELECT k, n FROM (SELECT k, COUNT(*) AS n, NOW() AS moment FROM t GROUP BY k)
----
GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS n], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== a filter lets through now one, now the other
SELECT k FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) WHERE CAST(n AS STRING) < CAST(NOW() AS STRING)
----
error 1:90: NOW gives another value each time, so that an update could not take back the row that it replaces
hint: Compute it before the rows are aggregated, or write to a table that takes changes by a primary key without it. SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong results where rows are taken back.

=== a sink finds the row by its key
INSERT INTO keyed SELECT k, COUNT(*), NOW() FROM t GROUP BY k
----
Sink(table=[default_catalog.default_database.keyed], fields=[k, n, moment], changelogMode=[NONE])
+- Calc(select=[k, EXPR$1 AS n, NOW() AS moment], changelogMode=[I,UA])
   +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UA])
      +- Exchange(distribution=[hash[k]], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== a sink finds the row by all of its columns
INSERT INTO plain SELECT k, COUNT(*), NOW() FROM t GROUP BY k
----
error 1:39: NOW gives another value each time, so that an update could not take back the row that it replaces
hint: Compute it before the rows are aggregated, or write to a table that takes changes by a primary key without it. SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong results where rows are taken back.

=== an aggregate of aggregates
SELECT MAX(moment), SUM(n) FROM (SELECT k, COUNT(*) AS n, NOW() AS moment FROM t GROUP BY k)
----
error 1:59: NOW gives another value each time, so that an update could not take back the row that it replaces
hint: Compute it before the rows are aggregated, or write to a table that takes changes by a primary key without it. SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong results where rows are taken back.

=== an aggregate that counts
SELECT COUNT(n) FROM (SELECT k, COUNT(*) AS n, NOW() AS moment FROM t GROUP BY k)
----
GroupAggregate(select=[COUNT(n) AS EXPR$0], changelogMode=[I,UB,UA,D])
+- Exchange(distribution=[single], changelogMode=[I,UB,UA])
   +- Calc(select=[n], changelogMode=[I,UB,UA])
      +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS n], changelogMode=[I,UB,UA])
         +- Exchange(distribution=[hash[k]], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
warning: An aggregate without GROUP BY gives no row if its input has none; in batch mode it gives one (COUNT = 0).

=== a column that is computed for a change
SELECT k, x, seen FROM changes
----
error 2:48: NOW gives another value each time, so that an update could not take back the row that it replaces
hint: Compute it before the rows are aggregated, or write to a table that takes changes by a primary key without it. SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE' runs it as it is, with wrong results where rows are taken back.

=== the other columns of a change
SELECT k, x FROM changes
----
TableSourceScan(table=[[default_catalog, default_database, changes]], fields=[k, x], changelogMode=[I,UB,UA,D])

=== before the rows are aggregated
SELECT k, MAX(moment) FROM (SELECT k, NOW() AS moment FROM t) GROUP BY k
----
GroupAggregate(groupBy=[k], select=[k, MAX(moment) AS EXPR$1], changelogMode=[I,UB,UA])
+- Exchange(distribution=[hash[k]], changelogMode=[I])
   +- Calc(select=[k, NOW() AS moment], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== on request
SET 'table.optimizer.non-deterministic-update.strategy' = 'IGNORE';
SELECT k, COUNT(*), NOW() FROM t GROUP BY k
----
Calc(select=[k, EXPR$1, NOW() AS EXPR$2], changelogMode=[I,UB,UA])
+- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
