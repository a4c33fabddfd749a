=== prelude
CREATE TABLE t (k STRING, x INT) WITH ('connector' = 'fake');
CREATE TABLE newest (k STRING, n BIGINT) WITH ('connector' = 'fake', 'accepts' = 'newest');
CREATE TABLE keyed (k STRING, n BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'fake', 'accepts' = 'newest')

=== nobody makes -U for a sink that takes only what a row is now
INSERT INTO newest SELECT k, COUNT(*) FROM t GROUP BY k

=== but where the new row may be filtered away
INSERT INTO newest SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) WHERE n < 3

=== nor with another key than that of the rows
INSERT INTO keyed SELECT k, COUNT(*) FROM t GROUP BY k ON CONFLICT DO DEDUPLICATE
