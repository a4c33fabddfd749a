#!/usr/bin/env python3
"""Files by pyarrow read by `tidemill run`, files by `tidemill run` read by pyarrow. Rule: values are compared, never bytes.

Goes on in the Python that tools/install_arrow.sh has made; exits with 77, and says why, where that is not there.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/release/tidemill")).resolve()
PATIENCE_SECONDS = 120.0
SKIPPED = 77


def skip(reason: str) -> None:
    print(f"SKIP parquet: {reason}")
    sys.exit(SKIPPED)


try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tidemill"
    pythons = sorted(cache.glob("pyarrow-*/bin/python"))
    if not pythons or os.environ.get("TIDEMILL_PYARROW"):
        skip("pyarrow is not installed: run tools/install_arrow.sh")
    os.environ["TIDEMILL_PYARROW"] = "1"
    os.execv(pythons[-1], [str(pythons[-1]), *sys.argv])

if not (PROGRAM.parent / "lib/libtidemill_parquet.so").exists():
    skip("this build has no format parquet: run tools/install_arrow.sh, then build again")

UTC = datetime.timezone.utc
DAY = datetime.datetime(2024, 2, 29, 12, 34, 56, 123456)


class ParquetTestCase(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory(prefix="tidemill-")
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)

    def write(self, table: pa.Table, name: str = "in.parquet", **options: Any) -> Path:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table, path, **options)
        return path

    def run_sql(self, sql: str, *options: str, program: Path = PROGRAM) -> subprocess.CompletedProcess[str]:
        script = self.root / "script.sql"
        script.write_text(sql)
        return subprocess.run([program, "run", script, *options], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)

    def succeed(self, sql: str, *options: str) -> str:
        done = self.run_sql(sql, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def fail_with(self, sql: str, *parts: str) -> None:
        done = self.run_sql(sql)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    def rows_of(self, columns: str, path: Path, query: str = "SELECT * FROM t", out_columns: str = "", *options: str) -> list[dict[str, Any]]:
        """The rows of a query over the file(s), by the format json."""
        out = self.root / f"out-{time.monotonic_ns()}"
        self.succeed(
            f"""SET 'execution.runtime-mode' = 'batch';
            CREATE TABLE t ({columns}) WITH ('connector'='filesystem', 'path'='{path}', 'format'='parquet');
            CREATE TABLE o ({out_columns or columns.replace(" NOT NULL", "")}) WITH ('connector'='filesystem', 'path'='{out}', 'format'='json');
            INSERT INTO o {query};""",
            *options,
        )
        return [json.loads(line) for part in sorted(out.glob("part-*")) for line in part.read_text().splitlines()]


class Reading(ParquetTestCase):
    # SQL type, Arrow's, a value for Arrow, what the format json shows.
    VALUES: list[tuple[str, pa.DataType, Any, Any]] = [
        ("BOOLEAN", pa.bool_(), True, True),
        ("TINYINT", pa.int8(), -128, -128),
        ("SMALLINT", pa.int16(), -300, -300),
        ("SMALLINT", pa.uint8(), 255, 255),
        ("INT", pa.int32(), -70000, -70000),
        ("INT", pa.int16(), 7, 7),
        ("INT", pa.uint16(), 65535, 65535),
        ("BIGINT", pa.int64(), -(2**63), -(2**63)),
        ("BIGINT", pa.int32(), -5, -5),
        ("BIGINT", pa.uint32(), 2**32 - 1, 2**32 - 1),
        ("DECIMAL(20, 0)", pa.uint64(), 2**64 - 1, 2**64 - 1),
        ("FLOAT", pa.float32(), 1.5, 1.5),
        ("FLOAT", pa.float16(), 0.5, 0.5),
        ("DOUBLE", pa.float64(), -2.25, -2.25),
        ("DOUBLE", pa.float32(), 0.75, 0.75),
        ("DECIMAL(9, 2)", pa.decimal128(9, 2), Decimal("-12.34"), -12.34),
        ("DECIMAL(18, 4)", pa.decimal128(9, 2), Decimal("12.34"), 12.34),
        ("STRING", pa.string(), "h\u00e9", "h\u00e9"),
        ("STRING", pa.large_string(), "a text that is longer than twelve bytes", "a text that is longer than twelve bytes"),
        ("STRING", pa.dictionary(pa.int32(), pa.string()), "a", "a"),
        ("STRING", pa.binary(), b"text", "text"),
        ("CHAR(3)", pa.string(), "abc", "abc"),
        ("BYTES", pa.binary(), b"\x00\xff", base64.b64encode(b"\x00\xff").decode()),
        ("BYTES", pa.binary(3), b"abc", base64.b64encode(b"abc").decode()),
        ("DATE", pa.date32(), datetime.date(1969, 12, 31), "1969-12-31"),
        ("DATE", pa.date64(), datetime.date(2024, 2, 29), "2024-02-29"),
        ("TIME", pa.time32("ms"), datetime.time(1, 2, 3, 4000), "01:02:03.004"),
        ("TIME(3)", pa.time64("us"), datetime.time(1, 2, 3, 4567), "01:02:03.004"),
        ("TIMESTAMP(3)", pa.timestamp("ms"), DAY.replace(microsecond=123000), "2024-02-29 12:34:56.123"),
        ("TIMESTAMP(3)", pa.timestamp("us"), DAY, "2024-02-29 12:34:56.123"),
        ("TIMESTAMP(6)", pa.timestamp("us"), DAY, "2024-02-29 12:34:56.123456"),
        ("TIMESTAMP(9)", pa.timestamp("ns"), DAY, "2024-02-29 12:34:56.123456"),
        ("TIMESTAMP(9)", pa.timestamp("ms"), DAY.replace(microsecond=0), "2024-02-29 12:34:56"),
        ("TIMESTAMP(0)", pa.timestamp("ms"), datetime.datetime(1960, 1, 1, 0, 0, 0, 999000), "1960-01-01 00:00:00"),
        ("TIMESTAMP_LTZ(3)", pa.timestamp("us", "UTC"), DAY.replace(tzinfo=UTC), "2024-02-29 12:34:56.123Z"),
        ("ARRAY<INT>", pa.list_(pa.int32()), [1, None, 3], [1, None, 3]),
        ("ARRAY<STRING>", pa.large_list(pa.string()), ["a", "b"], ["a", "b"]),
        ("MAP<STRING, INT>", pa.map_(pa.string(), pa.int32()), [("k", 1), ("l", None)], {"k": 1, "l": None}),
        ("ROW<a INT, b STRING>", pa.struct([("b", pa.string()), ("a", pa.int32())]), {"a": 1, "b": "x"}, {"a": 1, "b": "x"}),
        ("ROW<a INT, c STRING>", pa.struct([("a", pa.int32())]), {"a": 1}, {"a": 1, "c": None}),
        (
            "ARRAY<ROW<m MAP<STRING, ARRAY<BIGINT>>>>",
            pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.list_(pa.int64())))])),
            [{"m": [("k", [1, 2])]}, None, {"m": []}],
            [{"m": {"k": [1, 2]}}, None, {"m": {}}],
        ),
    ]

    def test_every_type(self) -> None:
        table = pa.table({f"c{i}": pa.array([value, None, value], kind) for i, (_, kind, value, _) in enumerate(self.VALUES)})
        columns = ", ".join(f"c{i} {sql}" for i, (sql, *_) in enumerate(self.VALUES))
        for options in ({}, {"row_group_size": 1}, {"use_dictionary": False, "data_page_version": "2.0"}):
            path = self.write(table, store_schema=bool(options), **options)
            rows = self.rows_of(columns, path)
            self.assertEqual(len(rows), 3)
            for i, (sql, kind, _, shown) in enumerate(self.VALUES):
                self.assertEqual([row[f"c{i}"] for row in rows], [shown, None, shown], f"{sql} from {kind}")

    def test_decimals_of_each_physical_type(self) -> None:
        values = [Decimal("-12345.67"), None, Decimal("99999.99")]
        for precision, as_integer in ((9, True), (18, True), (9, False), (38, False)):
            table = pa.table({"d": pa.array(values, pa.decimal128(precision, 2))})
            path = self.write(table, store_decimal_as_integer=as_integer)
            self.assertEqual([row["d"] for row in self.rows_of(f"d DECIMAL({precision}, 2)", path)], [-12345.67, None, 99999.99])

    def test_int96(self) -> None:
        table = pa.table({"t": pa.array([DAY, None, datetime.datetime(1800, 1, 1)], pa.timestamp("us"))})
        path = self.write(table, use_deprecated_int96_timestamps=True)
        self.assertEqual(
            [row["t"] for row in self.rows_of("t TIMESTAMP(6)", path)], ["2024-02-29 12:34:56.123456", None, "1800-01-01 00:00:00"]
        )
        self.assertEqual(self.rows_of("t TIMESTAMP(9)", path)[0]["t"], "2024-02-29 12:34:56.123456")

    def test_columns_are_found_by_name(self) -> None:
        path = self.write(pa.table({"a": [1, 2], "b": ["x", "y"], "unused": [pa.scalar(1), None]}))
        self.assertEqual(self.rows_of("b STRING, absent DOUBLE, a BIGINT", path), [{"b": "x", "absent": None, "a": 1}, {"b": "y", "absent": None, "a": 2}])
        self.assertEqual(self.rows_of("a BIGINT", path, "SELECT COUNT(*) FROM t", "n BIGINT")[-1]["n"], 2)

    def test_what_does_not_fit(self) -> None:
        path = self.write(pa.table({"a": ["x"], "n": pa.array([None], pa.int64()), "bin": [b"\xff"]}))

        def table(columns: str) -> str:
            return f"CREATE TABLE t ({columns}) WITH ('connector'='filesystem', 'path'='{path}', 'format'='parquet'); SELECT * FROM t;"

        self.fail_with(table("a BIGINT"), "column 'a' is BIGINT, but in", "it is STRING", "cast it in the query")
        self.fail_with(table("n INT"), "column 'n' is INT, but in", "it is BIGINT")
        self.fail_with(table("n BIGINT NOT NULL"), "column 'n' in", "NOT NULL")
        self.fail_with(table("absent INT NOT NULL"), "column 'absent' is NOT NULL, but")
        self.fail_with(table("bin STRING"), "column 'bin'", "not UTF-8")
        self.fail_with(table("d INTERVAL DAY TO SECOND(3)"), "format 'parquet' cannot hold INTERVAL")

    def test_tables_are_inferred(self) -> None:
        table = pa.table(
            {
                "id": pa.array([1], pa.int64()),
                "at": pa.array([DAY], pa.timestamp("us")),
                "tags": pa.array([["a"]], pa.list_(pa.string())),
                "price": pa.array([Decimal("1.50")], pa.decimal128(10, 2)),
            }
        )
        path = self.write(table)
        out = self.succeed(f"DESCRIBE '{path}'; SELECT id, tags FROM '{path}';")
        for text in ("BIGINT", "TIMESTAMP(6)", "ARRAY<STRING>", "DECIMAL(10, 2)"):
            self.assertIn(text, out)

    def test_many_files_in_parallel(self) -> None:
        expected = 0
        for file in range(5):
            values = list(range(file * 10_000, (file + 1) * 10_000))
            expected += sum(values)
            self.write(pa.table({"n": pa.array(values, pa.int64())}), f"many/{file}.parquet", row_group_size=777)
        for parallelism in ("1", "3"):
            rows = self.rows_of("n BIGINT", self.root / "many", "SELECT SUM(n), COUNT(*) FROM t", "s BIGINT, c BIGINT", "--set", f"parallelism.default={parallelism}")
            self.assertEqual(rows[-1], {"s": expected, "c": 50_000})


class Pruning(ParquetTestCase):
    COLUMNS = "k BIGINT, s STRING, d DATE, ts TIMESTAMP(3), price DECIMAL(10, 2), n BIGINT"

    def setUp(self) -> None:
        super().setUp()
        start = datetime.date(2024, 1, 1)
        days = [start + datetime.timedelta(days=i) for i in range(100)]
        self.table = pa.table(
            {
                "k": pa.array(range(100), pa.int64()),
                "s": pa.array([f"s{i:03}" for i in range(100)]),
                "d": pa.array(days),
                "ts": pa.array([datetime.datetime(day.year, day.month, day.day) for day in days], pa.timestamp("us")),
                "price": pa.array([Decimal(i) / 2 for i in range(100)], pa.decimal128(10, 2)),
                "n": pa.array([None if i < 50 else i for i in range(100)], pa.int64()),
            }
        )
        self.path = self.write(self.table, row_group_size=10, store_decimal_as_integer=True, compression="none")

    def break_row_group(self, group: int) -> None:
        """Overwrites the pages of a row group, so that whoever reads it fails."""
        data = bytearray(self.path.read_bytes())
        metadata = pq.ParquetFile(self.path).metadata.row_group(group)
        for column in range(metadata.num_columns):
            chunk = metadata.column(column)
            begin = chunk.dictionary_page_offset or chunk.data_page_offset
            data[begin : begin + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
        self.path.write_bytes(data)

    def test_row_groups_that_cannot_match_are_not_read(self) -> None:
        self.break_row_group(0)
        for condition, rows in [
            ("k >= 10", 90),
            ("k > 9", 90),
            ("k = 55", 1),
            ("10 <= k", 90),
            ("k BETWEEN 20 AND 29", 10),
            ("s > 's009'", 90),
            ("s = 's042'", 1),
            ("d >= DATE '2024-01-11'", 90),
            ("ts >= TIMESTAMP '2024-01-11 00:00:00'", 90),
            ("price >= 5.00", 90),
            ("n IS NOT NULL", 50),
            ("n > 60", 39),
            ("s LIKE 's0%' AND k > 9", 90),
        ]:
            found = self.rows_of(self.COLUMNS, self.path, f"SELECT COUNT(*) FROM t WHERE {condition}", "c BIGINT")
            self.assertEqual(found[-1]["c"], rows, condition)

    def test_row_groups_that_can_match_are_read(self) -> None:
        self.break_row_group(0)
        for condition in ("k >= 9", "k < 5", "s <= 's009'", "n IS NULL", "k > 50 OR k < 5", "100 / k > 1 AND k > 9", "price < 5.00"):
            self.fail_with(
                f"""CREATE TABLE t ({self.COLUMNS}) WITH ('connector'='filesystem', 'path'='{self.path}', 'format'='parquet');
                SELECT COUNT(*) FROM t WHERE {condition};""",
                "in.parquet' cannot be read",
            )

    def test_a_watermark_needs_all_rows(self) -> None:
        self.break_row_group(0)
        self.fail_with(
            f"""CREATE TABLE t ({self.COLUMNS}, WATERMARK FOR ts AS ts) WITH ('connector'='filesystem', 'path'='{self.path}', 'format'='parquet');
            SELECT ts, k FROM t WHERE k >= 10;""",
            "cannot be read",
        )

    def test_explain_shows_what_the_source_is_asked(self) -> None:
        out = self.succeed(
            f"""CREATE TABLE t ({self.COLUMNS}) WITH ('connector'='filesystem', 'path'='{self.path}', 'format'='parquet');
            EXPLAIN SELECT k FROM t WHERE k >= 10 AND s LIKE 'x%' AND n IS NOT NULL;"""
        )
        self.assertIn("filter=[k >= 10 AND n IS NOT NULL]", out)

    def test_several_readers_ask_for_nothing(self) -> None:
        out = self.rows_of(
            self.COLUMNS, self.path, "SELECT COUNT(*) FROM (SELECT k FROM t WHERE k >= 90 UNION ALL SELECT k FROM t WHERE k < 5)", "c BIGINT"
        )
        self.assertEqual(out[-1]["c"], 15)


class Writing(ParquetTestCase):
    def write_with(self, options: str, columns: str, values: str, partitions: str = "") -> Path:
        out = self.root / "written"
        shutil.rmtree(out, ignore_errors=True)
        self.succeed(
            f"""CREATE TABLE o ({columns}) {partitions} WITH ('connector'='filesystem', 'path'='{out}', 'format'='parquet'{options});
            INSERT INTO o VALUES {values};"""
        )
        return out

    def read(self, folder: Path) -> pa.Table:
        return pa.concat_tables([pq.ParquetFile(part).read() for part in sorted(folder.rglob("part-*"))])

    def test_physical_types_are_those_of_flink(self) -> None:
        columns = "a TINYINT, b SMALLINT, c INT, d BIGINT, e FLOAT, f DOUBLE, g BOOLEAN, h STRING, i BYTES, j DATE, k TIME, l TIMESTAMP(3), m DECIMAL(10, 2), n ARRAY<INT>, o MAP<STRING, INT>, p ROW<x INT>"
        values = "(CAST(1 AS TINYINT), CAST(2 AS SMALLINT), 3, 4, CAST(1.5 AS FLOAT), 2.5, TRUE, 'x', X'00ff', DATE '2024-02-29', TIME '01:02:03', TIMESTAMP '2024-02-29 12:34:56.123', 1.50, ARRAY[1, 2], MAP['k', 1], ROW(5))"
        out = self.write_with("", columns, values)
        part = next(out.glob("part-*"))
        physical = {}
        schema = pq.ParquetFile(part).schema
        for i in range(len(schema)):
            physical[schema.column(i).path] = schema.column(i).physical_type
        self.assertEqual(physical["a"], "INT32")
        self.assertEqual(physical["l"], "INT96")
        self.assertEqual(physical["m"], "FIXED_LEN_BYTE_ARRAY")
        self.assertEqual(physical["k"], "INT32")
        row = self.read(out).to_pylist()[0]
        self.assertEqual(
            [row[name] for name in "abcdefghijkmnop"],
            [1, 2, 3, 4, 1.5, 2.5, True, "x", b"\x00\xff", datetime.date(2024, 2, 29), datetime.time(1, 2, 3), Decimal("1.50"), [1, 2], [("k", 1)], {"x": 5}],
        )
        self.assertEqual(row["l"].replace(tzinfo=None), DAY.replace(microsecond=123000))

    def test_int64_timestamps(self) -> None:
        for unit, arrow in (("nanos", "ns"), ("micros", "us"), ("millis", "ms")):
            out = self.write_with(
                f", 'parquet.write.int64.timestamp'='true', 'parquet.timestamp.time.unit'='{unit}'",
                "t TIMESTAMP(3), z TIMESTAMP_LTZ(3)",
                "(TIMESTAMP '2024-02-29 12:34:56.123', TO_TIMESTAMP_LTZ(1000, 3))",
            )
            table = self.read(out)
            self.assertEqual(table.schema.field("t").type, pa.timestamp(arrow))
            self.assertEqual(table.schema.field("z").type, pa.timestamp(arrow, "UTC"))
            self.assertEqual(table.to_pylist()[0]["t"], DAY.replace(microsecond=123000))

    def test_compressions(self) -> None:
        for name in ("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4_RAW", "LZ4"):
            out = self.write_with(f", 'parquet.compression'='{name}'", "a INT, b STRING", "(1, 'x'), (NULL, NULL), (3, 'z')")
            self.assertEqual(self.read(out).to_pylist(), [{"a": 1, "b": "x"}, {"a": None, "b": None}, {"a": 3, "b": "z"}])
        self.assertEqual(pq.ParquetFile(next(self.write_with("", "a INT", "(1)").glob("part-*"))).metadata.row_group(0).column(0).compression, "SNAPPY")

    def test_row_groups_end_by_their_size(self) -> None:
        out = self.root / "written"
        self.succeed(
            f"""CREATE TABLE g (n BIGINT, s STRING) WITH ('connector'='datagen', 'number-of-rows'='200000', 'fields.n.kind'='sequence', 'fields.n.start'='1',
              'fields.n.end'='200000', 'fields.s.length'='50');
            CREATE TABLE o (n BIGINT, s STRING) WITH ('connector'='filesystem', 'path'='{out}', 'format'='parquet', 'parquet.block.size'='1mb');
            INSERT INTO o SELECT * FROM g;"""
        )
        groups = sum(pq.ParquetFile(part).metadata.num_row_groups for part in out.glob("part-*"))
        self.assertGreater(groups, 5)
        self.assertEqual(sorted(self.read(out)["n"].to_pylist()), list(range(1, 200_001)))

    def test_partitions_are_directories(self) -> None:
        out = self.write_with("", "n INT, part STRING", "(1, 'a'), (2, 'b'), (3, 'a')", "PARTITIONED BY (part)")
        self.assertEqual(sorted(self.read(out / "part=a")["n"].to_pylist()), [1, 3])
        self.assertEqual(self.read(out / "part=b").column_names, ["n"])

    def test_random_tables_come_back(self) -> None:
        for seed in range(12):
            dice = random.Random(seed)
            columns = [random_column(dice, i) for i in range(dice.randint(1, 8))]
            table = pa.table({name: values for name, _, values in columns})
            path = self.write(table, row_group_size=dice.choice([1, 7, 100, 100_000]), compression=dice.choice(["none", "zstd"]))
            out = self.root / f"back-{seed}"
            declared = ", ".join(f"{name} {sql}" for name, sql, _ in columns)
            self.succeed(
                f"""CREATE TABLE i ({declared}) WITH ('connector'='filesystem', 'path'='{path}', 'format'='parquet');
                CREATE TABLE o ({declared}) WITH ('connector'='filesystem', 'path'='{out}', 'format'='parquet',
                  'parquet.write.int64.timestamp'='{dice.choice(["true", "false"])}', 'parquet.block.size'='{dice.choice(["1kb", "1mb"])}');
                INSERT INTO o SELECT * FROM i;"""
            )
            self.assertEqual(comparable(self.read(out)), comparable(table), f"seed {seed}: {declared}")


def random_column(dice: random.Random, index: int) -> tuple[str, str, pa.Array]:
    sql, kind, value = random_type(dice, 0)
    return f"c{index}", sql, pa.array([None if dice.random() < 0.2 else value() for _ in range(3_000)], kind)


def random_type(dice: random.Random, depth: int) -> tuple[str, pa.DataType, Any]:
    """A type in SQL, Arrow's, and what draws its values."""
    simple = [
        ("BOOLEAN", pa.bool_(), lambda: dice.random() < 0.5),
        ("TINYINT", pa.int8(), lambda: dice.randint(-128, 127)),
        ("INT", pa.int32(), lambda: dice.randint(-(2**31), 2**31 - 1)),
        ("BIGINT", pa.int64(), lambda: dice.choice([0, dice.randint(-(2**63), 2**63 - 1)])),
        ("DOUBLE", pa.float64(), lambda: dice.choice([0.0, dice.uniform(-1e9, 1e9)])),
        ("STRING", pa.string(), lambda: "".join(dice.choices("abc\u00e9\U0001f600", k=dice.choice([0, 3, 30])))),
        ("BYTES", pa.binary(), lambda: dice.randbytes(dice.choice([0, 5, 20]))),
        ("DATE", pa.date32(), lambda: datetime.date(1900, 1, 1) + datetime.timedelta(days=dice.randint(0, 80_000))),
        ("TIMESTAMP(6)", pa.timestamp("us"), lambda: datetime.datetime(1900, 1, 1) + datetime.timedelta(microseconds=dice.randint(0, 10**16))),
        ("DECIMAL(9, 3)", pa.decimal128(9, 3), lambda: Decimal(dice.randint(-(10**9) + 1, 10**9 - 1)).scaleb(-3)),
        ("DECIMAL(38, 10)", pa.decimal128(38, 10), lambda: Decimal(dice.randint(-(10**20), 10**20)).scaleb(-10)),
    ]
    if depth == 2 or dice.random() < 0.6:
        return dice.choice(simple)
    sql, kind, value = random_type(dice, depth + 1)
    shape = dice.randrange(3)

    def part() -> Any:
        return None if dice.random() < 0.2 else value()

    if shape == 0:
        return f"ARRAY<{sql}>", pa.list_(kind), lambda: [part() for _ in range(dice.randrange(4))]
    if shape == 1:
        return f"MAP<STRING, {sql}>", pa.map_(pa.string(), kind), lambda: [(f"k{i}", part()) for i in range(dice.randrange(4))]
    return f"ROW<x {sql}, y INT>", pa.struct([("x", kind), ("y", pa.int32())]), lambda: {"x": part(), "y": dice.randint(0, 9)}


