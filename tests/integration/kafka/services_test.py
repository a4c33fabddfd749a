"""The services that tests of Kafka stand on: the broker, its security, what reads and writes beside the engine."""

from __future__ import annotations

import unittest
from concurrent.futures import ThreadPoolExecutor

from kafka_case import ClusterCase, require_kafka, until

from kafka_service import MODES, READ_COMMITTED, READ_UNCOMMITTED, Access, KafkaClient, Read, Record, second_opinion, tokens, wire
from token_server import TokenServer


def setUpModule() -> None:
    require_kafka()


def texts(records: list[Read]) -> list[str]:
    return [record.text for record in records]


class BrokerTest(ClusterCase):
    """One broker, spoken to in plain text."""

    def test_records_come_back_whole(self) -> None:
        topic = self.topic(partitions=2)
        self.client.produce(
            topic,
            [
                Record("value", "key", (("name", b"\x00\xff"), ("name", b"")), 1700000000123, 1),
                Record(None, "tombstone", partition=1),
                Record(None, None, partition=1),
                Record("", "", partition=0),
            ],
        )
        found = self.client.consume(topic)
        kept = [(one.partition, one.offset, one.key, one.value) for one in found]
        self.assertEqual(kept, [(0, 0, b"", b""), (1, 0, b"key", b"value"), (1, 1, b"tombstone", None), (1, 2, None, None)])
        self.assertEqual((found[1].timestamp_ms, found[1].headers), (1700000000123, (("name", b"\x00\xff"), ("name", b""))))
        self.assertEqual(second_opinion.consume(self.kafka.bootstrap, topic), found)

    def test_a_key_goes_where_java_puts_it(self) -> None:
        topic = self.topic(partitions=8)
        self.client.produce(topic, [Record("x", key) for key in ("21", "foobar", "a-little-bit-long-string")])
        # murmur2 of these keys as Kafka's own tests have it: -973932308, -790332482, -985981536.
        expected = {key: (value & 0x7FFFFFFF) % 8 for key, value in ((b"21", -973932308), (b"foobar", -790332482),
                                                                    (b"a-little-bit-long-string", -985981536))}  # fmt: skip
        self.assertEqual({one.key: one.partition for one in self.client.consume(topic)}, expected)

    def test_codecs_compress(self) -> None:
        value = "the same again " * 4000
        for codec in ("gzip", "snappy", "lz4", "zstd"):
            with self.subTest(codec):
                topic = f"codec-{codec}"
                self.kafka.create_topic(topic)
                self.client.produce(topic, [value], compression=codec)
                self.assertEqual(texts(self.client.consume(topic)), [value])
                written = sum(log.stat().st_size for log in self.kafka.directory.glob(f"node-1/data/{topic}-0/*.log"))
                self.assertLess(written, len(value) / 5)

    def test_only_committed_records_are_read_committed(self) -> None:
        topic = self.topic()
        for name in ("committed", "aborted", "open"):
            transaction = self.client.begin(f"{topic}-{name}")
            transaction.produce(topic, [Record(name), Record(name)])
            {"committed": transaction.commit, "aborted": transaction.abort, "open": transaction.abandon}[name]()
        self.client.produce(topic, ["behind the open one"])
        everything = ["committed"] * 2 + ["aborted"] * 2 + ["open"] * 2 + ["behind the open one"]
        self.assertEqual(texts(self.client.consume(topic, READ_COMMITTED)), ["committed"] * 2)
        self.assertEqual(texts(self.client.consume(topic, READ_UNCOMMITTED)), everything)
        # Two markers, of the commit and of the abort, have offsets too; the first open record is where a committed reader stops.
        self.assertEqual((self.client.end_offsets(topic), self.client.end_offsets(topic, READ_COMMITTED)), ({0: 9}, {0: 6}))
        for isolation in (READ_COMMITTED, READ_UNCOMMITTED):
            self.assertEqual(second_opinion.consume(self.kafka.bootstrap, topic, isolation), self.client.consume(topic, isolation))

        self.assertEqual(self.client.open_transactions(), [f"{topic}-open"])
        described = self.client.describe_transaction(f"{topic}-open")
        self.assertEqual((described.state.value, [tuple(one) for one in described.topic_partitions]), ("Ongoing", [(topic, 0)]))
        listed = self.kafka.run_tool("org.apache.kafka.tools.TransactionsCommand", "--bootstrap-server", self.kafka.bootstrap, "list")
        self.assertRegex(listed.stdout, rf"{topic}-open\s+\d+\s+\d+\s+Ongoing")
        self.client.abort_transaction(f"{topic}-open")
        self.assertEqual(self.client.open_transactions(), [])
        self.assertEqual(texts(self.client.consume(topic, READ_COMMITTED)), ["committed"] * 2 + ["behind the open one"])

    def test_a_transaction_that_runs_out_is_aborted(self) -> None:
        topic = self.topic()
        transaction = self.client.begin(topic, timeout_ms=2000)
        transaction.produce(topic, [Record("late")])
        transaction.abandon()
        until(lambda: topic not in self.client.open_transactions(), "the broker has ended the transaction")
        self.assertEqual(self.client.consume(topic), [])

    def test_offsets_of_a_group_go_with_the_transaction(self) -> None:
        topic = self.topic(partitions=2)
        transaction = self.client.begin(topic)
        transaction.produce(topic, [Record("x", partition=1)])
        transaction.send_offsets(f"{topic}-group", {(topic, 0): 7, (topic, 1): 9}, note="epoch 3")
        self.assertEqual(self.client.committed_offsets(f"{topic}-group"), {})
        transaction.commit()
        self.assertEqual(self.client.committed_offsets(f"{topic}-group"), {(topic, 0): 7, (topic, 1): 9})
        self.assertEqual(self.client.committed_notes(f"{topic}-group")[topic, 1], "epoch 3")

    def test_topics_are_made_widened_and_deleted(self) -> None:
        topic = self.topic(config={"cleanup.policy": "compact"})
        self.assertIn(topic, self.client.topics())
        self.kafka.add_partitions(topic, 3)
        self.assertEqual(sorted(self.kafka.metadata([topic]).topics[topic]), [0, 1, 2])
        with self.assertRaisesRegex(Exception, "(?i)key"):  # a compacted topic takes no record without a key: the setting arrived
            self.client.produce(topic, ["without a key"])
        self.kafka.delete_topic(topic)
        self.assertNotIn(topic, self.client.topics())
        with self.assertRaisesRegex(LookupError, topic):
            self.client.consume(topic)

    def test_a_killed_broker_keeps_what_it_acknowledged(self) -> None:
        topic = self.topic()
        self.client.produce(topic, [str(number) for number in range(1000)])
        process = self.kafka.broker(1).pid()
        self.kafka.kill(1)
        self.assertEqual(self.kafka.running(), [])
        self.kafka.restart(1)
        self.assertNotEqual(self.kafka.broker(1).pid(), process)
        self.assertEqual(texts(self.client.consume(topic)), [str(number) for number in range(1000)])

    def test_a_paused_broker_does_not_answer(self) -> None:
        address = ("127.0.0.1", self.kafka.configuration.port(1, "PLAINTEXT"))
        self.kafka.pause(1)
        try:
            with self.assertRaises(OSError):
                wire.metadata(address, timeout_seconds=0.3)
        finally:
            self.kafka.resume(1)
        self.kafka.wait_until_serving()


