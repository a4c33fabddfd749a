"""Tables that read topics, by the real program."""

from __future__ import annotations

import json
import re
import unittest

from kafka_case import require_kafka
from kafka_service import Record
from topic_jobs import TopicJobCase


def setUpModule() -> None:
    require_kafka()


def numbers(first: int, last: int, partition: int | None = None) -> list[Record]:
    return [Record(f'{{"a":{number}}}', partition=partition) for number in range(first, last + 1)]


class PlacesTest(TopicJobCase):
    """Where reading begins and ends."""

    def read(self, topic: str, **options: str) -> list[int]:
        return sorted(int(row[0]) for row in self.good(self.source("a INT", topic, **options) + "SELECT a FROM src;").rows)

    def test_beginnings(self) -> None:
        topic = self.topic(partitions=2)
        for number in range(1, 7):
            self.client.produce(topic, [Record(f'{{"a":{number}}}', partition=number % 2, timestamp_ms=1_700_000_000_000 + number)])
        self.assertEqual(self.read(topic), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.read(topic, scan__startup__mode="latest-offset"), [])
        self.assertEqual(self.read(topic, scan__startup__mode="timestamp", scan__startup__timestamp_millis="1700000000004"), [4, 5, 6])
        self.assertEqual(self.read(topic, scan__startup__mode="timestamp", scan__startup__timestamp_millis="1800000000000"), [])
        offsets = "partition:0,offset:1;partition:1,offset:2"
        self.assertEqual(self.read(topic, scan__startup__mode="specific-offsets", scan__startup__specific_offsets=offsets), [4, 5, 6])
        one = "partition:1,offset:2"  # the other at its beginning
        self.assertEqual(self.read(topic, scan__startup__mode="specific-offsets", scan__startup__specific_offsets=one), [2, 4, 5, 6])

    def test_beginning_where_the_group_is(self) -> None:
        topic = self.topic(partitions=2)
        self.client.produce(topic, numbers(0, 2, 0) + numbers(10, 12, 1))
        group = {"scan__startup__mode": "group-offsets", "properties__group__id": topic}
        self.assertEqual(self.read(topic, **group), [0, 1, 2, 10, 11, 12], "a group without offsets begins at the beginning")
        transaction = self.client.begin(f"{topic}-t")
        transaction.produce(topic, numbers(13, 13, 1))
        transaction.send_offsets(topic, {(topic, 0): 2})
        transaction.commit()
        self.assertEqual(self.read(topic, **group), [2, 10, 11, 12, 13])

    def test_ends(self) -> None:
        topic = self.topic(partitions=2)
        for number in range(1, 7):
            self.client.produce(topic, [Record(f'{{"a":{number}}}', partition=number % 2, timestamp_ms=1_700_000_000_000 + number)])
        self.assertEqual(self.read(topic, scan__bounded__mode="timestamp", scan__bounded__timestamp_millis="1700000000004"), [1, 2, 3])
        offsets = "partition:0,offset:1;partition:1,offset:2"
        self.assertEqual(self.read(topic, scan__bounded__mode="specific-offsets", scan__bounded__specific_offsets=offsets), [1, 2, 3])
        transaction = self.client.begin(f"{topic}-t")
        transaction.produce(topic, numbers(7, 7, 0))
        transaction.send_offsets(topic, {(topic, 0): 1, (topic, 1): 1})
        transaction.commit()
        self.assertEqual(self.read(topic, scan__bounded__mode="group-offsets", properties__group__id=topic), [1, 2])

    def test_an_empty_topic_ends_at_once(self) -> None:
        self.assertEqual(self.read(self.topic(partitions=3)), [])

    def test_the_end_is_behind_the_mark_of_a_transaction(self) -> None:
        topic = self.topic(partitions=4)
        for partition in range(4):
            transaction = self.client.begin(f"{topic}-t")
            transaction.produce(topic, numbers(1, 20_000, partition))
            transaction.commit()
        for _ in range(3):  # whether the end comes together with the last messages is chance
            ended = self.good(self.source("a INT", topic) + "SELECT COUNT(*) FROM src;", execution__runtime_mode="batch")
            self.assertEqual(ended.rows, [["80000"]])

    def test_only_committed_messages_are_read(self) -> None:
        topic = self.topic()
        for name in ("committed", "aborted", "open"):
            transaction = self.client.begin(f"{topic}-{name}")
            transaction.produce(topic, [Record(json.dumps({"name": name}))])
            {"committed": transaction.commit, "aborted": transaction.abort, "open": transaction.abandon}[name]()
        self.client.produce(topic, ['{"name":"behind"}'])
        committed = self.source("name STRING", topic) + "SELECT name FROM src;"
        self.assertEqual(self.good(committed).rows, [["committed"]], "an open transaction is the end")
        everything = self.source("name STRING", topic, properties__isolation__level="read_uncommitted") + "SELECT name FROM src;"
        self.assertEqual([row[0] for row in self.good(everything).rows], ["committed", "aborted", "open", "behind"])
        self.client.abort_transaction(f"{topic}-open")
        self.assertEqual(self.good(committed).rows, [["committed"], ["behind"]])

    def test_a_job_goes_on_when_an_open_transaction_ends(self) -> None:
        topic = self.topic()
        out = f"{topic}-out"
        self.kafka.create_topic(out)
        transaction = self.client.begin(f"{topic}-t")
        transaction.produce(topic, numbers(1, 2))
        self.client.produce(topic, numbers(3, 3))
        sql = self.source("a INT", topic, scan__bounded__mode=None) + self.table("snk", "a INT", out) + "INSERT INTO snk SELECT a FROM src;"
        running = self.start(sql)
        self.until_running(running, self.newest_manifest, "a checkpoint")
        self.assertEqual(self.texts(out), [])
        transaction.commit()
        self.until_texts(out, ['{"a":1}', '{"a":2}', '{"a":3}'], running)
        self.assertEqual(running.stop().code, 0)


