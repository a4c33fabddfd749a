#!/usr/bin/env python3
"""Container files of Avro, each way, against fastavro: files that it wrote are read by tidemill, and the other way round.

Schemas and values are random; the seed is printed, and FASTAVRO_SEED repeats it. Where this Python has no fastavro, one is installed in
BUILD_FOLDER/fastavro and used. Exits with 77, and says why, where it can't be had.
Usage: avro_files_test.py BUILD_FOLDER TIDEMILL
"""

from __future__ import annotations

import datetime
import json
import math
import os
import random
import string
import struct
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

FASTAVRO = ["fastavro==1.13.1", "cramjam==2.14.0", "backports.zstd==1.8.0"]  # the latter two for snappy and zstandard
CODECS = ["null", "deflate", "snappy", "zstandard"]


def install_fastavro(folder: Path) -> None:
    """Goes on in a Python environment of its own in `folder`, made where it is missing. Exits with 77 where that fails."""
    python = folder / "bin/python"
    try:
        if not (folder / "complete").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *FASTAVRO], check=True)
            (folder / "complete").touch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"SKIPPED: {FASTAVRO} cannot be installed: {error}")
        sys.exit(77)
    os.execv(python, [str(python), *sys.argv])


try:
    import backports.zstd  # noqa: F401
    import cramjam  # noqa: F401
    import fastavro
except ImportError:
    install_fastavro(Path(sys.argv[1]) / "fastavro")

TIDEMILL = ""


@dataclass
class Kind:
    """One type: as Avro has it, as SQL declares it, a random value, and what tidemill's JSON shows for it."""

    avro: Any
    sql: str
    make: Callable[[random.Random], Any]
    shown: Callable[[Any], Any] = lambda value: value


def text_of(draw: random.Random) -> str:
    letters = string.ascii_letters + 'äß€𝄞"\\\n '
    return "".join(draw.choice(letters) for _ in range(draw.choice([0, 1, 5, 12, 13, 40])))


def bytes_of(draw: random.Random) -> bytes:
    return bytes(draw.randrange(256) for _ in range(draw.choice([0, 3, 12, 30])))


def whole(bits: int) -> Callable[[random.Random], int]:
    return lambda draw: draw.choice([0, -1, 63, 64, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1, draw.randrange(-(2 ** (bits - 1)), 2 ** (bits - 1))])


def float32(draw: random.Random) -> float:
    return float(struct.unpack("<f", struct.pack("<f", draw.uniform(-1e6, 1e6)))[0])


def moment(draw: random.Random) -> datetime.datetime:
    start = datetime.datetime(1900, 1, 1, tzinfo=datetime.timezone.utc)
    return start + datetime.timedelta(milliseconds=draw.randrange(200 * 365 * 86400 * 1000))


def shown_moment(value: datetime.datetime) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"


def shown_bytes(value: bytes) -> str:
    return f"x'{value.hex()}'"


