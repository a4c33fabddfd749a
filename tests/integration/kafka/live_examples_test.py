"""The examples on topics, killed while they run; and a rule that changes meanwhile. Rule: what comes out is what plain Python says."""

from __future__ import annotations

import importlib.util
import json
import sys
import unittest
from decimal import Decimal
from types import ModuleType

from kafka_case import ROOT, require_kafka
from kafka_service import Read, Record
from topic_jobs import Running, TopicJobCase

sys.path.insert(0, str(ROOT / "examples"))
import checked_run  # noqa: E402
from checked_run import Example, Input, Output, Row  # noqa: E402
from kafka_proxy import KafkaProxy  # noqa: E402

KILLS = 3
DELAY_SECONDS = 0.02  # of each answer, so that a job takes some seconds to read its input
# A few records at a time, for the same reason.
SMALL_FETCHES = "'scan.bounded.mode' = 'latest-offset', 'properties.max.partition.fetch.bytes' = '1000',"
ROWS_PER_BATCH = 5  # of the log: a fetch is of whole ones


def setUpModule() -> None:
    require_kafka()


def example_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"live_{name}", ROOT / "examples" / name / "example.py")
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


class ExampleCase(TopicJobCase):
    """Examples over topics of this cluster."""

    settings = {"proxied": True}

    def script(self, example: Example, prefix: str, servers: str) -> str:
        """Tables and job over topics whose names begin with `prefix`."""
        tables = (example.folder / "kafka.sql").read_text(encoding="utf-8")
        tables = tables.replace(checked_run.KAFKA_SERVERS, servers).replace("'topic' = '", f"'topic' = '{prefix}")
        tables = tables.replace("'sink.transactional-id-prefix' = '", f"'sink.transactional-id-prefix' = '{prefix}")
        return tables + (example.folder / "job.sql").read_text(encoding="utf-8")

    def make_topics(self, example: Example, prefix: str) -> None:
        for one in example.inputs:
            self.kafka.create_topic(prefix + one.topic, one.partitions, one.config)
        for output in example.outputs:
            self.kafka.create_topic(prefix + output.name)

    def rows(self, topic: str) -> list[Row]:
        return checked_run.rows_of_topic(self.client.consume(topic))


class KilledTest(ExampleCase):
    def write(self, one: Input, prefix: str) -> int:
        """Fills an input's topic, in small batches; returns how many records it has."""
        writer = self.client.writer()
        self.addCleanup(writer.close)
        rows = one.rows()
        for first in range(0, len(rows), ROWS_PER_BATCH):
            writer.send(prefix + one.topic, [checked_run.record(one, row) for row in rows[first : first + ROWS_PER_BATCH]])
        return len(rows)

    def in_lives(self, example: Example, prefix: str) -> None:
        """Runs the example, killed KILLS times in the middle, as its checkpoints tell."""
        self.make_topics(example, prefix)
        total = sum(self.write(one, prefix) for one in example.inputs)
        with KafkaProxy(self.kafka) as proxy:
            for link in proxy.links.values():
                link.delay(DELAY_SECONDS)
            sql = self.script(example, prefix, self.kafka.proxied_bootstrap)
            sql = sql.replace("'scan.bounded.mode' = 'latest-offset',", SMALL_FETCHES)
            for kill in range(1, KILLS + 1):
                running = self.start(sql, execution__checkpointing__interval="20 ms")
                wanted = total * kill // (KILLS + 2)
                self.until_running(running, lambda wanted=wanted: self.read() >= wanted, f"{wanted} of {total} records are read")
                running.kill()
                self.assertLess(self.read(), total, "it was killed too late")
            running = self.start(sql, execution__checkpointing__interval="100 ms")
            ended = running.wait()
            self.assertEqual(ended.code, 0, ended.err)
            self.assertIn("goes on from checkpoint", ended.err)
        self.assertEqual(self.read(), total)

    def read(self) -> int:
        return sum(self.saved_offsets().values())

    def undisturbed(self, example: Example, prefix: str) -> None:
        self.make_topics(example, prefix)
        for one in example.inputs:
            self.write(one, prefix)
        self.good(self.script(example, prefix, self.kafka.bootstrap), "--checkpoint-dir", str(self.root / prefix))

    def newest(self, records: list[Read]) -> list[Row]:
        """The rows of an upserted topic. A key that was written again has the value that it had."""
        by_key: dict[bytes | None, set[str]] = {}
        for one in records:
            by_key.setdefault(one.key, set()).add(one.text)
        self.assertEqual([values for values in by_key.values() if len(values) > 1], [])
        return [checked_run.read_row(*values) for values in by_key.values()]

    def assert_rows(self, output: Output, found: list[Row]) -> None:
        self.assertEqual(checked_run.differences(output, found)[:5], [])

    def test_the_revenue_board_is_killed(self) -> None:
        example = example_module("revenue_board").make()
        self.in_lives(example, "killed-")
        self.undisturbed(example, "whole-")
        for output in example.outputs:
            killed = self.newest(self.client.consume(f"killed-{output.name}"))
            self.assert_rows(output, killed)
            self.assert_rows(Output(output.name, killed), self.rows(f"whole-{output.name}"))

    def test_the_fraud_detection_is_killed(self) -> None:
        example = example_module("fraud_detection").make()
        self.in_lives(example, "killed-")
        self.undisturbed(example, "whole-")
        (alerts,) = example.outputs
        self.assert_rows(alerts, self.rows("killed-alerts"))
        self.assert_rows(alerts, self.rows("whole-alerts"))
        self.assertEqual([name for name in self.client.open_transactions() if "fraud-alerts" in name], [])