class TopicsTest(TopicJobCase):
    """Which topics and partitions are read."""

    def test_a_list_and_a_pattern(self) -> None:
        names = [f"list-{number}" for number in range(3)]
        for place, name in enumerate(names):
            self.kafka.create_topic(name, 2)
            self.client.produce(name, numbers(place, place))
        columns = "a INT, t STRING METADATA FROM 'topic' VIRTUAL"
        listed = self.good(self.source(columns, "list-0;list-2") + "SELECT a, t FROM src;").rows
        self.assertEqual(sorted(listed), [["0", "list-0"], ["2", "list-2"]])
        matched = self.good(self.source(columns, None, topic_pattern="list-[01]") + "SELECT a, t FROM src;").rows
        self.assertEqual(sorted(matched), [["0", "list-0"], ["1", "list-1"]], "the whole name")

    def test_a_partition_and_a_topic_are_found_while_it_runs(self) -> None:
        topic, out = self.topic(), "found-out"
        self.kafka.create_topic(out)
        self.client.produce(topic, numbers(1, 1))
        discovery = {"scan__topic_partition_discovery__interval": "200 ms", "scan__bounded__mode": None, "scan__startup__mode": "latest-offset"}
        sql = self.source("a INT", None, topic_pattern=f"{topic}.*", **discovery) + self.table("snk", "a INT", out)
        sql += "INSERT INTO snk SELECT a FROM src;"
        running = self.start(sql)
        self.until_running(running, lambda: (topic, 0) in self.saved_offsets(), "a checkpoint")
        self.kafka.add_partitions(topic, 2)
        self.client.produce(topic, numbers(2, 2, 1))
        self.until_texts(out, ['{"a":2}'], running)
        self.kafka.create_topic(f"{topic}-later")
        self.client.produce(f"{topic}-later", numbers(3, 3))
        self.until_texts(out, ['{"a":2}', '{"a":3}'], running)
        self.until_running(running, lambda: len(self.saved_offsets()) == 3, "a checkpoint with the new partitions")
        running.kill()
        self.kafka.add_partitions(topic, 3)
        self.client.produce(topic, numbers(4, 4, 2))
        running = self.start(sql)
        self.until_running(running, lambda: '{"a":4}' in self.texts(out), "what came while it was down")
        self.assertEqual(running.stop().code, 0)

    def test_what_is_gone(self) -> None:
        topic, out = self.topic(partitions=2), "gone-out"
        self.kafka.create_topic(out)
        self.client.produce(topic, numbers(0, 9, 0) + numbers(0, 9, 1))
        sql = self.source("a INT", topic, scan__bounded__mode=None) + self.table("snk", "a INT", out) + "INSERT INTO snk SELECT a FROM src;"
        running = self.start(sql)
        self.until_running(running, lambda: self.saved_offsets() == {(topic, 0): 10, (topic, 1): 10}, "all saved")
        self.assertEqual(running.stop().code, 0)
        with_checkpoints = ("--checkpoint-dir", str(self.checkpoints))

        self.kafka.delete_topic(topic)
        self.refused(sql, f"has no topic '{topic}'", options=with_checkpoints)
        self.kafka.create_topic(topic, 1)
        self.refused(sql, f"topic '{topic}' has 1 partitions, and had 2 before", "--fresh", options=with_checkpoints)
        self.kafka.delete_topic(topic)
        self.kafka.create_topic(topic, 2)
        self.client.produce(topic, numbers(0, 1, 0))
        self.refused(sql, f"partition {topic}-", "has no offset 10", "deleted and made again", "--fresh", options=with_checkpoints)
        running = self.start(sql, "--fresh")
        self.until_running(running, lambda: len(self.texts(out)) == 22, "begun anew")
        self.assertEqual(running.stop().code, 0)


