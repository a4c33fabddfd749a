"""What a user can get wrong with topics, by the real program. Rule: the error says what and where, and what to do; nothing hangs."""

from __future__ import annotations

import time
import unittest

from kafka_case import require_kafka
from kafka_service.ports import reserve
from topic_jobs import TopicJobCase


def setUpModule() -> None:
    require_kafka()


class BadInputTest(TopicJobCase):
    settings = {"properties": {"auto.create.topics.enable": "false"}}

    def nobody(self) -> str:
        """An address where nobody listens."""
        return f"127.0.0.1:{reserve(1, self.root)[0]}"

    def test_no_broker(self) -> None:
        servers = self.nobody()
        absent = {"properties__bootstrap__servers": servers, "properties__request__timeout__ms": "2000"}
        told = (servers, "Connection refused", "after trying for 2 s", "properties.bootstrap.servers")
        began = time.monotonic()
        self.refused(self.source("a INT", "t", **absent) + "SELECT a FROM src;", *told)
        exactly_once = {"sink__delivery_guarantee": "exactly-once", "sink__transactional_id_prefix": "nobody", **absent}
        no_restart = {"restart_strategy__type": "none"}
        with_checkpoints = ("--checkpoint-dir", str(self.checkpoints))
        self.refused(self.table("snk", "a INT", "t", **exactly_once) + "INSERT INTO snk VALUES (1);", *told, options=with_checkpoints, **no_restart)
        self.assertLess(time.monotonic() - began, 25)

    def test_no_broker_to_write_to(self) -> None:
        servers = self.nobody()
        sql = self.table("snk", "a INT", "t", properties__bootstrap__servers=servers, properties__delivery__timeout__ms="2000")
        self.refused(sql + "INSERT INTO snk VALUES (1);", servers, "t", "Connection refused", "properties.bootstrap.servers", timeout=30)

    def test_a_host_that_is_none(self) -> None:
        absent = {"properties__bootstrap__servers": "no-such-host.invalid:9092", "properties__request__timeout__ms": "2000"}
        self.refused(self.source("a INT", "t", **absent) + "SELECT a FROM src;", "no-such-host.invalid:9092", "properties.bootstrap.servers")

    def test_an_address_without_sense(self) -> None:
        for servers in ("", "127.0.0.1:99999", "127.0.0.1:port", ",", "http://127.0.0.1:9092"):
            with self.subTest(servers):
                absent = {"properties__bootstrap__servers": servers, "properties__request__timeout__ms": "2000"}
                self.refused(self.source("a INT", "t", **absent) + "SELECT a FROM src;", "bootstrap.servers", timeout=30)

    def test_unknown_topics(self) -> None:
        topic = self.topic()
        self.refused(self.source("a INT", topic + "s") + "SELECT a FROM src;", f"no topic '{topic}s'", self.kafka.bootstrap, f"Did you mean '{topic}'?")
        self.refused(self.source("a INT", "bad name!") + "SELECT a FROM src;", "'bad name!'")
        for partitioner in ("default", "fixed"):
            sql = self.table("snk", "a INT", f"absent-{partitioner}", sink__partitioner=partitioner, properties__delivery__timeout__ms="5000")
            self.refused(sql + "INSERT INTO snk VALUES (1);", f"absent-{partitioner}", timeout=40)
        self.assertNotIn("absent-default", self.client.topics(), "writing made the topic")

    def test_a_pattern_without_topics(self) -> None:
        ended = self.run_sql(self.source("a INT", None, topic_pattern="none-.*") + "SELECT a FROM src;")
        self.assertIn((ended.code, ended.rows), [(0, []), (1, []), (2, [])])
        self.refused(self.source("a INT", None, topic_pattern="(") + "SELECT a FROM src;", "topic-pattern")

    def test_options_that_do_not_go_together(self) -> None:
        cases = [
            ({"scan__startup__mode": "timestamp"}, "scan.startup.timestamp-millis"),
            ({"scan__startup__mode": "specific-offsets"}, "scan.startup.specific-offsets"),
            ({"scan__startup__mode": "specific-offsets", "scan__startup__specific_offsets": "0:1"}, "partition:0,offset:42"),
            ({"scan__startup__timestamp_millis": "1"}, "has no effect"),
            ({"scan__startup__mode": "earliest"}, "earliest-offset"),
            ({"scan__bounded__mode": "timestamp"}, "scan.bounded.timestamp-millis"),
            ({"topic_pattern": "x.*"}, "topic"),
            ({"value__format": "json"}, "'format' and 'value.format'"),
            ({"format": None}, "'format'"),
            ({"properties__isolation__level": "committed"}, "read_committed"),
            ({"properties__bootstrap__servers": None}, "properties.bootstrap.servers"),
            ({"properties__request__timeout__ms": "soon"}, "properties.request.timeout.ms"),
            ({"properties__fetch__max__wait__ms": "-1"}, "properties.fetch.max.wait.ms"),
            ({"properties__security__protocol": "SASL"}, "properties.security.protocol"),
            ({"properties__security__protocol": "SASL_PLAINTEXT", "properties__sasl__mechanism": "PLAIN", "properties__sasl__jaas__config": "x"},
             "properties.sasl.jaas.config"),  # fmt: skip
            ({"scan_startup_mode": "earliest-offset"}, "scan.startup.mode"),
        ]
        for options, text in cases:
            with self.subTest(options=options):
                given = {"scan__bounded__mode": "latest-offset", **options}
                self.refused(self.table("src", "a INT", "t", **given) + "SELECT a FROM src;", text, timeout=20)

    def test_properties_without_effect_are_said(self) -> None:
        topic = self.topic()
        self.client.produce(topic, ['{"a":1}'])
        sql = self.source("a INT", topic, properties__auto__offset__reset="latest", properties__fetch__max__bites="1") + "SELECT a FROM src;"
        ended = self.good(sql)
        self.assertEqual(ended.rows, [["1"]])
        self.assertIn("'properties.auto.offset.reset' has no effect: 'scan.startup.mode'", ended.err)
        self.assertIn("Did you mean 'properties.fetch.max.bytes'?", ended.err)

    def test_an_offset_that_is_not_there(self) -> None:
        topic = self.topic()
        self.client.produce(topic, ['{"a":1}'])
        places = {"scan__startup__mode": "specific-offsets", "scan__startup__specific_offsets": "partition:0,offset:42", "scan__bounded__mode": None}
        out = self.table("snk", "a INT", topic + "-out")
        self.kafka.create_topic(topic + "-out")
        self.refused(self.source("a INT", topic, **places) + out + "INSERT INTO snk SELECT a FROM src;", f"{topic}-0 has no offset 42")


if __name__ == "__main__":
    unittest.main()
