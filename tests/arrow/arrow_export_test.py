#!/usr/bin/env python3
"""Reads what data/arrow_export.h exports with Apache Arrow's own library, and compares with the values put in.

Where this Python has no pyarrow, one is installed in BUILD_FOLDER/pyarrow and used. Exits with 77, and says why, where it can't be had.
Usage: arrow_export_test.py BUILD_FOLDER LIBRARY
"""

from __future__ import annotations

import ctypes
import datetime
import math
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

PYARROW = "pyarrow==26.0.1"


def install_pyarrow(folder: Path) -> None:
    """Goes on in a Python environment of its own in `folder`, made where it is missing. Exits with 77 where that fails."""
    python = folder / "bin/python"
    try:
        if not (folder / "complete").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYARROW], check=True)
            (folder / "complete").touch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"SKIPPED: {PYARROW} cannot be installed: {error}")
        sys.exit(77)
    os.execv(python, [str(python), *sys.argv])


try:
    import pyarrow as pa
except ImportError:
    install_pyarrow(Path(sys.argv[1]) / "pyarrow")

UTC = datetime.timezone.utc
RANDOM_BATCHES = 300

# Field, Arrow type, values of the three rows of arrow_sample(); timestamps as integers since the epoch.
SAMPLE = [
    ("op", pa.string_view(), ["+I", "-D", "+U"]),
    ("flag", pa.bool_(), [True, None, False]),
    ("tiny", pa.int8(), [-1, None, 127]),
    ("small", pa.int16(), [300, 0, -1]),
    ("int", pa.int32(), [-70000, None, 2147483647]),
    ("big", pa.int64(), [5000000000, None, -(2**63)]),
    ("float", pa.float32(), [1.5, None, math.nan]),
    ("double", pa.float64(), [-0.25, None, math.inf]),
    ("money", pa.decimal128(10, 2), [Decimal("12.34"), None, Decimal("-99999999.99")]),
    ("wide", pa.decimal128(38, 4), [Decimal("-1.0001"), None, Decimal("9999999999999999999999999999999999.9999")]),
    ("char", pa.string_view(), ["abc", None, "äöü"]),
    ("text", pa.string_view(), ["short", None, "a text that is longer than twelve bytes"]),
    ("raw", pa.binary_view(), [b"\x00\xff", None, bytes(range(16))]),
    ("date", pa.date32(), [datetime.date(2024, 2, 29), None, datetime.date(1600, 1, 1)]),
    ("time", pa.time32("ms"), [datetime.time(23, 59, 59, 500000), None, datetime.time(0, 0)]),
    ("ms", pa.timestamp("ms"), [-1, None, 253402300799999]),
    ("us", pa.timestamp("us"), [1709164800000001, None, -62135596800000000]),
    ("ns", pa.timestamp("ns"), [1709164800000000001, None, 9223286400000000000]),
    ("zoned_ms", pa.timestamp("ms", "UTC"), [1709208000123, None, 0]),
    ("zoned_ns", pa.timestamp("ns", "UTC"), [-1, None, -9223286400000000000]),
    ("months", "month_interval", None),  # pyarrow reads the type, but has no class for its arrays
    ("span", pa.duration("ms"), [1500, None, -86400000]),
]


def load(library: str):
    functions = ctypes.CDLL(library)

    def imported(function, *arguments):
        schema = (ctypes.c_byte * 72)()
        array = (ctypes.c_byte * 80)()
        function(*arguments, ctypes.byref(schema), ctypes.byref(array))
        batch = pa.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))
        batch.validate(full=True)
        return batch

    functions.export_random.argtypes = [ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p]
    return functions, imported


def same(a: object, b: object) -> bool:
    return a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))


def values_of(column: pa.Array) -> list:
    if pa.types.is_timestamp(column.type) or pa.types.is_duration(column.type):
        column = column.view(pa.int64())
    return column.to_pylist()


def check(batch: pa.RecordBatch, expected: list) -> list[str]:
    wrong = []
    names = [field.name for field in batch.schema]
    if names != [name for name, _, _ in expected]:
        return [f"fields are {names}"]
    for i, (name, arrow_type, values) in enumerate(expected):
        if str(batch.schema.field(i).type) != str(arrow_type):
            wrong.append(f"{name} is {batch.schema.field(i).type}, not {arrow_type}")
        if values is None:
            continue
        found = values_of(batch.column(i))
        if len(found) != len(values) or not all(map(same, found, values)):
            wrong.append(f"{name} is {found}, not {values}")
    return wrong


def main(build: str, library: str) -> int:
    subprocess.run(["cmake", "--build", build, "--target", "arrow_sample", "--parallel", "2"], check=True, stdout=subprocess.DEVNULL)
    functions, imported = load(library)
    sample = imported(functions.export_sample)
    wrong = check(sample, SAMPLE)
    small = sample.schema.field("small")
    if small.nullable or small.metadata != {b"sql_type": b"SMALLINT NOT NULL"}:
        wrong.append(f"small is nullable, or has other metadata: {small.metadata}")
    encoded = imported(functions.export_encoded_sample)
    texts = ["three, which is long", "three, which is long", None, "one"]
    wrong += check(encoded, [("word", pa.dictionary(pa.int32(), pa.string_view()), texts), ("n", pa.int64(), [7] * 4)])
    rows = sum(imported(functions.export_random, seed).num_rows for seed in range(RANDOM_BATCHES))
    print(f"pyarrow {pa.__version__}: {len(SAMPLE)} columns of every type, {RANDOM_BATCHES} random batches of {rows} rows are valid")
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*(str(Path(argument)) for argument in sys.argv[1:3])))