class SecurityTest(ClusterCase):
    """One broker with a listener for each way to demand something."""

    token_server: TokenServer
    settings = {"security": list(MODES), "users": {"alice": 'a "secret"; with = all\\that', "bob": "b"}}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.kafka.create_topic("secure")
        cls.kafka.client.produce("secure", ["x"])
        certificates = cls.kafka.certificates
        cls.token_server = TokenServer(certificates.token_key, cls.kafka.configuration.users)
        cls.token_server.__enter__()
        cls.addClassCleanup(cls.token_server.close)

    def access(self, mode: str) -> Access:
        return self.kafka.access(mode, token_endpoint=self.token_server.url)

    def wrong(self) -> dict[str, Access]:
        """By what is wrong with it, every access that must be refused."""
        certificates = self.kafka.certificates
        found: dict[str, Access] = {}
        for name in MODES:
            access = self.access(name)
            if access.mode.encrypted:
                found[f"{name}, broker of another CA"] = access.but(authority=certificates.other_authority)
            if "OAUTHBEARER" not in access.mode.mechanisms:
                for mechanism in access.mode.mechanisms:
                    found[f"{name}, {mechanism}, wrong password"] = access.but(password="b", mechanism=mechanism)
                    found[f"{name}, {mechanism}, unknown user"] = access.but(user="carol", mechanism=mechanism)
            elif name.startswith("sasl-oidc"):
                found[f"{name}, unsigned"] = access.but(token=tokens.unsecured("alice", iss=tokens.ISSUER, aud=tokens.AUDIENCE))
                found[f"{name}, expired"] = access.but(token=tokens.signed("alice", certificates.token_key, -1000))
                found[f"{name}, of another issuer"] = access.but(token=tokens.signed("alice", certificates.token_key, iss="https://x.test"))
            else:
                found[f"{name}, expired"] = access.but(token=tokens.unsecured("alice", -1000))
        found["mtls, client of another CA"] = self.access("mtls").but(client_certificate=certificates.other_client)
        found["tls, spoken to in plain text"] = self.access("tls").but(mode=MODES["sasl-plain"])
        return found

    def read(self, access: Access) -> list[str]:
        with KafkaClient(access, bootstrap_timeout_ms=4000) as client:
            return texts(client.consume("secure"))

    def refusal(self, access: Access, patience_ms: int) -> str:
        """Returns nothing where the broker lets the client in: what is refused is refused again until the time is over."""
        try:
            KafkaClient(access, bootstrap_timeout_ms=patience_ms).consume("secure")
        except Exception as error:
            return str(error)
        return ""

    def test_who_is_right_gets_in(self) -> None:
        for name, mode in MODES.items():
            for mechanism in mode.mechanisms or ("",):
                with self.subTest(name, mechanism=mechanism):
                    self.assertEqual(self.read(self.access(name).but(mechanism=mechanism)), ["x"])
        self.assertEqual(self.read(self.access("sasl-plain").but(user="bob", password="b")), ["x"])

    def test_who_is_wrong_does_not(self) -> None:
        cases = self.wrong()
        right = {f"{name}, as it should be": self.access(name) for name in MODES}
        # All at the same time: that those that are right got in shows that there was time enough for each.
        for patience_ms in (2500, 5000, 10000, 20000):
            with ThreadPoolExecutor(len(cases) + len(right)) as pool:
                refusals = pool.map(lambda access: self.refusal(access, patience_ms), [*cases.values(), *right.values()])
                let_in = {name for name, refusal in zip([*cases, *right], refusals) if not refusal}
            if let_in >= set(right):
                break
        self.assertEqual(let_in, set(right))
        log = self.kafka.logs()
        for reason in ("Invalid username or password", "SSL handshake failed", "invalid credentials with SASL mechanism SCRAM-SHA-512"):
            self.assertIn(reason, log)

    def test_java_gets_in_by_the_same_settings(self) -> None:
        options = (f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self.token_server.url}",)
        for name in ("sasl-scram-tls", "sasl-oidc"):
            with self.subTest(name):
                self.assertEqual(texts(second_opinion.consume(self.access(name), "secure", java_options=options)), ["x"])
        with self.assertRaisesRegex(RuntimeError, "(?i)authentication"):
            second_opinion.consume(self.access("sasl-plain").but(password="b"), "secure")

    def test_the_token_server_knows_its_clients(self) -> None:
        self.assertIsNone(self.token_server.token_for("alice", "b"))
        self.assertIsNone(self.token_server.token_for("carol", ""))
        self.assertEqual((self.token_server.token_for("bob", "b") or "").count("."), 2)


class ThreeBrokersTest(ClusterCase):
    """Replicated three times, with two that must have a record."""

    settings = {"nodes": 3}

    def test_a_killed_leader_is_followed_by_another(self) -> None:
        topic = self.topic()
        self.client.produce(topic, ["before"])
        leader = self.kafka.leader(topic)
        self.assertEqual(sorted(self.kafka.metadata([topic]).topics[topic][0].in_sync), [1, 2, 3])
        self.kafka.kill(leader)
        self.assertNotEqual(self.kafka.wait_for_leader(topic, other_than=leader), leader)
        self.client.produce(topic, ["while it is down"])
        self.assertEqual(texts(self.client.consume(topic)), ["before", "while it is down"])
        self.kafka.restart(leader)
        until(lambda: len(self.kafka.metadata([topic]).topics[topic][0].in_sync) == 3, "the broker has caught up")
        other = self.kafka.leader(topic)
        self.kafka.kill(other)
        self.kafka.wait_for_leader(topic, other_than=other)
        self.assertEqual(texts(self.client.consume(topic)), ["before", "while it is down"])


if __name__ == "__main__":
    unittest.main()
