"""Tables that write topics, by the real program."""

from __future__ import annotations

import json
import shutil
import unittest

from kafka_case import require_kafka, until
from kafka_service import READ_COMMITTED, READ_UNCOMMITTED, Record, second_opinion
from topic_jobs import TopicJobCase

EXACTLY_ONCE = {"sink__delivery_guarantee": "exactly-once"}


def setUpModule() -> None:
    require_kafka()


class MessagesTest(TopicJobCase):
    """What a row becomes."""

    def test_keys_go_where_java_puts_them(self) -> None:
        topic, theirs = self.topic(partitions=7), "keys-by-another-client"
        self.kafka.create_topic(theirs, 7)
        keys = ["a", "ab", "abc", "abcd", "21", "foobar", "a-little-bit-long-string", "ä", "日本語", *(str(number) for number in range(40))]
        rows = ", ".join(f"('{key}', {place})" for place, key in enumerate(keys))
        sql = self.table("snk", "k STRING, v INT", topic, key__format="json", key__fields="k", value__fields_include="EXCEPT_KEY")
        self.good(sql + f"INSERT INTO snk VALUES {rows};")
        self.client.produce(theirs, [Record(f'{{"v":{place}}}', f'{{"k":"{key}"}}') for place, key in enumerate(keys)])
        ours = {(one.key, one.partition, one.value) for one in self.client.consume(topic)}
        self.assertEqual(ours, {(one.key, one.partition, one.value) for one in self.client.consume(theirs)})
        self.assertEqual(second_opinion.consume(self.kafka.bootstrap, topic), self.client.consume(topic))

    def test_fixed_and_round_robin(self) -> None:
        topic = self.topic(partitions=3)
        rows = ", ".join(f"({number})" for number in range(9))
        self.good(self.table("snk", "a INT", topic, sink__partitioner="fixed") + f"INSERT INTO snk VALUES {rows};")
        self.assertEqual({one.partition for one in self.client.consume(topic)}, {0}, "one subtask, one partition")
        turns = "in-turn"
        self.kafka.create_topic(turns, 3)
        self.good(self.table("snk", "a INT", turns, sink__partitioner="round-robin") + f"INSERT INTO snk VALUES {rows};")
        self.assertEqual(sorted(one.partition for one in self.client.consume(turns)), [0, 0, 0, 1, 1, 1, 2, 2, 2])
        keyed = self.table("snk", "a INT", turns, sink__partitioner="round-robin", key__format="json", key__fields="a")
        self.refused(keyed + "INSERT INTO snk VALUES (1);", "'sink.partitioner' = 'round-robin' does not go with 'key.fields'")

    def test_headers_and_timestamp(self) -> None:
        topic = self.topic()
        columns = "a INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', h MAP<STRING, BYTES> METADATA FROM 'headers'"
        sql = self.table("snk", columns, topic)
        self.good(sql + "INSERT INTO snk VALUES (1, TO_TIMESTAMP_LTZ(1700000000123, 3), MAP['x', CAST('one' AS BYTES)]);")
        (found,) = self.client.consume(topic)
        self.assertEqual((found.text, found.key, found.timestamp_ms, found.headers), ('{"a":1}', None, 1_700_000_000_123, (("x", b"one"),)))
        wrong = self.table("snk", "a INT, o BIGINT METADATA FROM 'offset'", topic)
        self.refused(wrong + "INSERT INTO snk VALUES (1, 2);", "'offset'", "cannot be written", "VIRTUAL")

    def test_changes(self) -> None:
        topic, plain = self.topic(), "changes-plain"
        self.kafka.create_topic(plain)
        source = self.table("src", "k INT", topic + "-in", scan__startup__mode="earliest-offset", scan__bounded__mode="latest-offset")
        self.kafka.create_topic(topic + "-in")
        self.client.produce(topic + "-in", ['{"k":1}', '{"k":2}', '{"k":1}'])
        select = "INSERT INTO snk SELECT k, COUNT(*) FROM src GROUP BY k;"
        self.good(source + self.table("snk", "k INT, n BIGINT", topic, format="debezium-json") + select)
        counts: dict[int, int] = {}
        for text in self.texts(topic):
            message = json.loads(text)
            if message["op"] == "c":
                counts[message["after"]["k"]] = message["after"]["n"]
            else:
                self.assertEqual((message["op"], counts.pop(message["before"]["k"])), ("d", message["before"]["n"]))
        self.assertEqual(counts, {1: 2, 2: 1})
        self.refused(source + self.table("snk", "k INT, n BIGINT", plain) + select, "'snk'", "takes new rows only")

    def test_codecs(self) -> None:
        value = "the same again " * 500
        for codec in ("gzip", "snappy", "lz4", "zstd"):
            with self.subTest(codec):
                topic = f"written-{codec}"
                self.kafka.create_topic(topic)
                self.good(self.table("snk", "s STRING", topic, properties__compression__type=codec) + f"INSERT INTO snk VALUES ('{value}');")
                self.assertEqual(self.texts(topic), [json.dumps({"s": value}, separators=(",", ":"))])
                self.assertEqual(second_opinion.consume(self.kafka.bootstrap, topic), self.client.consume(topic))
                log = sum(file.stat().st_size for file in self.kafka.directory.glob(f"node-1/data/{topic}-0/*.log"))
                self.assertLess(log, len(value) / 5)

    def test_a_message_that_is_too_large(self) -> None:
        topic = self.topic(config={"max.message.bytes": "2000"})
        sql = self.table("snk", "s STRING", topic) + f"INSERT INTO snk VALUES ('{'x' * 5000}');"
        self.refused(sql, topic, "bytes", "max.message.bytes", "properties.max.request.size")
        large = "larger-than-the-client-sends"
        self.kafka.create_topic(large, config={"max.message.bytes": "8000000"})
        values = self.table("src", "n INT", None, connector="datagen", format=None, properties__bootstrap__servers=None, number_of_rows="1")
        select = "INSERT INTO snk SELECT REPEAT('x', 1000000 + n * 0) || REPEAT('x', 1000000 + n * 0) FROM src;"
        self.refused(values + self.table("snk", "s STRING", large) + select, large, "properties.max.request.size")
        self.good(values + self.table("snk", "s STRING", large, properties__max__request__size="4000000") + select)
        self.assertEqual([len(text) for text in self.texts(large)], [2_000_008])


