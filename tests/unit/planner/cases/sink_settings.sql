=== prelude
CREATE TABLE t (a CHAR(3)) WITH ('connector' = 'fake');
CREATE TABLE o (a CHAR(3)) WITH ('connector' = 'fake')

=== lengths are left alone [graph]
INSERT INTO o SELECT * FROM t
----
source(t) x1
o/sink x1 <- forward source(t)

=== lengths are reached by cutting and padding [graph]
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
INSERT INTO o SELECT * FROM t
----
source(t) x1
o/sink x1 <- forward source(t), lengths: trim and pad

=== lengths are enforced [graph]
SET 'table.exec.sink.type-length-enforcer' = 'error';
INSERT INTO o SELECT * FROM t
----
source(t) x1
o/sink x1 <- forward source(t), lengths: error
