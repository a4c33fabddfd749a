=== prelude
CREATE TABLE t (k STRING, x INT, b BOOLEAN, d DECIMAL(10,2), f DOUBLE, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), dt DATE)
  WITH ('connector' = 'fake');

=== arithmetic and casts
SELECT x + 1, x * d, x / 2, -x, +x, x % 3, x + f, CAST(x AS BIGINT), TRY_CAST(k AS INT) FROM t
----
Calc(select=[(x + 1) AS EXPR$0, (CAST(x AS DECIMAL(10, 0)) * d) AS EXPR$1, (x / 2) AS EXPR$2, -x AS EXPR$3, x AS EXPR$4, (x % 3) AS EXPR$5, (CAST(x AS DOUBLE) + f) AS EXPR$6, CAST(x AS BIGINT) AS EXPR$7, TRY_CAST(k AS INT) AS EXPR$8], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, d, f], changelogMode=[I])

=== literals
SELECT 1, 2147483648, -2147483648, 1.50, .5, 1E3, 'it''s', X'0aff', TRUE, DATE '2020-01-02', TIME '10:00:00.12',
  TIMESTAMP '2020-01-02 03:04:05.123456789', INTERVAL '1' DAY, INTERVAL '1-2' YEAR TO MONTH, CAST(NULL AS INT)
----
Calc(select=[1 AS EXPR$0, 2147483648 AS EXPR$1, -2147483648 AS EXPR$2, 1.50 AS EXPR$3, 0.5 AS EXPR$4, 1000.0 AS EXPR$5, 'it''s' AS EXPR$6, X'0aff' AS EXPR$7, TRUE AS EXPR$8, DATE '2020-01-02' AS EXPR$9, TIME '10:00:00.12' AS EXPR$10, TIMESTAMP '2020-01-02 03:04:05.123456789' AS EXPR$11, INTERVAL '+1 00:00:00.000' DAY TO SECOND AS EXPR$12, INTERVAL '+1-02' YEAR TO MONTH AS EXPR$13, NULL AS EXPR$14], changelogMode=[I])
+- Values(tuples=[[{}]], fields=[], changelogMode=[I])

=== intervals
SELECT INTERVAL '90' MINUTE, INTERVAL '1 10:20:30.123' DAY TO SECOND, INTERVAL -'1' DAY, INTERVAL '-2' HOUR,
  INTERVAL '10:20' HOUR TO MINUTE, INTERVAL '15' MONTH, INTERVAL '2' YEAR, INTERVAL '100' DAY(3), INTERVAL '1.5' SECOND
----
Calc(select=[INTERVAL '+0 01:30:00.000' DAY TO SECOND AS EXPR$0, INTERVAL '+1 10:20:30.123' DAY TO SECOND AS EXPR$1, INTERVAL '-1 00:00:00.000' DAY TO SECOND AS EXPR$2, INTERVAL '-0 02:00:00.000' DAY TO SECOND AS EXPR$3, INTERVAL '+0 10:20:00.000' DAY TO SECOND AS EXPR$4, INTERVAL '+1-03' YEAR TO MONTH AS EXPR$5, INTERVAL '+2-00' YEAR TO MONTH AS EXPR$6, INTERVAL '+100 00:00:00.000' DAY TO SECOND AS EXPR$7, INTERVAL '+0 00:00:01.500' DAY TO SECOND AS EXPR$8], changelogMode=[I])
+- Values(tuples=[[{}]], fields=[], changelogMode=[I])

=== interval with too many digits
SELECT INTERVAL '100' DAY
----
error 1:8: 100 has more digits than DAY(2) allows
hint: Say how many digits the unit has: INTERVAL '100' DAY(3).

=== interval of another form
SELECT INTERVAL '1:2' DAY
----
error 1:8: Not an interval of DAY: '1:2'
hint: Forms are INTERVAL '90' MINUTE, INTERVAL '1 10:20:30.123' DAY TO SECOND, INTERVAL '1-2' YEAR TO MONTH.