def simple_kinds(named: list[int]) -> list[Kind]:
    """Types without parts. `named` counts the names given so far."""
    named[0] += 1
    name = f"n{named[0]}"
    symbols = ["RED", "GREEN", "BLUE"]
    return [
        Kind("boolean", "BOOLEAN", lambda draw: draw.random() < 0.5),
        Kind("int", "INT", whole(32)),
        Kind("long", "BIGINT", whole(64)),
        Kind("int", "BIGINT", whole(32)),
        Kind("float", "FLOAT", float32),
        Kind("double", "DOUBLE", lambda draw: draw.uniform(-1e300, 1e300)),
        Kind("float", "DOUBLE", float32),
        Kind("string", "STRING", text_of),
        Kind("bytes", "BYTES", bytes_of, shown_bytes),
        Kind({"type": "enum", "name": name, "symbols": symbols}, "STRING", lambda draw: draw.choice(symbols)),
        Kind({"type": "fixed", "name": name, "size": 5}, "BYTES", lambda draw: bytes(draw.randrange(256) for _ in range(5)),
             shown_bytes),
        Kind({"type": "int", "logicalType": "date"}, "DATE", lambda draw: datetime.date(1900, 1, 1) + datetime.timedelta(days=draw.randrange(80000)),
             lambda value: value.isoformat()),
        Kind({"type": "int", "logicalType": "time-millis"}, "TIME(3)",
             lambda draw: datetime.time(draw.randrange(24), draw.randrange(60), draw.randrange(60), draw.randrange(1000) * 1000)),
        Kind({"type": "long", "logicalType": "timestamp-millis"}, "TIMESTAMP(3)", moment, shown_moment),
        Kind({"type": "long", "logicalType": "timestamp-micros"}, "TIMESTAMP(3)", moment, shown_moment),
        Kind({"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 3}, "DECIMAL(12, 3)",
             lambda draw: Decimal(draw.randrange(-(10**12) + 1, 10**12)).scaleb(-3)),
        Kind({"type": "fixed", "name": name, "size": 16, "logicalType": "decimal", "precision": 38, "scale": 10}, "DECIMAL(38, 10)",
             lambda draw: Decimal(draw.randrange(-(10**30), 10**30)).scaleb(-10)),
    ]  # fmt: skip


def random_kind(draw: random.Random, named: list[int], depth: int = 0) -> Kind:
    """A type of any kind, nullable or not."""
    shape = draw.random() if depth < 3 else 0.0
    if shape < 0.6:
        kind = draw.choice(simple_kinds(named))
    elif shape < 0.75:
        part = random_kind(draw, named, depth + 1)
        kind = Kind({"type": "array", "items": part.avro}, f"ARRAY<{part.sql}>", lambda draw: [part.make(draw) for _ in range(draw.randrange(4))],
                    lambda value: [shown(part, one) for one in value])  # fmt: skip
    elif shape < 0.85:
        part = random_kind(draw, named, depth + 1)
        kind = Kind({"type": "map", "values": part.avro}, f"MAP<STRING, {part.sql}>",
                    lambda draw: {text_of(draw): part.make(draw) for _ in range(draw.randrange(4))},
                    lambda value: {key: shown(part, one) for key, one in value.items()})  # fmt: skip
    else:
        kind = random_record(draw, named, depth + 1)
    if draw.random() < 0.4:
        return nullable(kind, draw.random() < 0.5)
    return Kind(kind.avro, kind.sql + " NOT NULL", kind.make, kind.shown)


def nullable(kind: Kind, null_first: bool) -> Kind:
    branches = ["null", kind.avro] if null_first else [kind.avro, "null"]
    return Kind(branches, kind.sql, lambda draw: None if draw.random() < 0.3 else kind.make(draw), kind.shown)


def random_record(draw: random.Random, named: list[int], depth: int) -> Kind:
    named[0] += 1
    fields = {f"f{i}": random_kind(draw, named, depth) for i in range(draw.randrange(1, 4))}
    avro = {"type": "record", "name": f"n{named[0] + 1000}", "fields": [{"name": name, "type": kind.avro} for name, kind in fields.items()]}
    named[0] += 1001
    # SQL has the fields in another order.
    order = sorted(fields, key=lambda _: draw.random())
    sql = ", ".join(f"{name} {fields[name].sql}" for name in order)
    return Kind(avro, f"ROW<{sql}>", lambda draw: {name: kind.make(draw) for name, kind in fields.items()},
                lambda value: {name: shown(fields[name], value[name]) for name in order})  # fmt: skip


def shown(kind: Kind, value: Any) -> Any:
    return None if value is None else kind.shown(value)


def same(a: Any, b: Any) -> bool:
    """Compares a value of a JSON of tidemill with what it should be."""
    if isinstance(b, float):
        return isinstance(a, (int, Decimal)) and math.isclose(float(a), b, rel_tol=1e-6)
    if isinstance(b, Decimal):
        return a is not None and Decimal(str(a)) == b
    if isinstance(b, datetime.time):
        return isinstance(a, str) and datetime.time.fromisoformat(a.ljust(8, "0") if "." not in a else a.ljust(12, "0")) == b
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in b)
    if isinstance(b, list):
        return isinstance(a, list) and len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def run(script: str, folder: Path) -> list[dict[str, Any]]:
    """Runs a script; returns the rows that it shows."""
    path = folder / "job.sql"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([TIDEMILL, "run", str(path), "--format", "json"], capture_output=True, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode}\n{done.stderr.decode()}\n{script}")
    return [json.loads(line, parse_float=Decimal) for line in done.stdout.decode().splitlines()]


def table(name: str, columns: str, path: Path, options: str = "") -> str:
    return f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'avro'{options});\n"


