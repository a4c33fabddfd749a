=== prelude
CREATE TABLE t (k STRING, x INT, d DECIMAL(10,2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'fake');
CREATE TABLE orders (id BIGINT, amount DECIMAL(10,2)) WITH ('connector' = 'fake');

=== star
SELECT *, 1, x + 1 y, 2 FROM t
----
Calc(select=[k, x, d, ts, 1 AS EXPR$4, (x + 1) AS y, 2 AS EXPR$6], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, d, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== qualified names
SELECT default_database.t.x, default_catalog.default_database.t.k, t.* FROM t
----
Calc(select=[x, k, k AS k0, x AS x0, d, ts], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x, d, ts], rowtime=[ts], watermark=[(ts - INTERVAL '+0 00:00:01.000' DAY TO SECOND)], changelogMode=[I])

=== alias of a table
SELECT s.x FROM t AS s
----
TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== alias hides the table's name
SELECT t.x FROM t AS s
----
error 1:8: Unknown table or alias: t
hint: FROM has: s.

=== alias with columns
SELECT a, b FROM (SELECT k, x FROM t) AS u (a, b) WHERE a = 'x'
----
Calc(select=[k AS a, x AS b], where=[(k = 'x')], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== alias with too few columns
SELECT a FROM (SELECT k, x FROM t) AS u (a)
----
error 1:39: u has 1 names for 2 columns

=== unknown column
SELECT kk FROM t
----
error 1:8: Unknown column: kk
hint: Did you mean 'k'?

=== unknown column, nothing near
SELECT zzzzzz FROM t
----
error 1:8: Unknown column: zzzzzz
hint: There are: k, x, d, ts.

=== names are case-sensitive
SELECT K FROM t
----
error 1:8: Unknown column: K
hint: Did you mean 'k'?

=== unknown table
SELECT * FROM order
----
error 1:15: Expected a file in single quotes, '(' or a table name, found the reserved word order
hint: If a name is meant: order is a reserved word, quote it with back-quotes: `order`

=== unknown table in back-quotes
SELECT * FROM `order`
----
error 1:15: Unknown table or view: order
hint: Did you mean 'orders'?

=== unknown database
SELECT * FROM hive.t
----
error 1:15: Unknown database: hive
hint: The only database is default_database.

=== unknown catalog
SELECT * FROM hive.default_database.t
----
error 1:15: Unknown catalog: hive
hint: The only catalog is default_catalog.

=== unknown function
SELECT UPER(k) FROM t
----
error 1:8: There is no function UPER
hint: Did you mean UPPER?

=== unknown qualified star
SELECT s.* FROM t
----
error 1:8: Unknown table or alias: s

=== a field of what is no row
SELECT x.y FROM t
----
error 1:10: There is no field y: x is INT, not a ROW

=== no FROM, no columns
SELECT x
----
error 1:8: Unknown column: x
hint: There are no columns here.

=== star without FROM
SELECT *
----
error 1:8: SELECT * needs a FROM

=== same names in the result [graph]
SELECT x, x, x AS x0 FROM t
----
source(t) x1
select/calc x1 <- forward source(t)
select/sink x1 <- forward select/calc

=== same names in a sub-query are ambiguous
SELECT x FROM (SELECT x, d AS x FROM t)
----
error 1:8: Column is ambiguous: x
hint: Give the columns different names in the sub-query: … AS name.

=== same names in a sub-query may be starred
SELECT * FROM (SELECT x, x FROM t)
----
Calc(select=[x, x AS x0], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[x], changelogMode=[I])

=== WITH
WITH big AS (SELECT k, x FROM t WHERE x > 10), named (a) AS (SELECT k FROM big) SELECT a FROM named
----
Calc(select=[k AS a], where=[(x > 10)], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== WITH hides a table
WITH t AS (SELECT id FROM orders) SELECT * FROM t
----
TableSourceScan(table=[[default_catalog, default_database, orders]], fields=[id], changelogMode=[I])

=== WITH is not recursive
WITH a AS (SELECT * FROM a) SELECT * FROM a
----
error 1:26: Unknown table or view: a

=== WITH twice the same name
WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a
----
error 1:23: WITH names two queries a

=== misspelt query of WITH
WITH numbers AS (SELECT 1 AS n) SELECT * FROM numbrs
----
error 1:47: Unknown table or view: numbrs
hint: Did you mean 'numbers'?

=== view
CREATE VIEW v (a, b) AS SELECT k, x + 1 FROM t;
SELECT v.b, a FROM v
----
Calc(select=[(x + 1) AS b, k AS a], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, t]], fields=[k, x], changelogMode=[I])

=== view with two equal names
CREATE VIEW v AS SELECT x, x FROM t
----
error 1:18: Two columns of the view have this name: x
hint: Rename one: … AS name.

=== view whose table has changed
CREATE TABLE u (a INT) WITH ('connector' = 'fake');
CREATE VIEW v AS SELECT * FROM u;
DROP TABLE u;
CREATE TABLE u (a INT, b INT) WITH ('connector' = 'fake');
SELECT * FROM v
----
error 5:15: What the view reads has other columns than at its creation: v
hint: Drop the view and create it again.

=== view whose table is gone
CREATE TABLE u (a INT) WITH ('connector' = 'fake');
CREATE VIEW v AS SELECT * FROM u;
DROP TABLE u;
SELECT * FROM v
----
error 4:15: In view v: Unknown table or view: u

=== view that reads itself
CREATE TABLE b (x INT) WITH ('connector' = 'fake');
CREATE VIEW a AS SELECT x FROM b;
DROP TABLE b;
CREATE VIEW b AS SELECT x FROM a
----
error 4:32: In view a: Unknown table or view: b

=== file as table
SELECT name FROM 'data/people.csv' WHERE age > 30
----
Calc(select=[name], where=[(age > 30)], changelogMode=[I])
+- TableSourceScan(table=[[default_catalog, default_database, data/people.csv]], fields=[name, age], changelogMode=[I])

=== file that is not there
SELECT name FROM 'data/peeple.csv'
----
error 1:18: No such file: data/peeple.csv

=== table hints
SELECT k FROM t /*+ OPTIONS('bounded' = 'false', 'path' = 'x') */ ORDER BY k
----
error 1:76: ORDER BY over input that never ends begins with a time attribute, ascending: of other columns no row is ever the first
hint: Read bounded tables, order by the column of WATERMARK FOR, or add LIMIT n.

=== unknown hint
SELECT k FROM t /*+ SHUFFLE('x') */
----
error 1:21: The hint SHUFFLE is not supported yet

=== saved state, of which only columns that are needed are read
SET 'state.checkpoint' = 'ck';
SELECT s.k FROM state('op') AS s
----
TableSourceScan(table=[[default_catalog, default_database, ck op ]], fields=[k], changelogMode=[I])

=== another table of saved state, in any case
SET 'state.checkpoint' = 'ck/chk-7';
SELECT `COUNT(*)` FROM TABLE(STATE('op', 'groups'))
----
TableSourceScan(table=[[default_catalog, default_database, ck/chk-7 op groups]], fields=[COUNT(*)], changelogMode=[I])

=== saved state without a checkpoint
SELECT * FROM state('op')
----
error 1:15: state() reads a checkpoint, and none is named
hint: SET 'state.checkpoint' = 'DIR' first, or run the query with: tidemill checkpoint query DIR "…"

=== saved state of what is no operator
SET 'state.checkpoint' = 'ck';
SELECT * FROM state('other')
----
error 2:15: No such operator: other

=== saved state of nothing
SELECT * FROM state()
----
error 1:15: state() takes the id of an operator, and maybe the name of one of its tables
hint: Its form is state('operator' [, 'table']).

=== saved state of a column
SELECT * FROM state(k)
----
error 1:21: state() takes names in single quotes
hint: Its form is state('operator' [, 'table']).