=== number out of range
SELECT 9223372036854775808
----
error 1:8: Numeric literal out of range: 9223372036854775808
hint: Whole numbers have at most 19 digits, decimals 38; 1.5E20 is a DOUBLE.

=== smallest BIGINT
SELECT -9223372036854775808
----
Calc(select=[-9223372036854775808 AS EXPR$0], changelogMode=[I])
+- Values(tuples=[[{}]], fields=[], changelogMode=[I])

=== date that does not exist
SELECT TIMESTAMP '2020-02-30 10:00:00'
----
error 1:8: Not a TIMESTAMP literal: '2020-02-30 10:00:00'
hint: Its form is yyyy-MM-dd HH:mm:ss[.fraction].

=== predicates
SELECT k FROM t WHERE x IN (1, 2, 3) AND k LIKE 'a%' OR NOT (x BETWEEN 1 AND 2) OR b IS NOT TRUE OR k IS NULL
----
Calc(select=[k], where=[((x IN (1, 2, 3) AND (k LIKE 'a%')) OR NOT ((x >= 1) AND (x <= 2)) OR b IS NOT TRUE OR k IS NULL)], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, b], changelogMode=[I])

=== more predicates
SELECT k NOT LIKE 'a', x NOT IN (1, 2), x NOT BETWEEN 1 AND 2, x BETWEEN SYMMETRIC 2 AND 1, x IS DISTINCT FROM 1,
  k LIKE 'a!%' ESCAPE '!' FROM t
----
Calc(select=[(k NOT LIKE 'a') AS EXPR$0, NOT x IN (1, 2) AS EXPR$1, NOT ((x >= 1) AND (x <= 2)) AS EXPR$2, (((x >= 2) AND (x <= 1)) OR ((x >= 1) AND (x <= 2))) AS EXPR$3, (x IS DISTINCT FROM 1) AS EXPR$4, (k LIKE 'a!%' ESCAPE '!') AS EXPR$5], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== case
SELECT CASE WHEN x = 1 THEN 'one' WHEN x = 2 THEN 'two' END, CASE x WHEN 1 THEN 1 WHEN 2 THEN 2.5 ELSE 0 END FROM t
----
Calc(select=[CASE WHEN (x = 1) THEN 'one' WHEN (x = 2) THEN 'two' ELSE NULL END AS EXPR$0, CASE WHEN (x = 1) THEN 1.0 WHEN (x = 2) THEN 2.5 ELSE 0.0 END AS EXPR$1], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== functions
SELECT UPPER(k), EXTRACT(DAY FROM ts), TRIM(LEADING 'x' FROM k), SUBSTRING(k FROM 1 FOR 2), POSITION('a' IN k),
  COALESCE(k, 'none'), TIMESTAMPADD(DAY, 1, ts), FLOOR(ts TO HOUR) FROM t
----
Calc(select=[UPPER(k) AS EXPR$0, EXTRACT('DAY', ts) AS EXPR$1, TRIM('LEADING', 'x', k) AS EXPR$2, SUBSTRING(k, 1, 2) AS EXPR$3, POSITION('a', k) AS EXPR$4, COALESCE(k, 'none') AS EXPR$5, TIMESTAMPADD('DAY', 1, ts) AS EXPR$6, FLOOR(ts, 'HOUR') AS EXPR$7], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, ts], changelogMode=[I])

=== type error
SELECT k + x FROM t
----
error 1:10: + cannot be applied to (STRING, INT)
hint: Forms that exist: number + number; + number; time + interval | interval + interval. Where a type does not fit, CAST it.

=== text with a number
SELECT k || x FROM t
----
error 1:10: || cannot be applied to (STRING, INT)
hint: Forms that exist: a || b. Where a type does not fit, CAST it.

=== condition that is none
SELECT k FROM t WHERE x
----
error 1:23: WHERE needs a condition, not INT
hint: Compare it: x <> 0, s = 'yes', t IS NOT NULL.

=== NULL as a condition
SELECT k FROM t WHERE NULL
----
Values(tuples=[[]], fields=[k], changelogMode=[I])

=== NOT of a number
SELECT NOT x FROM t
----
error 1:12: NOT needs a condition, not INT
hint: Compare it: x <> 0, s = 'yes', t IS NOT NULL.

=== branches of different types
SELECT CASE WHEN b THEN 1 ELSE 'a' END FROM t
----
error 1:8: CASE cannot be applied to (BOOLEAN, INT NOT NULL, CHAR(1) NOT NULL)
hint: Forms that exist: CASE WHEN condition THEN result ... [ELSE result] END. Where a type does not fit, CAST it.

=== cast that does not exist
SELECT CAST(x AS TIMESTAMP(3)) FROM t
----
error 1:8: CAST of INT to TIMESTAMP(3) does not exist
hint: Use TO_TIMESTAMP(FROM_UNIXTIME(x)) for seconds since 1970, or TO_TIMESTAMP_LTZ(x, 3) for an instant

=== aggregate in WHERE
SELECT x FROM t WHERE COUNT(*) > 1
----
error 1:23: COUNT cannot stand in WHERE: it is an aggregate function
hint: Conditions on aggregates belong in HAVING.

=== aggregate in an aggregate
SELECT SUM(COUNT(*)) FROM t
----
error 1:12: Aggregates cannot be inside one another
hint: Compute the inner one in a sub-query: FROM (SELECT …, COUNT(*) AS n …).

=== DISTINCT of a scalar function
SELECT UPPER(DISTINCT k) FROM t
----
error 1:8: DISTINCT is for aggregate functions, and UPPER is none

=== OVER in another order than by time
SELECT SUM(x) OVER (ORDER BY ts) FROM t
----
Calc(select=[EXPR$0], changelogMode=[I,UB,UA])
+- OverAggregate(orderBy=[ts ASC], window=[RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW], select=[x, ts, SUM(x) AS EXPR$0], changelogMode=[I,UB,UA])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x, ts], changelogMode=[I])