def comparable(table: pa.Table) -> list[str]:
    """The rows as texts, sorted; timestamps without a zone."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=None).isoformat()
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(part) for part in value]
        return str(value)

    return sorted(repr(plain(row)) for row in table.to_pylist())


class Failing(ParquetTestCase):
    def script_for(self, path: Path, out: Path) -> str:
        return f"""CREATE TABLE t (n BIGINT, s STRING) WITH ('connector'='filesystem', 'path'='{path}', 'format'='parquet');
            CREATE TABLE o (n BIGINT, s STRING) WITH ('connector'='filesystem', 'path'='{out}', 'format'='json');
            INSERT INTO o SELECT * FROM t;"""

    def test_a_job_that_is_killed_goes_on_within_the_file(self) -> None:
        rows = 2_000_000
        table = pa.table({"n": pa.array(range(rows), pa.int64()), "s": pa.array([f"a text of row {i}" for i in range(rows)])})
        path = self.write(table, row_group_size=300_000)
        out = self.root / "out"
        script = self.root / "job.sql"
        script.write_text(self.script_for(path, out))
        checkpoints = self.root / "ck"
        command = [PROGRAM, "run", script, "--checkpoint-dir", checkpoints, "--set", "execution.checkpointing.interval=50ms"]
        kills = 0
        for _ in range(6):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            parts = len(list(out.glob("part-*"))) if out.exists() else 0
            end = time.monotonic() + PATIENCE_SECONDS
            while process.poll() is None and time.monotonic() < end:
                now = len(list(out.glob("part-*"))) if out.exists() else 0
                if now > parts and kills < 5:
                    break
                time.sleep(0.005)
            if process.poll() is not None:
                self.assertEqual(process.returncode, 0, process.stderr.read().decode() if process.stderr else "")
                break
            process.kill()
            process.communicate()
            kills += 1
        else:
            self.fail("the job never ended")
        self.assertGreater(kills, 0)
        found = [json.loads(line)["n"] for part in out.glob("part-*") for line in part.read_text().splitlines()]
        self.assertEqual(len(found), rows)
        self.assertEqual(sorted(found), list(range(rows)))

    def test_cut_and_altered_files_are_errors(self) -> None:
        table = pa.table({"n": pa.array(range(1_000), pa.int64()), "s": [f"text {i % 7}" for i in range(1_000)]})
        path = self.write(table, row_group_size=100)
        whole = path.read_bytes()
        dice = random.Random(1)
        cases = [whole[: dice.randrange(len(whole))] for _ in range(10)] + [b"", b"PAR1", b"PAR1PAR1", b"no parquet at all" * 10]
        for _ in range(60):
            altered = bytearray(whole)
            for _ in range(dice.choice([1, 4, 50])):
                altered[dice.randrange(len(altered))] = dice.randrange(256)
            cases.append(bytes(altered))
        # What a file ends with says where all else is.
        for _ in range(60):
            altered = bytearray(whole)
            altered[len(altered) - 1 - dice.randrange(1_500)] ^= 1 << dice.randrange(8)
            cases.append(bytes(altered))
        errors = 0
        for number, case in enumerate(cases):
            path.write_bytes(case)
            out = self.root / f"out-{number}"
            done = self.run_sql(self.script_for(path, out))
            self.assertIn(done.returncode, (0, 1), f"case {number}: {done.stderr}")
            errors += done.returncode
            if done.returncode == 1:
                self.assertIn("in.parquet", done.stderr)
        self.assertGreater(errors, 30)

    def test_a_file_that_was_replaced(self) -> None:
        position = self.script_for(self.root / "none.parquet", self.root / "out")
        self.fail_with(position, "none.parquet")

    def test_without_the_library_the_error_says_how_to_get_it(self) -> None:
        path = self.write(pa.table({"n": [1], "s": ["x"]}))
        alone = self.root / "alone"
        alone.mkdir()
        shutil.copy(PROGRAM, alone / "tidemill")
        done = self.run_sql(self.script_for(path, self.root / "out"), program=alone / "tidemill")
        self.assertEqual(done.returncode, 1)
        self.assertIn("libtidemill_parquet.so", done.stderr)
        self.assertIn("tools/install_arrow.sh", done.stderr)


if __name__ == "__main__":
    unittest.main()
