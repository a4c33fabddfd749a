"""Formats 'avro-confluent' and 'debezium-avro-confluent': the real program, a real broker, a real schema registry."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from kafka_case import ROOT, ClusterCase, require_kafka  # first: it says where the services are

import schema_registry
from schema_registry import SchemaRegistry

import kafka_service
from kafka_service import certificates
from kafka_service.client import Record

PROGRAM = str(Path(os.environ.get("TIDEMILL", ROOT / "build/release/tidemill")).resolve())


def setUpModule() -> None:
    require_kafka()
    try:
        schema_registry.fetch()
    except kafka_service.Unavailable as reason:
        print(f"SKIPPED: no schema registry to test with: {reason}", file=sys.stderr, flush=True)
        raise unittest.SkipTest(str(reason)) from reason


def head(number: int) -> bytes:
    return b"\0" + struct.pack(">i", number)


class AvroRegistryTest(ClusterCase):
    registry: SchemaRegistry

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.registry = SchemaRegistry(user=("alice", "secret"))
        cls.registry.__enter__()
        cls.addClassCleanup(cls.registry.close)

    def table(self, columns: str, topic: str, format: str = "avro-confluent", user: str = "alice:secret", **more: str) -> str:
        options = {
            "connector": "kafka", "topic": topic, "properties.bootstrap.servers": self.kafka.bootstrap, "format": format,
            "scan.startup.mode": "earliest-offset", "scan.bounded.mode": "latest-offset",
            f"{format}.url": self.registry.url, f"{format}.basic-auth.credentials-source": "USER_INFO",
            f"{format}.basic-auth.user-info": user, **more,
        }  # fmt: skip
        options = {key: value for key, value in options.items() if value}
        return f"CREATE TABLE t ({columns}) WITH ({', '.join(f'{key!r} = {value!r}' for key, value in options.items())});\n"

    def run_script(self, script: str) -> tuple[int, list[Any], str]:
        """Returns exit code, rows and what the program said."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "job.sql"
            path.write_text(script)
            done = subprocess.run([PROGRAM, "run", str(path), "--format", "json"], capture_output=True, timeout=120)
        rows = [json.loads(line) for line in done.stdout.decode().splitlines()] if done.returncode == 0 else []
        return done.returncode, rows, done.stderr.decode()

    def rows(self, script: str) -> list[Any]:
        code, rows, said = self.run_script(script)
        self.assertEqual(code, 0, said)
        return rows

    def test_rows_are_written_and_read(self) -> None:
        topic = self.topic()
        table = self.table("id INT NOT NULL, name STRING", topic)
        self.rows(table + "INSERT INTO t VALUES (1, 'one'), (2, CAST(NULL AS STRING));")
        self.assertEqual(self.rows(table + "SELECT * FROM t;"), [{"id": 1, "name": "one"}, {"id": 2, "name": None}])
        version = self.registry.ask("GET", f"/subjects/{topic}-value/versions/1")
        self.assertEqual(json.loads(version["schema"])["namespace"], "org.apache.flink.avro.generated")
        values = [record.value for record in self.client.consume(topic)]
        self.assertEqual(values, [head(version["id"]) + b"\x02\x02\x06one", head(version["id"]) + b"\x04\x00"])

    def test_messages_of_other_schemas_are_read(self) -> None:
        topic = self.topic()
        old = {"type": "record", "name": "Row", "fields": [{"name": "id", "type": "int"}]}
        new = {"type": "record", "name": "Row", "fields": [{"name": "id", "type": "int"}, {"name": "name", "type": "string", "default": ""}]}
        first, second = self.registry.register(topic, old), self.registry.register(topic, new)
        self.client.produce(topic, [Record(head(first) + b"\x02"), Record(head(second) + b"\x04\x04ab"), Record(None), Record(head(first) + b"\x06")])
        self.registry.requests.clear()
        rows = self.rows(self.table("name STRING, id BIGINT", topic) + "SELECT * FROM t;")
        self.assertEqual(rows, [{"name": None, "id": 1}, {"name": "ab", "id": 2}, {"name": None, "id": 3}])
        self.assertEqual(len(self.registry.requests), 2)

    def test_a_registry_that_fails_is_asked_again(self) -> None:
        topic = self.topic()
        table = self.table("id INT NOT NULL", topic)
        self.registry.answer_next(503, times=2)
        self.rows(table + "INSERT INTO t VALUES (1);")
        self.registry.close_next()
        self.assertEqual(self.rows(table + "SELECT * FROM t;"), [{"id": 1}])

    def test_who_is_refused_is_told(self) -> None:
        topic = self.topic()
        code, _, said = self.run_script(self.table("id INT", topic, user="alice:wrong") + "INSERT INTO t VALUES (1);")
        self.assertEqual(code, 1)
        self.assertIn("refuses who asks: 401", said)
        self.assertNotIn("wrong", said)

    def test_an_incompatible_schema_is_told(self) -> None:
        topic = self.topic()
        self.rows(self.table("id INT NOT NULL", topic) + "INSERT INTO t VALUES (1);")
        code, _, said = self.run_script(self.table("id STRING NOT NULL", topic) + "INSERT INTO t VALUES ('1');")
        self.assertEqual(code, 1)
        self.assertIn(f"subject '{topic}-value': it is incompatible", said)
        code, _, said = self.run_script(self.table("id STRING NOT NULL", topic) + "SELECT * FROM t;")
        self.assertEqual(code, 1)
        self.assertIn("int is written, which is not read as STRING", said)

    def test_a_message_whose_schema_nobody_knows(self) -> None:
        topic = self.topic()
        known = self.registry.register(topic, {"type": "record", "name": "Row", "fields": [{"name": "id", "type": "int"}]})
        unknown = [head(99_999) + b"\x04", b"{\"id\":2}", b"\0\0"]
        for bad, text in zip(unknown, ("99999", "magic", "bytes")):
            with self.subTest(text):
                name = f"{topic}-{text}"
                self.kafka.create_topic(name)
                self.client.produce(name, [Record(head(known) + b"\x02"), Record(bad), Record(head(known) + b"\x06")])
                code, _, said = self.run_script(self.table("id INT", name) + "SELECT * FROM t;")
                self.assertEqual(code, 1, said)
                for told in (f"{name}-0 offset 1", text, "record.error-policy"):
                    self.assertIn(told, said)
                self.assertEqual(self.rows(self.table("id INT", name, **{"record.error-policy": "skip"}) + "SELECT * FROM t;"), [{"id": 1}, {"id": 3}])

    def test_changes_are_written_and_read(self) -> None:
        topic = self.topic()
        table = self.table("k STRING, n BIGINT NOT NULL", topic, "debezium-avro-confluent")
        self.rows(table + "INSERT INTO t SELECT k, COUNT(*) FROM (VALUES ('a'), ('b'), ('a')) AS v(k) GROUP BY k;")
        rows = self.rows(table + "SET 'execution.runtime-mode' = 'batch'; SELECT k, SUM(n) AS n, COUNT(*) AS c FROM t GROUP BY k;")
        self.assertEqual(sorted(rows, key=lambda row: row["k"]), [{"k": "a", "n": 2, "c": 1}, {"k": "b", "n": 1, "c": 1}])

    def test_certificates_are_checked(self) -> None:
        topic = self.topic()
        with tempfile.TemporaryDirectory() as folder:
            made = certificates.make(Path(folder))
            with SchemaRegistry(certificates=made) as registry:

                def table(authority: Path) -> str:
                    more = {"url": registry.url, "basic-auth.credentials-source": "", "ssl.ca.location": str(authority)}
                    return self.table("id INT NOT NULL", topic, user="", **{f"avro-confluent.{key}": value for key, value in more.items()})

                code, _, said = self.run_script(table(made.other_authority) + "INSERT INTO t VALUES (1);")
                self.assertEqual(code, 1)
                self.assertIn("is not trusted", said)
                self.rows(table(made.authority) + "INSERT INTO t VALUES (1);")
                self.assertEqual(self.rows(table(made.authority) + "SELECT * FROM t;"), [{"id": 1}])


if __name__ == "__main__":
    unittest.main()
