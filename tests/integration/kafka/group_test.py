"""A job's group that others take part in. Rule: a job chooses its partitions itself, so that rebalances change nothing of what it reads."""

from __future__ import annotations

import unittest
from typing import Any

from kafka_case import require_kafka, until
from topic_jobs import Running, TopicJobCase

ROWS = 60  # a step


def setUpModule() -> None:
    require_kafka()


class GroupTest(TopicJobCase):
    def job(self, topic: str, guarantee: str) -> Running:
        self.kafka.create_topic(f"{topic}-out")
        sql = self.source("a INT", topic, scan__bounded__mode=None, properties__group__id=f"{topic}-group")
        sql += self.table("snk", "a INT", f"{topic}-out", sink__delivery_guarantee=guarantee, sink__transactional_id_prefix=topic)
        return self.start(sql + "INSERT INTO snk SELECT a FROM src;")

    def feed(self, topic: str, step: int) -> list[str]:
        self.client.produce(topic, [f'{{"a":{number}}}' for number in range(step * ROWS, step * ROWS + ROWS)])
        return [f'{{"a":{number}}}' for number in range(step * ROWS + ROWS)]

    def join(self, topic: str, members: list[Any]) -> None:
        """One more joins the group; all share its partitions out anew, which takes all of them to poll."""
        members.append(self.client.member(f"{topic}-group", topic))
        self.addCleanup(members[-1].close)

        def shared_out() -> bool:
            for member in members:
                member.poll(timeout_ms=20)
            return all(len(member.assignment()) == 4 // len(members) for member in members)

        until(shared_out, f"{len(members)} others share the partitions")

    def check_rebalances(self, guarantee: str) -> None:
        topic = self.topic(partitions=4)
        running = self.job(topic, guarantee)
        self.until_texts(f"{topic}-out", self.feed(topic, 0), running)
        others: list[Any] = []
        self.join(topic, others)
        self.until_texts(f"{topic}-out", self.feed(topic, 1), running)
        self.join(topic, others)
        self.until_texts(f"{topic}-out", self.feed(topic, 2), running)
        for other in others:
            other.close()
        self.until_texts(f"{topic}-out", self.feed(topic, 3), running)
        self.assertEqual(running.stop().code, 0, running.err)
        self.assertEqual(sorted(self.texts(f"{topic}-out")), sorted(f'{{"a":{number}}}' for number in range(4 * ROWS)))
        self.assertEqual(self.client.committed_offsets(f"{topic}-group"), self.saved_offsets(), "told again when the others have left")
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