class GuaranteesTest(TopicJobCase):
    """What is promised of messages."""

    def copy_sql(self, topic: str, out: str, **options: str) -> str:
        source = self.source("a INT", topic, scan__bounded__mode=None, properties__group__id=f"{topic}-group")
        return source + self.table("snk", "a INT", out, **options) + "INSERT INTO snk SELECT a FROM src;"

    def topics(self) -> tuple[str, str]:
        topic = self.topic(partitions=2)
        self.kafka.create_topic(f"{topic}-out", 2)
        return topic, f"{topic}-out"

    def feed(self, topic: str, first: int, last: int) -> None:
        self.client.produce(topic, [f'{{"a":{number}}}' for number in range(first, last + 1)])

    def values(self, topic: str, isolation: str = READ_COMMITTED) -> list[int]:
        return sorted(json.loads(text)["a"] for text in self.texts(topic, isolation=isolation))

    def open_transactions(self, prefix: str) -> list[str]:
        return [name for name in self.client.open_transactions() if name.startswith(prefix)]

    def test_none_and_at_least_once(self) -> None:
        for guarantee in ("none", "at-least-once"):
            with self.subTest(guarantee):
                topic = f"guarantee-{guarantee}"
                self.kafka.create_topic(topic)
                self.kafka.create_topic(f"{topic}-out")
                checkpoints = ("--checkpoint-dir", str(self.root / guarantee))
                sql = self.copy_sql(topic, f"{topic}-out", sink__delivery_guarantee=guarantee)
                running = self.start(sql, *checkpoints)
                self.feed(topic, 0, 99)
                self.until_running(running, lambda: set(self.values(f"{topic}-out")) == set(range(100)), "100 rows")
                running.kill()
                self.feed(topic, 100, 149)
                running = self.start(sql, *checkpoints)
                self.until_running(running, lambda: set(self.values(f"{topic}-out")) == set(range(150)), "all rows")
                self.assertEqual(running.stop().code, 0)

    def test_exactly_once_shows_an_epoch_when_it_is_decided(self) -> None:
        topic, out = self.topics()
        sql = self.copy_sql(topic, out, sink__transactional_id_prefix="decided", **EXACTLY_ONCE)
        running = self.start(sql, execution__checkpointing__interval="10 min", execution__checkpointing__timeout="1 min")
        self.feed(topic, 0, 9)
        self.until_running(running, lambda: len(self.values(out, READ_UNCOMMITTED)) == 10, "ten rows that are not committed")
        self.assertEqual(self.values(out), [])
        self.assertEqual(running.stop().code, 0, "a stop decides its last epoch")
        self.assertEqual(self.values(out), list(range(10)))
        self.assertEqual(self.open_transactions("decided"), [])
        self.until_committed(f"{topic}-group", self.saved_offsets())
        (record,) = {one.text for one in self.client.consume("decided.epochs")[-1:]}
        self.assertEqual(sorted(json.loads(record)), ["epoch", "owner"])

    def test_two_tables_are_one_transaction(self) -> None:
        topic, out = self.topics()
        other = f"{topic}-other"
        self.kafka.create_topic(other)
        options = {"sink__transactional_id_prefix": "two-tables", **EXACTLY_ONCE}
        sql = self.source("a INT", topic, scan__bounded__mode=None)
        sql += self.table("snk", "a INT", out, **options) + self.table("snk2", "a INT", other, **options)
        sql += "EXECUTE STATEMENT SET BEGIN INSERT INTO snk SELECT a FROM src; INSERT INTO snk2 SELECT a + 1000 FROM src; END;"
        for life in range(4):
            running = self.start(sql)
            self.feed(topic, life * 50, life * 50 + 49)
            count = life * 50 + 50
            self.until_running(running, lambda count=count: len(self.values(out)) >= count, f"{count} rows")
            running.kill()
        running = self.start(sql)
        self.until_running(running, lambda: len(self.values(other)) >= 200, "all of the other")
        self.assertEqual(running.stop().code, 0)
        self.assertEqual((self.values(out), self.values(other)), (list(range(200)), list(range(1000, 1200))))

    def test_of_two_prefixes_the_first_by_name_counts(self) -> None:
        topic, out = self.topics()
        sql = self.source("a INT", topic, scan__bounded__mode=None)
        sql += self.table("snk", "a INT", out, sink__transactional_id_prefix="prefix-b", **EXACTLY_ONCE)
        sql += self.table("snk2", "a INT", out, sink__transactional_id_prefix="prefix-a", **EXACTLY_ONCE)
        sql += "EXECUTE STATEMENT SET BEGIN INSERT INTO snk SELECT a FROM src; INSERT INTO snk2 SELECT a + 100 FROM src; END;"
        running = self.start(sql)
        self.feed(topic, 0, 9)
        self.until_running(running, lambda: self.values(out) == [*range(10), *range(100, 110)], "both tables' rows")
        self.assertEqual(running.stop().code, 0)
        known = [name for name in self.client.transactions() if name.startswith("prefix-")]
        self.assertEqual(sorted(known), ["prefix-a-0", "prefix-a-1"])
        for text in ("Tables snk2 and snk", "'prefix-a'", "'prefix-b' is not used"):
            self.assertIn(text, running.err)

    def test_tables_that_would_make_their_transaction_in_two_ways_are_refused(self) -> None:
        topic, out = self.topics()
        sql = self.source("a INT", topic, scan__bounded__mode=None)
        sql += self.table("snk", "a INT", out, sink__transactional_id_prefix="ways", properties__compression__type="lz4", **EXACTLY_ONCE)
        sql += self.table("snk2", "a INT", out, sink__transactional_id_prefix="ways", properties__compression__type="gzip", **EXACTLY_ONCE)
        sql += "EXECUTE STATEMENT SET BEGIN INSERT INTO snk SELECT a FROM src; INSERT INTO snk2 SELECT a FROM src; END;"
        told = ("Tables snk and snk2", "'properties.compression.type' is not the same in both")
        self.refused(sql, *told, options=("--checkpoint-dir", str(self.checkpoints)), timeout=10)

    def test_two_clusters_are_refused(self) -> None:
        topic, out = self.topics()
        sql = self.source("a INT", topic, scan__bounded__mode=None)
        sql += self.table("snk", "a INT", out, sink__transactional_id_prefix="one", **EXACTLY_ONCE)
        other = {"properties__bootstrap__servers": "127.0.0.1:1", "sink__transactional_id_prefix": "one", **EXACTLY_ONCE}
        sql += self.table("snk2", "a INT", out, **other)
        sql += "EXECUTE STATEMENT SET BEGIN INSERT INTO snk SELECT a FROM src; INSERT INTO snk2 SELECT a FROM src; END;"
        self.refused(sql, self.kafka.bootstrap, "127.0.0.1:1", options=("--checkpoint-dir", str(self.checkpoints)), timeout=10)

    def test_what_exactly_once_needs(self) -> None:
        topic, out = self.topics()
        self.refused(self.copy_sql(topic, out, **EXACTLY_ONCE), "sink.transactional-id-prefix", options=("--checkpoint-dir", str(self.checkpoints)))
        named = {"sink__transactional_id_prefix": "needs", **EXACTLY_ONCE}
        self.refused(self.copy_sql(topic, out, **named), "exactly once", "--checkpoint-dir")

    def test_limits_of_transactions(self) -> None:
        topic, out = self.topics()
        named = {"sink__transactional_id_prefix": "limits", **EXACTLY_ONCE}
        with_checkpoints = ("--checkpoint-dir", str(self.checkpoints))
        longer = self.copy_sql(topic, out, properties__transaction__timeout__ms="7200000", **named)
        self.refused(longer, "7200000", "3600000", "transaction.max.timeout.ms", options=with_checkpoints)
        shorter = self.copy_sql(topic, out, properties__transaction__timeout__ms="20000", **named)
        settings = {"execution__checkpointing__interval": "5 s", "execution__checkpointing__timeout": "15 s"}
        self.refused(shorter, "20000 ms", "5000 ms", "15000 ms", "properties.transaction.timeout.ms", options=with_checkpoints, **settings)
        settings["execution__checkpointing__timeout"] = "14 s"
        running = self.start(shorter, **settings)
        self.until_running(running, lambda: self.client.transactions().get("limits-1"), "it starts")
        self.assertEqual(running.stop().code, 0)

    def test_a_second_job_of_the_same_prefix_takes_over(self) -> None:
        topic, out = self.topics()
        sql = self.copy_sql(topic, out, sink__transactional_id_prefix="shared", **EXACTLY_ONCE)
        first = self.start(sql, restart_strategy__type="none")
        self.feed(topic, 0, 49)
        self.until_running(first, lambda: self.values(out) == list(range(50)), "the first job's rows")
        other_in, other_out = f"{topic}-2", f"{topic}-2-out"
        for name in (other_in, other_out):
            self.kafka.create_topic(name)
        second_sql = self.copy_sql(other_in, other_out, sink__transactional_id_prefix="shared", **EXACTLY_ONCE)
        second = self.start(second_sql, "--checkpoint-dir", str(self.root / "second"))
        self.feed(other_in, 0, 9)
        self.until_running(second, lambda: self.values(other_out) == list(range(10)), "the second job's rows")
        self.feed(topic, 50, 59)
        ended = first.wait()
        self.assertGreater(ended.code, 0)
        for text in ("another producer has taken over the transactional id 'shared-", "must not share", "sink.transactional-id-prefix"):
            self.assertIn(text, ended.err)
        self.assertEqual(second.stop().code, 0)
        self.assertEqual(self.values(out), list(range(50)), "nothing twice, nothing of what was fenced")

    def test_the_topic_of_epochs_is_gone(self) -> None:
        topic, out = self.topics()
        sql = self.copy_sql(topic, out, sink__transactional_id_prefix="forgotten", **EXACTLY_ONCE)
        running = self.start(sql)
        self.feed(topic, 0, 9)
        self.until_running(running, lambda: self.values(out) == list(range(10)), "ten rows")
        self.assertEqual(running.stop().code, 0)
        self.kafka.delete_topic("forgotten.epochs")
        self.refused(sql, "was decided by", "no record of it", "--fresh", options=("--checkpoint-dir", str(self.checkpoints)))

    def test_the_directory_of_checkpoints_is_gone(self) -> None:
        topic, out = self.topics()
        sql = self.copy_sql(topic, out, sink__transactional_id_prefix="lost", **EXACTLY_ONCE)
        running = self.start(sql)
        self.feed(topic, 0, 9)
        self.until_running(running, lambda: self.values(out) == list(range(10)), "ten rows")
        self.assertEqual(running.stop().code, 0)
        older = self.root / "older"
        shutil.copytree(self.checkpoints, older)
        running = self.start(sql)
        self.feed(topic, 10, 19)
        self.until_running(running, lambda: self.values(out) == list(range(20)), "ten more")
        self.assertEqual(running.stop().code, 0)
        # An older copy: its epochs are not the newest that the cluster has.
        self.refused(sql, "would write rows twice", "--fresh", options=("--checkpoint-dir", str(older)))
        for epoch in self.checkpoints.glob("chk-*"):
            shutil.rmtree(epoch)
        self.refused(sql, "would write rows twice", "--fresh", options=("--checkpoint-dir", str(self.checkpoints)))
        # Without the directory nobody knows that it was this job: it is another one, which begins where its table says.
        shutil.rmtree(self.checkpoints)
        running = self.start(sql)
        self.until_running(running, lambda: len(self.values(out)) == 40, "begun anew")
        self.assertEqual(running.stop().code, 0)

    def test_a_silent_job_has_epochs_too(self) -> None:
        topic, out = self.topics()
        sql = self.copy_sql(topic, out, sink__transactional_id_prefix="silent", **EXACTLY_ONCE)
        running = self.start(sql)
        until(lambda: len(self.client.consume("silent.epochs")) > 3 if "silent.epochs" in self.client.topics() else False, "three epochs")
        self.assertEqual(running.stop().code, 0)
        self.assertEqual(self.open_transactions("silent"), [])


if __name__ == "__main__":
    unittest.main()