class ColumnsTest(TopicJobCase):
    """What a message is made of."""

    def test_metadata(self) -> None:
        topic = self.topic(partitions=2)
        self.client.produce(topic, [Record('{"a":1}', None, (("x", b"1"), ("y", b"2"), ("x", b"3")), 1_700_000_000_123, 1), Record('{"a":2}', partition=0)])
        columns = (
            "a INT, t STRING METADATA FROM 'topic' VIRTUAL, p INT METADATA FROM 'partition' VIRTUAL, o BIGINT METADATA FROM 'offset' VIRTUAL, "
            "ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL, kind STRING METADATA FROM 'timestamp-type' VIRTUAL, "
            "h MAP<STRING, BYTES> METADATA FROM 'headers' VIRTUAL"
        )
        select = "SELECT t, p, o, CAST(ts AS STRING), kind, CARDINALITY(h), CAST(h['x'] AS STRING), CAST(h['y'] AS STRING) FROM src WHERE a = 1;"
        ended = self.good("SET 'table.local-time-zone' = 'UTC';\n" + self.source(columns, topic) + select)
        self.assertEqual(ended.rows, [[topic, "1", "0", "2023-11-14 22:13:20.123", "CreateTime", "2", "3", "2"]])
        appended = "append-time"
        self.kafka.create_topic(appended, config={"message.timestamp.type": "LogAppendTime"})
        self.client.produce(appended, ['{"a":1}'])
        self.assertEqual(self.good(self.source(columns, appended) + "SELECT kind, CARDINALITY(h) FROM src;").rows, [["LogAppendTime", "0"]])

    def test_keys(self) -> None:
        topic = self.topic()
        self.client.produce(topic, [Record('{"id":7,"v":1}', '{"id":5}'), Record('{"v":2}', None), Record('{"id":8,"v":3}', '{"id":6}')])
        keyed = {"key__format": "json", "key__fields": "id"}
        all_of_it = self.good(self.source("id INT, v INT", topic, **keyed) + "SELECT id, v FROM src;").rows
        self.assertEqual(all_of_it, [["5", "1"], ["NULL", "2"], ["6", "3"]], "the key's column comes from the key")
        prefixed = {"key__format": "json", "key__fields": "k_id", "key__fields_prefix": "k_", "value__fields_include": "EXCEPT_KEY"}
        both = self.good(self.source("k_id INT, id INT, v INT", topic, **prefixed) + "SELECT k_id, id, v FROM src;").rows
        self.assertEqual(both, [["5", "7", "1"], ["NULL", "NULL", "2"], ["6", "8", "3"]])
        self.refused(self.source("id INT, v INT", topic, key__format="json") + "SELECT * FROM src;", "'key.format' and 'key.fields' need each other")
        self.refused(self.source("id INT, v INT", topic, key__format="json", key__fields="idd") + "SELECT * FROM src;", "'idd'", "id, v")

    def test_tombstones_of_a_plain_table_are_left_out(self) -> None:
        topic = self.topic()
        self.client.produce(topic, [Record('{"a":1}', "k"), Record(None, "k"), Record('{"a":2}', "k")])
        self.assertEqual(self.good(self.source("a INT", topic) + "SELECT a FROM src;").rows, [["1"], ["2"]])

    def test_all_codecs(self) -> None:
        topic = self.topic()
        for place, codec in enumerate(("gzip", "snappy", "lz4", "zstd", None)):
            self.client.produce(topic, numbers(place * 1000, place * 1000 + 999), compression=codec)
        ended = self.good(self.source("a INT", topic) + "SELECT COUNT(DISTINCT a), SUM(a) FROM src;", execution__runtime_mode="batch")
        self.assertEqual(ended.rows, [["5000", str(sum(range(5000)))]])