class Fastavro(unittest.TestCase):
    seed = int(os.environ.get("FASTAVRO_SEED", random.randrange(2**32)))

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="avro-"))

    def test_reads_what_fastavro_writes(self) -> None:
        for number in range(40):
            draw = random.Random(f"{self.seed} read {number}")
            kinds = {f"c{i}": random_kind(draw, [10000 * (i + 1)]) for i in range(draw.randrange(1, 9))}
            schema = {"type": "record", "name": "somebody.Row", "fields": [{"name": name, "type": kind.avro} for name, kind in kinds.items()]}
            rows = [{name: kind.make(draw) for name, kind in kinds.items()} for _ in range(draw.choice([0, 1, 50, 3000]))]
            wanted = sorted(draw.sample(list(kinds), draw.randrange(1, len(kinds) + 1)), key=lambda _: draw.random())
            folder = self.folder / f"read{number}"
            folder.mkdir()
            with open(folder / "x.avro", "wb") as file:
                fastavro.writer(file, schema, rows, codec=CODECS[number % len(CODECS)], sync_interval=draw.choice([16, 1000, 16000]))
            columns = ", ".join(f"{name} {kinds[name].sql}" for name in wanted)
            seen = run(table("t", columns, folder / "x.avro") + "SELECT * FROM t;", self.folder)
            expected = [{name: shown(kinds[name], row[name]) for name in wanted} for row in rows]
            self.assertEqual(len(seen), len(expected), f"seed {self.seed}")
            for a, b in zip(seen, expected):
                self.assertTrue(same(a, b), f"seed {self.seed}, file {number}: {a} is not {b} of {columns}")

    def test_writes_what_fastavro_reads(self) -> None:
        for number in range(20):
            draw = random.Random(f"{self.seed} write {number}")
            kinds = {f"c{i}": random_kind(draw, [10000 * (i + 1)]) for i in range(draw.randrange(1, 9))}
            schema = {"type": "record", "name": "Row", "fields": [{"name": name, "type": kind.avro} for name, kind in kinds.items()]}
            rows = [{name: kind.make(draw) for name, kind in kinds.items()} for _ in range(draw.choice([1, 50, 3000]))]
            folder = self.folder / f"write{number}"
            folder.mkdir()
            with open(folder / "x.avro", "wb") as file:
                fastavro.writer(file, schema, rows)
            columns = ", ".join(f"{name} {kind.sql}" for name, kind in kinds.items())
            codec = CODECS[number % len(CODECS)]
            run(table("t", columns, folder / "x.avro") + table("u", columns, folder / "out", f", 'avro.codec' = '{codec}'") +
                "INSERT INTO u SELECT * FROM t;", self.folder)  # fmt: skip
            seen = []
            for part in sorted((folder / "out").glob("part-*")):
                with open(part, "rb") as file:
                    reader = fastavro.reader(file)
                    self.assertEqual(reader.codec, codec)
                    self.assertEqual(reader.writer_schema["name"], "org.apache.flink.avro.generated.record")
                    seen += list(reader)
            self.assertEqual(len(seen), len(rows), f"seed {self.seed}")
            for a, b in zip(seen, rows):
                self.assertTrue(same_value(a, b), f"seed {self.seed}, file {number}: {a} is not {b} of {columns}")

    def test_goes_on_within_a_block(self) -> None:
        schema = {"type": "record", "name": "Row", "fields": [{"name": "a", "type": "int"}]}
        path = self.folder / "x.avro"
        with open(path, "wb") as file:
            fastavro.writer(file, schema, [{"a": i} for i in range(200000)], codec="deflate", sync_interval=100000)
        seen = run(table("t", "a INT", path) + "SELECT COUNT(*) AS n, SUM(CAST(a AS BIGINT)) AS s FROM t;", self.folder)
        self.assertEqual(seen[-1], {"n": 200000, "s": 199999 * 100000})


def same_value(a: Any, b: Any) -> bool:
    """Compares a value that fastavro has read with the one that was put in."""
    if isinstance(b, float):
        return isinstance(a, float) and (a == b or math.isclose(a, b, rel_tol=1e-6))
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(same_value(a[key], b[key]) for key in b)
    if isinstance(b, list):
        return isinstance(a, list) and len(a) == len(b) and all(map(same_value, a, b))
    return bool(a == b)


if __name__ == "__main__":
    TIDEMILL = sys.argv[2]
    print(f"FASTAVRO_SEED={Fastavro.seed}")
    unittest.main(argv=sys.argv[:1])
