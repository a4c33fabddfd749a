=== prelude
CREATE TABLE t (k STRING, x INT) WITH ('connector' = 'fake');
CREATE TABLE newest (k STRING, n BIGINT) WITH ('connector' = 'fake', 'accepts' = 'newest');
CREATE TABLE keyed (k STRING, n BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'fake', 'accepts' = 'newest')

=== nobody makes -U for a sink that takes only what a row is now
INSERT INTO newest SELECT k, COUNT(*) FROM t GROUP BY k
----
Sink(table=[default_catalog.default_database.newest], fields=[k, n], changelogMode=[NONE])
+- Calc(select=[k, EXPR$1 AS n], changelogMode=[I,UA])
   +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UA])
      +- Exchange(distribution=[hash[k]], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== but where the new row may be filtered away
INSERT INTO newest SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) WHERE n < 3
----
Sink(table=[default_catalog.default_database.newest], fields=[k, n], changelogMode=[NONE])
+- Calc(select=[k, n], where=[(n < 3)], changelogMode=[I,UB,UA])
   +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS n], changelogMode=[I,UB,UA])
      +- Exchange(distribution=[hash[k]], changelogMode=[I])
         +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])

=== nor with another key than that of the rows
INSERT INTO keyed SELECT k, COUNT(*) FROM t GROUP BY k ON CONFLICT DO DEDUPLICATE
----
Sink(table=[default_catalog.default_database.keyed], fields=[k, n], conflictStrategy=[DEDUPLICATE], changelogMode=[NONE])
+- SinkMaterializer(pk=[n], upsertKey=[k], conflictStrategy=[DEDUPLICATE], changelogMode=[I,UA,D])
   +- Exchange(distribution=[hash[n]], changelogMode=[I,UB,UA])
      +- Calc(select=[k, EXPR$1 AS n], changelogMode=[I,UB,UA])
         +- GroupAggregate(groupBy=[k], select=[k, COUNT(*) AS EXPR$1], changelogMode=[I,UB,UA])
            +- Exchange(distribution=[hash[k]], changelogMode=[I])
               +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k], changelogMode=[I])
