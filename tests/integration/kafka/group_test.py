"""A job's group that others take part in. Rule: a job chooses its partitions itself, so that rebalances change nothing of what it reads."""

from __future__ import annotations

import threading
import unittest
from typing import Any

from kafka_case import require_kafka, until
from topic_jobs import Running, TopicJobCase

ROWS = 60  # a step


def setUpModule() -> None:
    require_kafka()


class Member:
    """A consumer that takes part in a group, by a thread of its own: members of a rebalance wait for each other."""

    def __init__(self, consumer: Any) -> None:
        self.partitions = 0
        self._consumer = consumer
        self._leaves = threading.Event()
        self._thread = threading.Thread(target=self._poll)
        self._thread.start()

    def _poll(self) -> None:
        while not self._leaves.is_set():
            self._consumer.poll(timeout_ms=200)
            self.partitions = len(self._consumer.assignment())
        self._consumer.close()

    def leave(self) -> None:
        self._leaves.set()
        self._thread.join()


class GroupTest(TopicJobCase):
    def job(self, topic: str, guarantee: str) -> Running:
        self.kafka.create_topic(f"{topic}-out")
        sql = self.source("a INT", topic, scan__bounded__mode=None, properties__group__id=f"{topic}-group")
        sql += self.table("snk", "a INT", f"{topic}-out", sink__delivery_guarantee=guarantee, sink__transactional_id_prefix=topic)
        return self.start(sql + "INSERT INTO snk SELECT a FROM src;")

    def feed(self, topic: str, step: int) -> list[str]:
        self.client.produce(topic, [f'{{"a":{number}}}' for number in range(step * ROWS, step * ROWS + ROWS)])
        return [f'{{"a":{number}}}' for number in range(step * ROWS + ROWS)]

    def join(self, topic: str, others: list[Member]) -> None:
        """One more joins the group, and all share its partitions out anew."""
        others.append(Member(self.client.member(f"{topic}-group", topic)))
        self.addCleanup(others[-1].leave)
        until(lambda: all(one.partitions == 4 // len(others) for one in others), f"{len(others)} others share the partitions")

    def check_rebalances(self, guarantee: str) -> None:
        topic = self.topic(partitions=4)
        running = self.job(topic, guarantee)
        self.until_texts(f"{topic}-out", self.feed(topic, 0), running)
        others: list[Member] = []
        self.join(topic, others)
        self.until_texts(f"{topic}-out", self.feed(topic, 1), running)
        self.join(topic, others)
        self.until_texts(f"{topic}-out", self.feed(topic, 2), running)
        for other in others:
            other.leave()
        self.until_texts(f"{topic}-out", self.feed(topic, 3), running)
        self.assertEqual(running.stop().code, 0, running.err)
        self.assertEqual(sorted(self.texts(f"{topic}-out")), sorted(f'{{"a":{number}}}' for number in range(4 * ROWS)))
        self.until_committed(f"{topic}-group", self.saved_offsets())  # told again when the others have left
        if guarantee == "at-least-once":
            told = [line for line in running.err.splitlines() if "group" in line]
            self.assertIn(f"'{topic}-group' cannot be committed, since other consumers are members of it", told[0])
            self.assertLess(len(told), 5, "what is known is not said again at each checkpoint")

    def test_others_come_and_go(self) -> None:
        self.check_rebalances("at-least-once")

    def test_others_come_and_go_beside_transactions(self) -> None:
        self.check_rebalances("exactly-once")


if __name__ == "__main__":
    unittest.main()
