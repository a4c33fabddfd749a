"""Brokers and topics that are not there when a job wants them, by the real program. Rule: a job says what it waits for, and always ends when it is told to."""

from __future__ import annotations

import time
import unittest

from kafka_case import require_kafka
from topic_jobs import Running, TopicJobCase

STOP_SECONDS = 10.0


def setUpModule() -> None:
    require_kafka()


class OutageTest(TopicJobCase):
    settings = {"properties": {"auto.create.topics.enable": "false"}}

    def copy(self, *options: str, **settings: str) -> tuple[Running, str, str]:
        """Starts a job from one topic to another; returns it and them."""
        name = self.id().rpartition(".")[2]
        unbounded = {"scan__bounded__mode": None, "properties__request__timeout__ms": "2000", **settings}
        sql = self.source("a INT", f"{name}-in", **unbounded) + self.table("snk", "a INT", f"{name}-out") + "INSERT INTO snk SELECT a FROM src;"
        return self.start(sql, *options), f"{name}-in", f"{name}-out"

    def make_topics(self) -> None:
        name = self.id().rpartition(".")[2]
        for topic in (f"{name}-in", f"{name}-out"):
            self.kafka.create_topic(topic)
        self.client.produce(f"{name}-in", ['{"a":1}'])

    def stopped(self, running: Running) -> float:
        """Stops the job; returns how many seconds that took."""
        began = time.monotonic()
        ended = running.stop(STOP_SECONDS)
        self.assertEqual(ended.code, 0, ended.err)
        return time.monotonic() - began

    def test_a_broker_that_comes_later(self) -> None:
        self.make_topics()
        self.kafka.kill(1)
        running, _, out = self.copy()
        self.until_running(running, lambda: "The job could not begin, and tries again in" in running.err, "it says that it tries again")
        self.assertIn(self.kafka.bootstrap, running.err)
        self.kafka.restart(1)
        self.until_texts(out, ['{"a":1}'], running)
        self.stopped(running)

    def test_a_job_that_waits_for_its_broker_can_be_stopped(self) -> None:
        self.make_topics()
        self.kafka.kill(1)
        self.addCleanup(self.kafka.restart, 1)
        running, _, _ = self.copy()
        self.until_running(running, lambda: "tries again in" in running.err, "it says that it tries again")
        self.stopped(running)

    def test_without_a_restart_strategy_it_fails_at_once(self) -> None:
        self.make_topics()
        self.kafka.kill(1)
        self.addCleanup(self.kafka.restart, 1)
        name = self.id().rpartition(".")[2]
        sql = self.source("a INT", f"{name}-in", properties__request__timeout__ms="2000") + "SELECT a FROM src;"
        error = self.refused(sql, self.kafka.bootstrap)
        self.assertNotIn("tries again", error)

    def test_a_job_whose_topic_has_gone_can_be_stopped(self) -> None:
        self.make_topics()
        running, read, out = self.copy()
        self.until_texts(out, ['{"a":1}'], running)
        self.kafka.delete_topic(read)
        self.stopped(running)

    def test_a_job_whose_topic_has_gone_says_so(self) -> None:
        self.make_topics()
        running, read, out = self.copy()
        self.until_texts(out, ['{"a":1}'], running)
        self.kafka.delete_topic(read)
        self.until_running(running, lambda: f"{read} [0]: topic does not exist" in self.why(), "job why says it")
        ended = running.wait()
        self.assertEqual(ended.code, 1, ended.err)
        self.assertIn(f"partition {read}-0 cannot be read: its topic has gone", ended.err)
        self.assertIn("kafka-topics --list", ended.err)


if __name__ == "__main__":
    unittest.main()