class ProgressTest(TopicJobCase):
    """Offsets in checkpoints and of groups; watermarks."""

    def test_a_restart_goes_on_and_the_group_knows(self) -> None:
        topic, out = self.topic(partitions=3), "goes-on-out"
        self.kafka.create_topic(out)
        group = {"properties__group__id": "goes-on", "scan__bounded__mode": None}
        sql = self.source("a INT", topic, **group) + self.table("snk", "a INT", out) + "INSERT INTO snk SELECT a FROM src;"
        running = self.start(sql)
        self.client.produce(topic, numbers(0, 99))
        self.until_running(running, lambda: len(self.texts(out)) == 100, "100 rows")
        self.assertEqual(running.stop().code, 0)
        self.assertEqual(sum(self.saved_offsets().values()), 100)
        self.until_committed("goes-on", self.saved_offsets())
        self.client.produce(topic, numbers(100, 149))
        running = self.start(sql)
        self.until_running(running, lambda: len(self.texts(out)) == 150, "50 more")
        self.assertEqual(running.stop().code, 0)
        self.assertEqual(sorted(json.loads(text)["a"] for text in self.texts(out)), list(range(150)))

    def test_a_job_that_ends_has_committed_the_ends(self) -> None:
        topic, out = self.topic(partitions=3), "ends-out"
        self.kafka.create_topic(out)
        self.client.produce(topic, numbers(0, 9, 0) + numbers(10, 14, 1))
        for guarantee in ("at-least-once", "exactly-once"):
            with self.subTest(guarantee):
                options = {"sink__delivery_guarantee": guarantee, "sink__transactional_id_prefix": "ends"}
                sql = self.source("a INT", topic, properties__group__id=f"ends-{guarantee}") + self.table("snk", "a INT", out, **options)
                sql += "INSERT INTO snk SELECT a FROM src;"
                self.good(sql, "--checkpoint-dir", str(self.root / guarantee))
                ends = {(topic, 0): 10, (topic, 1): 5, (topic, 2): 0}
                self.until_committed(f"ends-{guarantee}", ends)
        # A query that somebody types keeps no checkpoints, and moves nothing.
        look = self.source("a INT", topic, properties__group__id="ends-look") + "SELECT COUNT(*) FROM src;"
        self.assertEqual(self.good(look, execution__runtime_mode="batch").rows, [["15"]])
        self.assertEqual(self.client.committed_offsets("ends-look"), {})

    def lag(self) -> int | None:
        """pendingRecords of the job that was started; None where it does not say."""
        found = re.search(r"pendingRecords\D+(\d+)", self.asked("metrics"))
        return int(found[1]) if found else None

    def test_a_transaction_that_another_has_open_is_told(self) -> None:
        topic, out = self.topic(), "stalled-out"
        self.kafka.create_topic(out)
        self.client.produce(topic, numbers(0, 4))
        other = self.client.begin("another-program")
        other.produce(topic, numbers(5, 6))
        self.client.produce(topic, numbers(7, 9))
        sql = self.source("a INT", topic, scan__bounded__mode=None) + self.table("snk", "a INT", out) + "INSERT INTO snk SELECT a FROM src;"
        running = self.start(sql)
        told = f"5 records of {topic}-0 wait behind a transaction that another program has open"
        self.until_running(running, lambda: told in self.why(), told)
        self.assertEqual(sorted(self.texts(out)), [f'{{"a":{number}}}' for number in range(5)])
        self.until_running(running, lambda: self.lag() == 5, "the lag, with what is held back")
        other.abort()
        self.until_texts(out, [f'{{"a":{number}}}' for number in (0, 1, 2, 3, 4, 7, 8, 9)], running)
        self.assertNotIn("wait behind", self.why())
        self.until_running(running, lambda: self.lag() == 0, "no lag")
        self.assertEqual(running.stop().code, 0)

    def test_a_silent_partition_holds_nothing_back(self) -> None:
        topic, out = self.topic(partitions=3), "idle-out"
        self.kafka.create_topic(out)
        columns = "a INT, ts BIGINT, m AS TO_TIMESTAMP_LTZ(ts, 3), WATERMARK FOR m AS m"
        select = (
            "INSERT INTO snk SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(m), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;"
        )
        sink = self.table("snk", "n BIGINT", out)
        records = [Record(f'{{"a":1,"ts":{ms}}}', partition=partition) for partition in (0, 1) for ms in (0, 100, 2500)]
        self.client.produce(topic, records)
        held = self.start(self.source(columns, topic, scan__bounded__mode=None) + sink + select, "--checkpoint-dir", str(self.root / "held"))
        sql = self.source(columns, topic, scan__bounded__mode=None, scan__watermark__idle_timeout="300 ms") + sink + select
        running = self.start(sql)
        self.until_texts(out, ['{"n":4}'], running)
        self.assertEqual(running.stop().code, 0)
        self.assertEqual(held.stop().code, 0)
        self.assertEqual(self.texts(out), ['{"n":4}'], "without the timeout the third partition is waited for")

    def test_watermarks_are_of_each_partition(self) -> None:
        # One partition is far ahead: no row of the other is late.
        topic = self.topic(partitions=2)
        ahead = [Record(f'{{"ts":{ms}}}', partition=0) for ms in range(0, 100_000, 10)]
        behind = [Record(f'{{"ts":{ms}}}', partition=1) for ms in range(0, 100_000, 1000)]
        self.client.produce(topic, ahead)
        self.client.produce(topic, behind)
        sql = self.source("ts BIGINT, m AS TO_TIMESTAMP_LTZ(ts, 3), WATERMARK FOR m AS m", topic)
        sql += "SELECT COUNT(*) AS n, window_start FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(m), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;"
        ended = self.good(sql)
        self.assertEqual(sorted({row[0] for row in ended.rows}), ["101"])
        self.assertIn("0 late", ended.err)

    def test_retention_has_removed_what_was_not_read(self) -> None:
        topic, out = self.topic(), "retention-out"
        self.kafka.create_topic(out)
        self.client.produce(topic, numbers(0, 9))
        sql = self.source("a INT", topic, scan__bounded__mode=None) + self.table("snk", "a INT", out) + "INSERT INTO snk SELECT a FROM src;"
        running = self.start(sql)
        self.until_running(running, lambda: self.saved_offsets() == {(topic, 0): 10}, "all saved")
        self.assertEqual(running.stop().code, 0)
        self.client.produce(topic, numbers(10, 29))
        given = json.dumps({"partitions": [{"topic": topic, "partition": 0, "offset": 20}], "version": 1})
        (self.root / "delete.json").write_text(given)
        done = self.kafka.run_tool("org.apache.kafka.tools.DeleteRecordsCommand", "--bootstrap-server", self.kafka.bootstrap, "--offset-json-file",
                                   str(self.root / "delete.json"))  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        error = self.refused(sql, f"partition {topic}-0 has no offset 10; it holds 20 to 30", "retention", options=("--checkpoint-dir", str(self.checkpoints)))
        self.assertIn("--fresh", error)