class LiveRulesTest(ExampleCase):
    """The limits of cards change while the job runs."""

    DAY = "2026-03-10"

    def pay(self, *payments: tuple[str, str, int]) -> None:
        """Payments of (number, time, amount), all with one card but those called `tick`, which let event time go on."""
        rows = []
        for tx, time, amount in payments:
            card = "other" if tx == "tick" else "card"
            rows.append({"tx": tx, "card": card, "amount": f"{amount}.00", "merchant": "m", "country": "DE", "ts": f"{self.DAY} {time}"})
        self.client.produce("rules-transactions", [Record(json.dumps(row)) for row in rows])

    def limit(self, running: Running, amount: int, time: str) -> None:
        """Another limit, and waits until the job has read it: nobody waits for a partition that was silent."""
        before = self.client.end_offsets("rules-card_profiles")[0]
        row = {"card": "card", "credit_limit": f"{amount}.00", "home": "DE", "changed_at": f"{self.DAY} {time}"}
        self.client.produce("rules-card_profiles", [Record(json.dumps(row), json.dumps({"card": "card"}))])
        self.until_running(running, lambda: self.saved_offsets().get(("rules-card_profiles", 0), 0) > before, "the limit is read")

    def alerts(self) -> list[tuple[str, int]]:
        return sorted((row["last_tx"], int(Decimal(row["amount"]))) for row in self.rows("rules-alerts"))

    def until_alerts(self, running: Running, *expected: tuple[str, int]) -> None:
        self.until_running(running, lambda: self.alerts() == sorted(expected), f"alerts of {expected}")

    def test_a_changed_limit_counts_for_later_payments_only(self) -> None:
        example = example_module("fraud_detection").make()
        for one in example.inputs:
            one.partitions = 1
        self.make_topics(example, "rules-")
        unbounded = self.script(example, "rules-", self.kafka.bootstrap)
        # Payments are always waited for, and limits for 300 ms.
        for timeout in ("1 h", "300 ms"):
            unbounded = unbounded.replace("'scan.bounded.mode' = 'latest-offset'", f"'scan.watermark.idle-timeout' = '{timeout}'", 1)
        running = self.start(unbounded)
        self.limit(running, 100, "14:00:00.000")
        self.pay(("t1", "14:01:00.000", 150), ("t2", "14:02:00.000", 90), ("tick", "14:10:00.000", 1))
        self.until_alerts(running, ("t1", 150))
        # Written after the change, and of a time before it: the limit of that time counts.
        self.limit(running, 200, "14:20:00.000")
        self.pay(("t3", "14:15:00.000", 150), ("t4", "14:25:00.000", 150), ("t5", "14:26:00.000", 250), ("tick", "14:40:00.000", 1))
        self.until_alerts(running, ("t1", 150), ("t3", 150), ("t5", 250))
        running.kill()
        # A restart knows the limits of before, and takes new ones.
        self.pay(("t6", "14:45:00.000", 150))
        running = self.start(unbounded)
        self.limit(running, 50, "14:50:00.000")
        self.pay(("t7", "14:55:00.000", 60), ("tick", "15:10:00.000", 1))
        self.until_alerts(running, ("t1", 150), ("t3", 150), ("t5", 250), ("t7", 60))
        self.assertEqual(running.stop().code, 0)
        self.assertEqual(self.alerts(), [("t1", 150), ("t3", 150), ("t5", 250), ("t7", 60)])


if __name__ == "__main__":
    unittest.main()
