"""Tables of upsert-kafka, by the real program."""

from __future__ import annotations

import json
import unittest

from kafka_case import require_kafka
from kafka_service import READ_COMMITTED, Record
from topic_jobs import Running, TopicJobCase

COLUMNS = "id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED"


def setUpModule() -> None:
    require_kafka()


def change(key: int, name: str | None) -> Record:
    return Record(None if name is None else json.dumps({"id": key, "name": name}), json.dumps({"id": key}).replace(" ", ""))


class UpsertTest(TopicJobCase):
    def upsert(self, name: str, topic: str, columns: str = COLUMNS, **options: str) -> str:
        given = {"connector": "upsert-kafka", "format": None, "key__format": "json", "value__format": "json", **options}
        return self.table(name, columns, topic, **given)

    def state(self, topic: str) -> dict[int, str]:
        """What the topic comes to: the newest value of each key."""
        state = {}
        for record in self.client.consume(topic, READ_COMMITTED):
            key = json.loads(record.key or b"")["id"]
            if record.value is None:
                state.pop(key, None)
            else:
                state[key] = json.loads(record.value)["name"]
        return state

    def until_state(self, topic: str, expected: dict[int, str], running: Running) -> None:
        self.until_running(running, lambda: self.state(topic) == expected, f"{expected} in {topic}")

    def counts(self, topic: str, **options: str) -> str:
        """Counts rows by key of a plain topic into an upserted one."""
        source = self.source("k INT", topic, scan__bounded__mode=None)
        sink = self.upsert("snk", f"{topic}-out", "k INT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED", **options)
        return source + sink + "INSERT INTO snk SELECT k, COUNT(*) FROM src GROUP BY k;"

    def newest(self, topic: str) -> dict[int, int]:
        return {json.loads(one.key or b"")["k"]: json.loads(one.text)["n"] for one in self.client.consume(topic, READ_COMMITTED)}

    def test_inserts_updates_and_deletions(self) -> None:
        topic, out = self.topic(), "upserts-out"
        self.kafka.create_topic(out)
        self.client.produce(topic, [change(1, "a"), change(2, "b"), change(1, "c"), change(2, None), change(3, "d"), change(4, None)])
        sql = self.upsert("src", topic, scan__bounded__mode="latest-offset") + "SELECT id, name FROM src;"
        self.assertEqual(sorted(self.good(sql).rows), [["1", "c"], ["3", "d"]])
        copy = self.upsert("src", topic) + self.upsert("snk", out) + "INSERT INTO snk SELECT id, UPPER(name) FROM src;"
        running = self.start(copy)
        self.until_state(out, {1: "C", 3: "D"}, running)
        self.client.produce(topic, [change(2, "again"), change(3, None)])
        self.until_state(out, {1: "C", 2: "AGAIN"}, running)
        self.assertEqual(running.stop().code, 0)
        self.assertIn(b'{"id":3}', [one.key for one in self.client.consume(out) if one.value is None], "a tombstone")

    def test_a_restart_knows_what_was_there(self) -> None:
        topic, out = self.topic(partitions=3), "restarted-out"
        self.kafka.create_topic(out, 2)
        options = {"sink__delivery_guarantee": "exactly-once", "sink__transactional_id_prefix": "restarted"}
        sql = self.upsert("src", topic) + self.upsert("snk", out, **options) + "INSERT INTO snk SELECT id, name FROM src;"
        expected: dict[int, str] = {}
        for life in range(4):
            running = self.start(sql, parallelism__default=str(1 + life % 2))
            changed = {number: f"{life}" for number in range(life * 5, life * 5 + 20)}
            gone = list(range(life * 5, life * 5 + 3))
            self.client.produce(topic, [change(number, name) for number, name in changed.items()])
            self.client.produce(topic, [change(number, None) for number in gone])
            expected.update(changed)
            for number in gone:
                expected.pop(number)
            if life % 2:
                self.until_state(out, expected, running)
            running.kill()
        running = self.start(sql)
        self.until_state(out, expected, running)
        self.assertEqual(running.stop().code, 0)

    def test_rows_of_one_key_become_one(self) -> None:
        topic = self.topic()
        self.kafka.create_topic(f"{topic}-out")
        self.client.produce(topic, [f'{{"k":{number % 5}}}' for number in range(1000)])
        flush = {"sink__buffer_flush__max_rows": "100", "sink__buffer_flush__interval": "300 ms"}
        running = self.start(self.counts(topic, **flush), execution__checkpointing__interval="1 h")
        self.until_running(running, lambda: self.newest(f"{topic}-out") == {key: 200 for key in range(5)}, "the counts")
        self.assertLess(len(self.client.consume(f"{topic}-out")), 200)
        self.assertEqual(running.stop().code, 0)
        self.refused(self.counts(topic, sink__buffer_flush__max_rows="100"), "'sink.buffer-flush.max-rows' and 'sink.buffer-flush.interval' need each other")

    def test_null_keys(self) -> None:
        topic = self.topic()
        self.client.produce(topic, [change(1, "a"), Record('{"id":2,"name":"b"}', None), Record(None, None), change(3, "c")])
        bounded = {"scan__bounded__mode": "latest-offset"}
        self.refused(self.upsert("src", topic, **bounded) + "SELECT * FROM src;", f"{topic}-0 offset 1", "its key is NULL", "record.error-policy")
        ended = self.good(self.upsert("src", topic, record__error_policy="skip", **bounded) + "SELECT id FROM src;")
        self.assertEqual([row[-1] for row in ended.rows], ["1", "3"])

    def test_what_it_needs(self) -> None:
        topic = self.topic()
        select = "SELECT * FROM src;"
        self.refused(self.upsert("src", topic, "id INT, name STRING") + select, "needs a primary key", "PRIMARY KEY")
        self.refused(self.upsert("src", topic, key__format=None) + select, "'key.format'", "upsert-kafka")
        self.refused(self.upsert("src", topic, value__format="debezium-json") + select, "debezium-json", "Use connector 'kafka'")
        self.refused(self.upsert("src", topic, scan__startup__mode="earliest-offset") + select, "scan.startup.mode")


if __name__ == "__main__":
    unittest.main()