class LeaderTest(TopicJobCase):
    settings = {"nodes": 3}

    def test_a_leader_dies_just_before_a_job_starts(self) -> None:
        topic = self.topic(partitions=6)
        self.client.produce(topic, [record for partition in range(6) for record in numbers(partition, partition, partition)])
        by_time = {"scan__startup__mode": "timestamp", "scan__startup__timestamp_millis": "1"}
        for places in ({}, by_time):
            with self.subTest(places):
                self.kafka.kill(self.kafka.leader(topic, 0))
                ended = self.good(self.source("a INT", topic, **places) + "SELECT a FROM src;")
                self.assertEqual(sorted(row[0] for row in ended.rows), [str(number) for number in range(6)])
                for node in {1, 2, 3} - set(self.kafka.running()):
                    self.kafka.restart(node)
                self.kafka.wait_until_serving()


class PoisonTest(TopicJobCase):
    """Messages that cannot be read."""

    POISON = ["{", "[1]", '{"a":"x"}', "\xff\xfe"]

    def poisoned(self) -> tuple[str, list[int]]:
        topic = self.topic()
        records: list[Record] = []
        places = []
        for number in range(40):
            if number % 10 == 3:
                places.append(number)
                records.append(Record(self.POISON[number // 10].encode("latin-1")))
            else:
                records.append(Record(f'{{"a":{number}}}'))
        self.client.produce(topic, records)
        return topic, places

    def test_fail_says_where(self) -> None:
        topic, _ = self.poisoned()
        self.refused(self.source("a INT", topic) + "SELECT a FROM src;", topic, "3", "record.error-policy")

    def test_skip_counts(self) -> None:
        topic, places = self.poisoned()
        ended = self.good(self.source("a INT", topic, record__error_policy="skip") + "SELECT a FROM src;")
        self.assertEqual([int(row[0]) for row in ended.rows], [number for number in range(40) if number not in places])
        self.assertRegex(ended.err, r"4 (records|rows|messages)")

    def test_dead_letter_keeps_bytes_and_offsets(self) -> None:
        topic, places = self.poisoned()
        letters = self.root / "letters"
        options = {"record__error_policy": "dead-letter", "record__dead_letter__path": str(letters)}
        ended = self.good(self.source("a INT", topic, **options) + "SELECT a FROM src;")
        self.assertEqual(len(ended.rows), 36)
        found = [json.loads(line) for file in sorted(letters.rglob("*")) if file.is_file() for line in file.read_text().splitlines()]
        self.assertEqual(len(found), 4, found)
        text = json.dumps(found)
        for place in places:
            self.assertRegex(text, rf"\D{place}\D")

    def test_a_poisoned_key(self) -> None:
        topic = self.topic()
        self.client.produce(topic, [Record('{"v":1}', '{"id":1}'), Record('{"v":2}', "{"), Record('{"v":3}', '{"id":3}')])
        keyed = {"key__format": "json", "key__fields": "id", "value__fields_include": "EXCEPT_KEY"}
        self.refused(self.source("id INT, v INT", topic, **keyed) + "SELECT * FROM src;", f"{topic}-0", "1")
        ended = self.good(self.source("id INT, v INT", topic, record__error_policy="skip", **keyed) + "SELECT id, v FROM src;")
        self.assertEqual(ended.rows, [["1", "1"], ["3", "3"]])

    def test_a_large_message_is_read(self) -> None:
        topic = self.topic(config={"max.message.bytes": "8000000"})
        self.client.produce(topic, [Record(json.dumps({"s": "x" * 5_000_000}))], max_request_size=8_000_000)
        ended = self.good(self.source("s STRING", topic, properties__max__partition__fetch__bytes="1000") + "SELECT CHAR_LENGTH(s) FROM src;")
        self.assertEqual(ended.rows, [["5000000"]])


if __name__ == "__main__":
    unittest.main()