=== IN of a query is a semi join
SELECT x FROM t WHERE x IN (SELECT x FROM t)
----
Join(joinType=[LeftSemiJoin], where=[(x = x0)], select=[x], changelogMode=[I])
:- Exchange(distribution=[hash[x]], changelogMode=[I])
:  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])
+- Exchange(distribution=[hash[x]], changelogMode=[I])
   +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== EXISTS is a semi join
SELECT x FROM t WHERE EXISTS (SELECT x FROM t)
----
Join(joinType=[LeftSemiJoin], where=[true], select=[x], changelogMode=[I])
:- Exchange(distribution=[single], changelogMode=[I])
:  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])
+- Exchange(distribution=[single], changelogMode=[I])
   +- Calc(select=[], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== a sub-query as a value is a join with one row
SELECT (SELECT MAX(x) FROM t) FROM t
----
Calc(select=[EXPR$0], changelogMode=[I,UB,D])
+- Join(joinType=[LeftOuterJoin], where=[true], select=[x, EXPR$0], changelogMode=[I,UB,D])
   :- Exchange(distribution=[single], changelogMode=[I])
   :  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I,UB,UA])
      +- GroupAggregate(select=[MAX(x) AS EXPR$0], changelogMode=[I,UB,UA])
         +- Exchange(distribution=[single], changelogMode=[I])
            +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== an equality is the key of a join
SELECT * FROM t JOIN t AS u ON t.x = u.x
----
Calc(select=[k, x, b, d, f, ts, z, dt, k AS k0, x AS x0, b AS b0, d AS d0, f AS f0, ts AS ts0, z AS z0, dt AS dt0], changelogMode=[I])
+- Join(joinType=[InnerJoin], where=[(x = x0)], select=[k, x, b, d, f, ts, z, dt, k0, x0, b0, d0, f0, ts0, z0, dt0], changelogMode=[I])
   :- Exchange(distribution=[hash[x]], changelogMode=[I])
   :  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, b, d, f, ts, z, dt], changelogMode=[I])
   +- Exchange(distribution=[hash[x]], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, b, d, f, ts, z, dt], changelogMode=[I])

