#!/usr/bin/env python3
"""Random messages between the format protobuf and Google's own library. Rule: values are compared, and bytes are read by both.

Goes on in the Python that tools/install_arrow.sh has made; exits with 77, and says why, where that is not there.
Usage: protobuf_test.py PROGRAM (protobuf_messages)
"""

from __future__ import annotations

import base64
import json
import os
import random
import struct
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
DESCRIPTOR = ROOT / "tests/unit/formats/protobuf/order.desc"
SKIPPED = 77

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
except ImportError:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tidemill"
    pythons = sorted(cache.glob("pyarrow-*/bin/python"))
    if not pythons or os.environ.get("TIDEMILL_PROTOBUF"):
        print("SKIP protobuf: the Python package protobuf is not installed: run tools/install_arrow.sh")
        sys.exit(SKIPPED)
    os.environ["TIDEMILL_PROTOBUF"] = "1"
    os.execv(pythons[-1], [str(pythons[-1]), *sys.argv])

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else str(ROOT / "build/release/tests/protobuf_messages")

ORDER = (
    "id BIGINT, name STRING, paid BOOLEAN, price DOUBLE, weight FLOAT, picture BYTES, i32 INT, u32 INT, s32 INT, f32 INT, sf32 INT, u64 BIGINT, s64 BIGINT, "
    "f64 BIGINT, sf64 BIGINT, state STRING, item ROW<sku STRING, count INT, tags ARRAY<STRING>>, items ARRAY<ROW<sku STRING, count INT>>, numbers ARRAY<INT>, "
    "loose ARRAY<BIGINT>, amounts MAP<STRING, BIGINT>, card STRING, rank INT, at ROW<seconds BIGINT, nanos INT>, states ARRAY<STRING>, "
    "state_by_name MAP<STRING, STRING>, far STRING"
)
OLD_ORDER = (
    "id BIGINT, name STRING, count INT, price DOUBLE, weight FLOAT, paid BOOLEAN, raw BYTES, state STRING, plain INT, numbers ARRAY<INT>, "
    "packed_numbers ARRAY<INT>, inner ROW<id BIGINT, name STRING>, states ARRAY<STRING>"
)


def messages_of(name: str) -> Any:
    pool = descriptor_pool.DescriptorPool()
    files = descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTOR.read_bytes())
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def frame(messages: list[bytes]) -> bytes:
    return b"".join(struct.pack("<I", len(message)) + message for message in messages)


def unframe(data: bytes) -> list[bytes]:
    messages = []
    while data:
        (size,) = struct.unpack("<I", data[:4])
        messages.append(data[4 : 4 + size])
        data = data[4 + size :]
    return messages


