=== prelude
CREATE TABLE t (k STRING, x INT, d DECIMAL(10,2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake');

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

=== session
SELECT k, window_start, window_end, COUNT(*)
FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, window_start, window_end
----
Calc(select=[k, window_start, window_end, EXPR$3], changelogMode=[I])
+- WindowAggregate(groupBy=[k], window=[SESSION(time_col=[ts], gap=[1 h])], select=[k, COUNT(*) AS EXPR$3, window_start, window_end], changelogMode=[I])
   +- Exchange(distribution=[hash[k]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])
