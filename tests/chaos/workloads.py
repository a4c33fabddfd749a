"""Queries over made-up events, and what is compared of their results. Rule: the same seed makes the same events."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SPLITS = 3
ROWS_PER_SPLIT = 30_000
KEYS = 20_000  # of `wide`; `k` has few, each in one split, so that its order does not depend on which is read first
BEGIN_MS = 1_700_000_000_000


def write_events(directory: Path, seed: int) -> None:
    """Writes events-0.jsonl and so on: a twentieth of the rows is up to 20 s late, behind a watermark of 3 s."""
    draw = random.Random(seed)
    directory.mkdir(parents=True, exist_ok=True)
    for split in range(SPLITS):
        clock = BEGIN_MS
        lines = []
        for number in range(ROWS_PER_SPLIT):
            clock += draw.randrange(8)
            ts = clock - (draw.randrange(20_000) if draw.randrange(20) == 0 else draw.randrange(2_000))
            row = {
                "id": split * ROWS_PER_SPLIT + number,
                "k": draw.randrange(40) * SPLITS + split,
                "wide": draw.randrange(KEYS) if draw.randrange(3) else draw.randrange(50),
                "v": draw.randrange(-1000, 1000),
                "name": f"the name of thing {draw.randrange(300)}",
                "ts": ts,
            }
            lines.append(json.dumps(row))
        (directory / f"events-{split}.jsonl").write_text("\n".join(lines) + "\n")


EVENTS = """
CREATE TABLE events (
  id BIGINT, k BIGINT, wide BIGINT, v BIGINT, name STRING, ts BIGINT,
  moment AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR moment AS moment - INTERVAL '3' SECOND
) WITH ('connector' = 'filesystem', 'path' = '{input}', 'format' = 'json'{source_options});
"""


@dataclass(frozen=True)
class Query:
    """`columns` make the sink table `results`; `keys` of them, the first ones, name a row of an updating result. With `conflict` they are
    its primary key, which is not the key of the query. `beside` is what else the job computes, and lets go."""

    name: str
    columns: str
    select: str
    keys: int = 0  # 0: the result goes to files; otherwise it is printed
    changes: bool = False  # the result in files is one of changes; otherwise it only grows
    conflict: str = ""
    beside: str = ""
    partitions: str = ""  # columns that directories are named by; each is to have its success file

    def script(self, input_path: Path, out: Path, source_options: str = "") -> str:
        sink = (
            "'connector' = 'print'"
            if self.keys
            else f"'connector' = 'filesystem', 'path' = '{out}', 'format' = '{'debezium-json' if self.changes else 'csv'}'"
        )
        if self.partitions:
            sink += (
                ", 'sink.partition-commit.policy.kind' = 'success-file', 'sink.partition-commit.trigger' = 'partition-time', "
                "'partition.time-extractor.timestamp-pattern' = '$since'"
            )
        partitioned_by = f" PARTITIONED BY ({self.partitions})" if self.partitions else ""
        names = ", ".join(column.split()[0] for column in self.columns.split(", ")[: self.keys])
        primary_key = f", PRIMARY KEY ({names}) NOT ENFORCED" if self.conflict else ""
        on_conflict = f" ON CONFLICT DO {self.conflict}" if self.conflict else ""
        return (
            EVENTS.format(input=input_path, source_options=source_options)
            + f"CREATE TABLE results ({self.columns}{primary_key}){partitioned_by} WITH ({sink});\n"
            + self.beside_it(f"INSERT INTO results {self.select}{on_conflict};\n")
        )

    def beside_it(self, insert: str) -> str:
        if not self.beside:
            return insert
        return (
            "CREATE TABLE let_go (a BIGINT, b BIGINT) WITH ('connector' = 'blackhole');\n"
            f"EXECUTE STATEMENT SET BEGIN\n{insert}INSERT INTO let_go {self.beside};\nEND;\n"
        )


def window(name: str, table: str, group: str, columns: str, values: str) -> Query:
    return Query(
        name,
        f"since TIMESTAMP_LTZ(3), {columns}",
        f"SELECT window_start, {values} FROM TABLE({table}) GROUP BY window_start, window_end{group}",
    )


# Rows that are on time for their own split, and so for all: what a late row meets in a join or a frame depends on how far
# the other splits are.
ON_TIME = "(SELECT * FROM events WHERE CURRENT_WATERMARK(moment) IS NULL OR moment > CURRENT_WATERMARK(moment))"
SECONDS = "TABLE(TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '1' SECOND))"

QUERIES = [
    Query("rows", "id BIGINT, k BIGINT, name STRING", "SELECT id, k, UPPER(name) FROM events WHERE MOD(v, 7) <> 0"),
    window(
        "tumble",
        "TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '10' SECOND)",
        ", k",
        "k BIGINT, n BIGINT, total BIGINT",
        "k, COUNT(*), SUM(v)",
    ),
    window(
        "hop",
        "HOP(TABLE events, DESCRIPTOR(moment), INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
        ", k",
        "k BIGINT, n BIGINT, least BIGINT",
        "k, COUNT(*), MIN(v)",
    ),
    window(
        "cumulate",
        "CUMULATE(TABLE events, DESCRIPTOR(moment), INTERVAL '5' SECOND, INTERVAL '20' SECOND)",
        ", k",
        "k BIGINT, n BIGINT, mean BIGINT",
        "k, COUNT(*), AVG(v)",
    ),
    window(
        "session",
        "SESSION(TABLE events PARTITION BY k, DESCRIPTOR(moment), INTERVAL '1' SECOND)",
        ", k",
        "k BIGINT, n BIGINT, total BIGINT",
        "k, COUNT(*), SUM(v)",
    ),
    window(
        "distinct",
        "TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '20' SECOND)",
        ", MOD(k, 5)",
        "k BIGINT, names BIGINT, sum_of_distinct BIGINT",
        "MOD(k, 5), COUNT(DISTINCT name), SUM(DISTINCT v)",
    ),
    window(
        "texts",
        "TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '10' SECOND)",
        ", k",
        "k BIGINT, first_name STRING, greatest STRING, size BIGINT",
        "k, FIRST_VALUE(name), MAX(name), CAST(CHAR_LENGTH(LISTAGG(name)) AS BIGINT)",
    ),
    window(
        "wide",
        "TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '60' SECOND)",
        ", wide",
        "wide BIGINT, n BIGINT, greatest STRING",
        "wide, COUNT(*), MAX(name)",
    ),
    Query(
        "windows_of_windows",
        "since TIMESTAMP_LTZ(3), most BIGINT, keys BIGINT",
        "SELECT window_start, MAX(n), COUNT(*) FROM (SELECT window_start, window_end, k, COUNT(*) AS n "
        "FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k) "
        "GROUP BY window_start, window_end",
    ),
    Query(
        "union",
        "id BIGINT, side STRING",
        "SELECT id, 'low' FROM events WHERE v < -500 UNION ALL SELECT id, 'high' FROM events WHERE v > 500",
    ),
    Query(
        "partitions",
        "id BIGINT, name STRING, since STRING, side STRING",
        "SELECT id, name, DATE_FORMAT(FLOOR(moment TO MINUTE), 'yyyy-MM-dd HH:mm:ss'), IF(v = 0, NULL, IF(v < 0, 'less/0', 'more')) "
        "FROM events",
        partitions="since, side",
    ),
    Query("first_seen", "wide BIGINT", "SELECT DISTINCT wide FROM events", keys=1),
    Query(
        "totals",
        "wide BIGINT, n BIGINT, total BIGINT, greatest STRING",
        "SELECT wide, COUNT(*), SUM(v), MAX(name) FROM events GROUP BY wide",
        keys=1,
    ),
    Query(
        "counts_of_counts",
        "n BIGINT, keys BIGINT, total BIGINT, least BIGINT",
        "SELECT n, COUNT(*), SUM(total), MIN(total) FROM "
        "(SELECT wide, COUNT(*) AS n, SUM(v) AS total FROM events GROUP BY wide) GROUP BY n",
        keys=1,
    ),
    Query(
        "interval_join",
        "a BIGINT, b BIGINT, apart BIGINT",
        f"SELECT a.id, b.id, a.ts - b.ts FROM {ON_TIME} AS a LEFT JOIN {ON_TIME} AS b ON a.k = b.k AND MOD(a.v, 10) = MOD(b.v, 10) "
        "AND a.moment BETWEEN b.moment + INTERVAL '0.1' SECOND AND b.moment + INTERVAL '1' SECOND",
    ),
    Query(
        "window_join",
        "since TIMESTAMP(3), a BIGINT, b BIGINT",
        f"SELECT COALESCE(a.window_start, b.window_start), a.id, b.id FROM {SECONDS} AS a FULL JOIN {SECONDS} AS b "
        "ON a.k = b.k AND MOD(a.v, 10) = MOD(b.v, 7) AND a.window_start = b.window_start AND a.window_end = b.window_end",
    ),
    Query(
        "counts_with_maxima",
        "wide BIGINT, n BIGINT, greatest BIGINT",
        "SELECT a.wide, n, greatest FROM (SELECT wide, COUNT(*) AS n FROM events GROUP BY wide) AS a "
        "LEFT JOIN (SELECT wide, MAX(v) AS greatest FROM events WHERE v > 0 GROUP BY wide) AS b ON a.wide = b.wide",
        keys=1,
    ),
    Query(
        "over",
        "id BIGINT, n BIGINT, total BIGINT, least BIGINT",
        f"SELECT id, COUNT(*) OVER w, SUM(v) OVER w, MIN(v) OVER w FROM {ON_TIME} AS e "
        "WINDOW w AS (PARTITION BY k ORDER BY moment RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW)",
    ),
    Query(
        "match",
        "k BIGINT, first_id BIGINT, rises BIGINT, last_id BIGINT, last_name STRING",
        f"SELECT k, f, n, l, name FROM {ON_TIME} AS e MATCH_RECOGNIZE (PARTITION BY k ORDER BY moment, id "
        "MEASURES A.id AS f, COUNT(B.id) AS n, C.id AS l, C.name AS name AFTER MATCH SKIP PAST LAST ROW "
        "PATTERN (A B+ C) WITHIN INTERVAL '5' SECOND DEFINE B AS B.v > LAST(B.v, 1) OR LAST(B.v, 1) IS NULL, C AS C.v < A.v)",
    ),
    Query(
        "match_with_next",
        "k BIGINT, first_id BIGINT, dips BIGINT, after_id BIGINT",
        f"SELECT k, f, n, after_id FROM {ON_TIME} AS e MATCH_RECOGNIZE (PARTITION BY k ORDER BY moment, id "
        "MEASURES A.id AS f, COUNT(B.*) AS n, NEXT(B.id, 2) AS after_id AFTER MATCH SKIP PAST LAST ROW "
        "PATTERN (A B+? C) WITHIN INTERVAL '5' SECOND DEFINE A AS v > NEXT(v), B AS v < PREV(v) OR NEXT(v, 2) > 900, C AS v > NEXT(v))",
    ),
    Query(
        "ranks",
        "k BIGINT, id BIGINT, place BIGINT, more BIGINT, following BIGINT",
        "SELECT k, id, RANK() OVER w, SUM(v) OVER w, LEAD(id) OVER (PARTITION BY k ORDER BY v DESC, id) "
        "FROM (SELECT * FROM events WHERE MOD(id, 50) = 0) WINDOW w AS (PARTITION BY k ORDER BY v DESC)",
        keys=2,
    ),
    Query(
        "top_3",
        "k BIGINT, place BIGINT, v BIGINT, id BIGINT",
        "SELECT k, place, v, id FROM (SELECT k, v, id, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, id) AS place FROM events) "
        "WHERE place <= 3",
        keys=2,
    ),
    Query(
        "last_of_each",
        "k BIGINT, id BIGINT, v BIGINT",
        "SELECT k, id, v FROM (SELECT k, id, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY moment DESC) AS n FROM events) WHERE n = 1",
        keys=1,
    ),
    Query(
        "late_rows",
        "id STRING, k STRING, ends TIMESTAMP(3), late_ms BIGINT, place BIGINT",
        "SELECT input_row['id'], input_row['k'], window_end, late_ms, split_offset FROM events$late",
        beside="SELECT k, SUM(id) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '1' SECOND)) "
        "GROUP BY k, window_start, window_end",
    ),
    Query(
        "corrected",
        "ends TIMESTAMP(3), k BIGINT, n BIGINT, total BIGINT",
        "SELECT window_end, k, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(moment), INTERVAL '1' SECOND, "
        "ALLOWED_LATENESS => INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k",
        changes=True,
    ),
    Query(
        "changes_in_files",
        "wide BIGINT, n BIGINT, total BIGINT",
        "SELECT wide, COUNT(*), SUM(v) FROM events GROUP BY wide",
        changes=True,
    ),
    Query(
        "totals_by_another_key",
        "other BIGINT, n BIGINT, total BIGINT",
        "SELECT wide + 0, COUNT(*), SUM(v) FROM events GROUP BY wide",
        keys=1,
        conflict="DEDUPLICATE",
    ),
    Query(
        "totals_without_conflict",
        "other BIGINT, n BIGINT, total BIGINT",
        "SELECT wide + 0, COUNT(*), SUM(v) FROM events GROUP BY wide",
        keys=1,
        conflict="ERROR",
    ),
]


def query(name: str) -> Query:
    return next(candidate for candidate in QUERIES if candidate.name == name)


def rows_of_files(out: Path) -> list[str]:
    """The rows of all finished part files, sorted; those of partitions with their directory in front, and the success files, too."""
    lines: list[str] = []
    for file in out.rglob("part-*"):
        partition = "" if file.parent == out else f"{file.parent.relative_to(out)}: "
        lines += [partition + line for line in file.read_text().splitlines()]
    lines += [str(file.relative_to(out)) for file in out.rglob("_SUCCESS")]
    return sorted(lines)


def table_of_messages(out: Path) -> list[str]:
    """The rows that Debezium messages in all finished part files leave, sorted, as often as they are there."""
    rows: Counter[str] = Counter()
    for line in rows_of_files(out):
        message = json.loads(line)
        if message["op"] == "c":
            rows[json.dumps(message["after"])] += 1
        else:
            rows[json.dumps(message["before"])] -= 1
    if any(count < 0 for count in rows.values()):
        raise ValueError(f"a row was taken back that never came: {rows.most_common()[-1]}")
    return sorted(rows.elements())


def table_of_changes(printed: str, keys: int) -> list[str]:
    """The rows that printed changes leave, sorted; the last word on a key counts. A life that was killed may have
    printed half a line, and the next one prints again what came after its checkpoint."""
    table: dict[tuple[str, ...], str] = {}
    for line in printed.splitlines():
        line = re.sub(r"^\d+> ", "", line)  # of several subtasks each says which it is
        kind, row = line[:2], line[3:-1]
        if line[2:3] != "[" or not line.endswith("]") or kind not in ("+I", "+U", "-U", "-D"):
            continue
        key = tuple(row.split(", ")[:keys])
        if kind in ("+I", "+U"):
            table[key] = row
        elif kind == "-D":
            table.pop(key, None)
    return sorted(table.values())