def run(way: str, message: str, columns: str, data: bytes, *options: str) -> bytes:
    done = subprocess.run([PROGRAM, way, DESCRIPTOR, message, columns, *options], input=data, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout


def signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >= 1 << (bits - 1) else value


def text(dice: random.Random) -> str:
    return "".join(dice.choices("ab\u00e9\U0001f600\n\"", k=dice.choice([0, 1, 5, 40])))


def integer(dice: random.Random, bits: int, signed_: bool) -> int:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed_ else (0, (1 << bits) - 1)
    return dice.choice([0, 1, low, high, dice.randint(low, high), dice.randint(max(low, -200), 200)])


def fill(dice: random.Random, message: Any, depth: int = 0) -> Any:
    """Sets some fields of a message at random."""
    for field in message.DESCRIPTOR.fields:
        if field.type == field.TYPE_GROUP or (depth > 1 and field.message_type and field.name == "inner"):
            continue
        repeated = getattr(field, "is_repeated", None)
        repeated = repeated if repeated is not None else field.label == field.LABEL_REPEATED
        if dice.random() < 0.4 and not getattr(field, "is_required", False):
            continue
        if repeated and field.message_type and field.message_type.GetOptions().map_entry:
            target = getattr(message, field.name)
            key_field, value_field = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            for _ in range(dice.randrange(4)):
                key = value_of(dice, key_field)
                if value_field.message_type:
                    fill(dice, target[key], depth + 1)
                else:
                    target[key] = value_of(dice, value_field)
        elif repeated and field.message_type:
            for _ in range(dice.randrange(4)):
                fill(dice, getattr(message, field.name).add(), depth + 1)
        elif repeated:
            getattr(message, field.name).extend(value_of(dice, field) for _ in range(dice.randrange(3)))
        elif field.message_type:
            getattr(message, field.name).SetInParent()
            fill(dice, getattr(message, field.name), depth + 1)
        else:
            setattr(message, field.name, value_of(dice, field))
    return message


def value_of(dice: random.Random, field: Any) -> Any:
    if field.enum_type:
        return dice.choice(field.enum_type.values).number
    if field.type in (field.TYPE_DOUBLE, field.TYPE_FLOAT):
        return dice.choice([0.0, 0.5, -1.25, 1e10])
    if field.type == field.TYPE_BOOL:
        return dice.random() < 0.5
    if field.type == field.TYPE_STRING:
        return text(dice)
    if field.type == field.TYPE_BYTES:
        return dice.randbytes(dice.choice([0, 3, 20]))
    bits = 64 if "64" in type_name(field) else 32
    return integer(dice, bits, type_name(field) not in ("uint32", "uint64", "fixed32", "fixed64"))


_TYPE_NAMES: dict[int, str] = {}


def type_name(field: Any) -> str:
    if not _TYPE_NAMES:
        _TYPE_NAMES.update({getattr(field, name): name[5:].lower() for name in dir(field) if name.startswith("TYPE_")})
    return _TYPE_NAMES[field.type]


def as_row(message: Any, names: list[str], proto3: bool) -> dict[str, Any]:
    """What the format json shows of the message."""
    return {name: shown(message, message.DESCRIPTOR.fields_by_name[name], proto3) for name in names}


def shown(message: Any, field: Any, proto3: bool) -> Any:
    value = getattr(message, field.name)
    if field.message_type and field.message_type.GetOptions().map_entry:
        value_field = field.message_type.fields_by_name["value"]
        return {key: one(value[key], value_field, proto3) for key in value} or None
    repeated = getattr(field, "is_repeated", None)
    repeated = repeated if repeated is not None else field.label == field.LABEL_REPEATED
    if repeated:
        return [one(element, field, proto3) for element in value] or None
    present = message.HasField(field.name) if field.has_presence else True
    if not present and (field.message_type or not proto3):
        return None
    return one(value, field, proto3)


INSIDE = {"Item": ["sku", "count", "tags"], "Timestamp": ["seconds", "nanos"], "OldOrder": ["id", "name"]}


def one(value: Any, field: Any, proto3: bool) -> Any:
    if field.message_type:
        names = ["sku", "count"] if field.name == "items" else INSIDE[field.message_type.name]
        return as_row(value, names, proto3)
    if field.enum_type:
        return value if field.name == "plain" else field.enum_type.values_by_number[value].name
    if field.type == field.TYPE_BYTES:
        return base64.b64encode(value).decode()
    if type_name(field) in ("uint32", "fixed32"):
        return signed(value, 32)
    if type_name(field) in ("uint64", "fixed64"):
        return signed(value, 64)
    return value


class RoundTrips(unittest.TestCase):
    ROUNDS = 400

    def drawn(self, name: str, seed: int) -> list[Any]:
        dice = random.Random(seed)
        kind = messages_of(name)
        return [fill(dice, kind()) for _ in range(self.ROUNDS)]

    def check(self, name: str, columns: str, proto3: bool, seed: int) -> None:
        names = [field.strip().split(" ")[0] for field in split_columns(columns)]
        messages = self.drawn(name, seed)
        out = run("decode", name, columns, frame([message.SerializeToString() for message in messages]))
        rows = [json.loads(line) for line in out.decode().split("\n") if line]
        self.assertEqual(len(rows), len(messages))
        for message, row in zip(messages, rows):
            self.assertEqual(row, as_row(message, names, proto3))
        # Back: of the message nothing but the columns is left.
        back = unframe(run("encode", name, columns, out))
        self.assertEqual(len(back), len(messages))
        kind = messages_of(name)
        for message, data in zip(messages, back):
            read = kind.FromString(data)
            self.assertEqual(as_row(read, names, proto3), as_row(message, names, proto3))
            # Every byte is the field's that it should be, and in the order that protobuf writes.
            self.assertEqual(read.SerializeToString(deterministic=True) == data or has_map(columns), True)

    def test_proto3(self) -> None:
        for seed in range(3):
            self.check("shop.Order", ORDER, True, seed)

    def test_proto2(self) -> None:
        for seed in range(3):
            self.check("shop.OldOrder", OLD_ORDER, False, 100 + seed)

    def test_defaults_of_proto2(self) -> None:
        kind = messages_of("shop.OldOrder")
        columns = "name STRING, count INT, price DOUBLE, paid BOOLEAN, raw BYTES, state STRING, plain INT, numbers ARRAY<INT>"
        (line,) = run("decode", "shop.OldOrder", columns, frame([b""]), "read-default-values=true").decode().splitlines()
        read = kind()
        self.assertEqual(
            json.loads(line),
            {
                "name": read.name,
                "count": read.count,
                "price": read.price,
                "paid": read.paid,
                "raw": base64.b64encode(read.raw).decode(),
                "state": "SECOND",
                "plain": read.plain,
                "numbers": [],
            },
        )


def has_map(columns: str) -> bool:
    return "MAP<" in columns


def split_columns(columns: str) -> list[str]:
    parts, depth, begin = [], 0, 0
    for i, c in enumerate(columns):
        depth += (c == "<") - (c == ">")
        if c == "," and depth == 0:
            parts.append(columns[begin:i])
            begin = i + 1
    return [*parts, columns[begin:]]


if __name__ == "__main__":
    unittest.main()
