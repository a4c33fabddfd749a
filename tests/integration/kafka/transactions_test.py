"""`tidemill kafka txn`, by the real program: what is open in a cluster, whoever's it is, and the way out."""

from __future__ import annotations

import json
import re
import subprocess
import unittest

from kafka_case import require_kafka
from kafka_service import READ_UNCOMMITTED, Record
from kafka_service.ports import reserve
from topic_jobs import LIMIT_SECONDS, PROGRAM, Ended, TopicJobCase

SELDOM = {"execution__checkpointing__interval": "10 min", "execution__checkpointing__timeout": "1 min"}


def setUpModule() -> None:
    require_kafka()


class TransactionsTest(TopicJobCase):
    def txn(self, verb: str, *options: str, servers: str | None = None) -> Ended:
        command = [PROGRAM, "kafka", "txn", verb, "--bootstrap-servers", servers or self.kafka.bootstrap, *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def listed(self) -> dict[str, list[dict[str, object]]]:
        """What `ls --json` says."""
        ended = self.txn("ls", "--json")
        self.assertEqual(ended.code, 0, ended.err)
        self.assertEqual(ended.out.count("\n"), 1)
        return dict(json.loads(ended.out))

    def copy(self, topic: str, prefix: str) -> str:
        source = self.source("a INT", topic, scan__bounded__mode=None)
        options = {"sink__delivery_guarantee": "exactly-once", "sink__transactional_id_prefix": prefix}
        return source + self.table("snk", "a INT", f"{topic}-out", **options) + "INSERT INTO snk SELECT a FROM src;"

    def open_transaction(self, topic: str) -> None:
        """Leaves a job's transaction open in <topic>-out, with one epoch committed before it; the job is killed."""
        running = self.start(self.copy(topic, topic))
        self.client.produce(topic, ['{"a":1}'])
        self.until_texts(f"{topic}-out", ['{"a":1}'], running)
        running.kill()
        running = self.start(self.copy(topic, topic), **SELDOM)
        self.client.produce(topic, ['{"a":2}', '{"a":3}'])
        out = f"{topic}-out"
        self.until_running(running, lambda: self.texts(out, isolation=READ_UNCOMMITTED)[-1:] == ['{"a":3}'], "an open transaction")
        running.kill()

    def blocked(self, topic: str) -> list[tuple[int, int]]:
        """Offset of the first open transaction in the topic, and how much lies behind it, as `ls --json` says."""
        found = [one for one in self.listed()["blocked"] if one["topic"] == topic]
        return [(int(str(one["offset"])), int(str(one["behind"]))) for one in found]

    def test_the_open_transaction_of_a_killed_job(self) -> None:
        topic = self.topic()
        out = f"{topic}-out"
        self.kafka.create_topic(out)
        self.open_transaction(topic)
        stable = self.client.end_offsets(out, "read_committed")[0]
        self.assertEqual(self.blocked(out), [(stable, 2)])
        told = self.txn("ls")
        self.assertEqual(told.code, 0, told.err)
        self.assertIn(f"{out}-0: a transaction is open since offset {stable}; read_committed readers do not see 2 offsets from there on\n", told.out)
        self.assertNotIn("No transaction is open.", told.out)
        epoch, owner = re.search(rf"^{topic} +(\d+)  ([0-9a-f]{{16}})$", told.out, re.MULTILINE).groups()  # type: ignore[union-attr]
        (of_json,) = [one for one in self.listed()["prefixes"] if one["prefix"] == topic]
        self.assertEqual(of_json, {"prefix": topic, "epoch": int(epoch), "owner": owner})
        self.assertGreater(int(epoch), 0)

        ended = self.txn("abort", "--prefix", topic)
        self.assertEqual((ended.code, ended.err), (0, ""))
        self.assertEqual(ended.out, f"Transactions of '{topic}' are ended; a job that had them begins again from its last checkpoint.\n")
        self.assertEqual(self.blocked(out), [])
        self.assertNotIn(f"{topic}-0", self.client.open_transactions())
        self.assertEqual(self.texts(out), ['{"a":1}'])
        running = self.start(self.copy(topic, topic))
        self.until_texts(out, ['{"a":1}', '{"a":2}', '{"a":3}'], running)
        self.assertEqual(running.stop().code, 0)

    def test_a_job_whose_transaction_is_aborted_begins_again(self) -> None:
        topic = self.topic()
        self.kafka.create_topic(f"{topic}-out")
        running = self.start(self.copy(topic, topic))
        self.client.produce(topic, ['{"a":1}'])
        self.until_texts(f"{topic}-out", ['{"a":1}'], running)
        self.assertEqual(self.txn("abort", "--prefix", topic).code, 0)
        self.client.produce(topic, ['{"a":2}'])
        self.until_texts(f"{topic}-out", ['{"a":1}', '{"a":2}'], running)
        self.assertEqual(running.stop().code, 0)
        self.assertIn("taken over", running.err)

    def test_the_open_transaction_of_another_program(self) -> None:
        topic = self.topic()
        transaction = self.client.begin(f"{topic}-of-others")
        transaction.produce(topic, [Record("1"), Record("2")])
        transaction.abandon()
        self.client.produce(topic, ["3"])
        self.assertEqual(self.blocked(topic), [(0, 3)])
        self.assertEqual([one for one in self.listed()["prefixes"] if str(one["prefix"]).startswith(topic)], [], "it is no job's")
        # It is nobody's prefix: saying that it was ended would be wrong.
        for prefix in (f"{topic}-of-others", f"{topic}-of"):
            ended = self.txn("abort", "--prefix", prefix)
            self.assertEqual((ended.code, ended.out), (1, ""))
            self.assertIn(f"no job has written exactly once under the prefix '{prefix}'", ended.err)
        self.assertEqual(self.client.open_transactions(), [f"{topic}-of-others"])
        self.client.abort_transaction(f"{topic}-of-others")
        self.assertEqual(self.blocked(topic), [])
        self.assertEqual(self.texts(topic), ["3"])

    def test_an_unknown_prefix(self) -> None:
        topic = self.topic()
        self.kafka.create_topic(f"{topic}-out")
        running = self.start(self.copy(topic, topic))
        self.client.produce(topic, ['{"a":1}'])
        self.until_texts(f"{topic}-out", ['{"a":1}'], running)
        known = self.client.transactions()
        ended = self.txn("abort", "--prefix", f"{topic}x")
        self.assertEqual((ended.code, ended.out), (1, ""))
        for text in (f"no job has written exactly once under the prefix '{topic}x'", self.kafka.bootstrap, f"Did you mean '{topic}'?"):
            self.assertIn(text, ended.err)
        self.assertEqual(set(self.client.transactions()), set(known), "no id was made")
        self.assertEqual(running.stop().code, 0)
        self.assertNotIn("taken over", running.err)

    def test_what_is_typed_wrong(self) -> None:
        for wrong, text in [
            (("abort",), "--prefix"),
            (("ls", "--property", "group.id"), "--property needs NAME=VALUE, not 'group.id'"),
            (("drop",), "drop"),
        ]:
            with self.subTest(wrong=wrong):
                ended = self.txn(*wrong)
                self.assertEqual((ended.code, ended.out), (2, ""), ended.err)
                self.assertIn(text, ended.err)

    def test_nobody_is_there(self) -> None:
        servers = f"127.0.0.1:{reserve(1, self.root)[0]}"
        for verb in (("ls",), ("abort", "--prefix", "p")):
            with self.subTest(verb):
                ended = self.txn(*verb, "--property", "request.timeout.ms=2000", servers=servers)
                self.assertNotIn(ended.code, (0, 3))
                self.assertEqual(ended.out, "")
                self.assertIn(servers, ended.err)
                self.assertIn("Connection refused", ended.err)


if __name__ == "__main__":
    unittest.main()
