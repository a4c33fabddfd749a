"""Messages that cannot be read, as rows of a table and messages of another topic, by the real program."""

from __future__ import annotations

import unittest

from kafka_case import require_kafka
from kafka_service import Record
from topic_jobs import Running, TopicJobCase

LETTERS = {
    "key__format": "raw", "key__fields": "raw_key", "value__format": "raw", "value__fields_include": "EXCEPT_KEY",
    "sink__delivery_guarantee": "exactly-once",
}  # fmt: skip
LETTER_COLUMNS = "raw_key BYTES, raw_record BYTES, headers MAP<STRING, BYTES> METADATA"
TO_LETTERS = """INSERT INTO letters SELECT raw_key, raw_record,
  MAP['error', ENCODE(error, 'UTF-8'), 'place', ENCODE(split || ':' || CAST(split_offset AS STRING), 'UTF-8')] FROM src$errors;"""
KEYED = {"key__format": "json", "key__fields": "id", "value__fields_include": "EXCEPT_KEY", "record__error_policy": "dead-letter"}


def setUpModule() -> None:
    require_kafka()


class DeadLetterTest(TopicJobCase):
    def job(self, topic: str, **options: str | None) -> str:
        sql = self.source("id INT, v INT", topic, **KEYED, **options)
        sql += self.table("snk", "id INT, v INT", f"{topic}-out", sink__delivery_guarantee="exactly-once", sink__transactional_id_prefix=topic)
        sql += self.table("letters", LETTER_COLUMNS, f"{topic}-dead", **{**LETTERS, "format": None, "sink__transactional_id_prefix": topic})
        return sql + f"EXECUTE STATEMENT SET BEGIN INSERT INTO snk SELECT id, v FROM src; {TO_LETTERS} END;"

    def topics_of(self, partitions: int) -> str:
        topic = self.topic(partitions=partitions)
        self.kafka.create_topic(f"{topic}-out")
        self.kafka.create_topic(f"{topic}-dead")
        return topic

    def test_a_letter_is_the_message_as_it_was(self) -> None:
        topic = self.topics_of(1)
        bad = [(b'{"id":1}', b'{"v":"x"}'), (b"{", b'{"v":2}'), (None, b"\xff\xfe"), (b'{"id":3', None)]
        for key, value in bad:
            self.client.produce(topic, [Record('{"v":0}', '{"id":0}'), Record(value, key)])
        ended = self.good(self.job(topic), "--checkpoint-dir", str(self.checkpoints))
        self.assertRegex(ended.err, r"4 records could not be read")
        self.assertEqual(len(self.texts(f"{topic}-out")), 4)
        letters = self.client.consume(f"{topic}-dead")
        self.assertEqual([(one.key, one.value) for one in letters], bad)
        headers = [dict(one.headers) for one in letters]
        self.assertEqual([one["place"].decode() for one in headers], [f"{topic}-0:{number}" for number in (1, 3, 5, 7)])
        self.assertEqual(headers[0]["error"].decode(), "'x' is not an INT")

    def test_a_letter_comes_once(self) -> None:
        """Each attempt is killed; what it had not committed comes again, in letters as in rows."""
        topic = self.topics_of(3)
        sql = self.job(topic, scan__bounded__mode=None)
        good, bad = [], []
        for life in range(5):
            running = self.start(sql)
            for number in range(life * 40, life * 40 + 40):
                broken = number % 4 == 3
                (bad if broken else good).append(f"broken {number}" if broken else f'{{"id":{number},"v":0}}')
                self.client.produce(topic, [Record(bad[-1] if broken else '{"v":0}', f'{{"id":{number}}}')])
            self.wait_for_some(running, f"{topic}-dead", len(bad) - life * 2)
            running.kill()
        running = self.start(sql)
        self.until_texts(f"{topic}-dead", bad, running)
        self.until_texts(f"{topic}-out", good, running)
        self.assertEqual(running.stop().code, 0)
        self.assertEqual(sorted(self.texts(f"{topic}-dead")), sorted(bad))

    def wait_for_some(self, running: Running, topic: str, count: int) -> None:
        self.until_running(running, lambda: len(self.texts(topic)) >= count, f"{count} letters")

    def test_nobody_takes_them(self) -> None:
        topic = self.topic()
        sql = self.source("id INT, v INT", topic, **KEYED) + "SELECT * FROM src;"
        self.refused(sql, "Nobody takes the records of src", "src$errors", "record.dead-letter.path")
        skips = self.source("id INT, v INT", topic, **{**KEYED, "record__error_policy": "skip"})
        skips += self.table("snk", "e STRING", f"{topic}-out") + self.table("snk2", "id INT", f"{topic}-out")
        skips += "EXECUTE STATEMENT SET BEGIN INSERT INTO snk2 SELECT id FROM src; INSERT INTO snk SELECT error FROM src$errors; END;"
        self.refused(skips, "src$errors would stay empty", "'record.error-policy' = 'dead-letter'")


if __name__ == "__main__":
    unittest.main()