=== several tables without a condition
SELECT * FROM t, t AS u
----
Calc(select=[k, x, b, d, f, ts, z, dt, k AS k0, x AS x0, b AS b0, d AS d0, f AS f0, ts AS ts0, z AS z0, dt AS dt0], changelogMode=[I])
+- Join(joinType=[InnerJoin], where=[true], select=[k, x, b, d, f, ts, z, dt, k0, x0, b0, d0, f0, ts0, z0, dt0], changelogMode=[I])
   :- Exchange(distribution=[single], changelogMode=[I])
   :  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, b, d, f, ts, z, dt], changelogMode=[I])
   +- Exchange(distribution=[single], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, b, d, f, ts, z, dt], changelogMode=[I])

=== LATERAL
SELECT * FROM t, LATERAL (SELECT 1)
----
Join(joinType=[InnerJoin], where=[true], select=[k, x, b, d, f, ts, z, dt, EXPR$0], changelogMode=[I])
:- Exchange(distribution=[single], changelogMode=[I])
:  +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, b, d, f, ts, z, dt], changelogMode=[I])
+- Exchange(distribution=[single], changelogMode=[I])
   +- Calc(select=[1 AS EXPR$0], changelogMode=[I])
      +- Values(tuples=[[{}]], fields=[], changelogMode=[I])

=== not supported: UNNEST of several
SELECT * FROM UNNEST(ARRAY[1], ARRAY[2])
----
error 1:15: UNNEST of several collections is not supported yet

=== UNNEST, with what is above it where it can be below
SELECT x, e FROM t CROSS JOIN UNNEST(ARRAY[x, 2]) WITH ORDINALITY AS u(e, o) WHERE x > 1 AND e > 2
----
Calc(select=[x, e], where=[(e > 2)], changelogMode=[I])
+- Correlate(unnest=[$unnest], withOrdinality=[true], joinType=[inner], select=[x, $unnest, e, o], changelogMode=[I])
   +- Calc(select=[x, ARRAY[x, 2] AS $unnest], where=[(x > 1)], changelogMode=[I])
      +- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== constants in brackets
SELECT ARRAY[1, 2], ROW(1, 'a'), MAP['k', 1]
----
Calc(select=[[1, 2] AS EXPR$0, (1, a) AS EXPR$1, {k=1} AS EXPR$2], changelogMode=[I])
+- Values(tuples=[[{}]], fields=[], changelogMode=[I])

=== not supported: versions outside of a join
SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01 00:00:00'
----
error 1:39: FOR SYSTEM_TIME AS OF outside of a join is not supported yet

=== QUALIFY without OVER
SELECT x FROM t QUALIFY x > 1
----
error 1:27: QUALIFY needs a condition on a call with OVER
hint: Conditions on columns belong in WHERE, those on aggregates in HAVING.

=== unknown table function
SELECT * FROM TABLE(explode(TABLE t))
----
error 1:21: There is no function explode that gives rows
hint: Functions that give rows: GENERATE_SERIES, REGEXP_SPLIT_TO_TABLE, STRING_TO_TABLE, TO_CHANGELOG, FROM_CHANGELOG.

=== two functions with the wrong number of arguments
SELECT UPPER(k, k) FROM t
----
error 1:8: UPPER cannot be applied to (STRING, STRING)
hint: Forms that exist: UPPER(text). Where a type does not fit, CAST it.

=== window function outside FROM and GROUP BY
SELECT TUMBLE(ts, INTERVAL '1' HOUR) FROM t
----
error 1:8: TUMBLE belongs in FROM TABLE(TUMBLE(…)) or in GROUP BY
