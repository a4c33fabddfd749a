"""The proxy in front of brokers: what it breaks is broken for who goes through it, and for nobody else."""

from __future__ import annotations

import struct
import threading
import time
from typing import Any, Callable

from kafka_case import ClusterCase, require_kafka, until  # first: it says where the services are

from kafka_proxy import END_TXN, METADATA, PRODUCE, KafkaProxy
from kafka_service import KafkaClient, Record, wire


def setUpModule() -> None:
    require_kafka()


class KafkaProxyTest(ClusterCase):
    settings = {"proxied": True}
    proxy: KafkaProxy

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.proxy = KafkaProxy(cls.kafka)
        cls.addClassCleanup(cls.proxy.close)

    def setUp(self) -> None:
        self.addCleanup(self.proxy.heal)
        self.link = self.proxy.links[1]
        self.through = KafkaClient(self.kafka.proxied_bootstrap)
        self.addCleanup(self.through.close)

    def ask(self, timeout_seconds: float = 20.0) -> wire.Metadata:
        """A request and its answer through the proxy, on a connection of its own."""
        port, _ = self.kafka.proxied_ports[1]
        return wire.metadata(("127.0.0.1", port), timeout_seconds=timeout_seconds)

    def in_background(self, action: Callable[[], Any]) -> Background:
        background = Background(action)
        self.addCleanup(background.join, 30)
        return background

    def test_all_goes_through_it(self) -> None:
        topic = self.topic(partitions=2)
        before = self.proxy.requests(PRODUCE)
        self.through.produce(topic, [Record(str(number), partition=number % 2) for number in range(100)])
        self.assertGreater(self.proxy.requests(PRODUCE), before)
        self.assertEqual(self.through.consume(topic), self.client.consume(topic))
        self.assertEqual(len(self.client.consume(topic)), 100)
        port, _ = self.kafka.proxied_ports[1]
        self.assertEqual(self.ask().brokers, {1: ("127.0.0.1", port)})  # a client is led back to the proxy

    def test_a_cut_link_resets_and_heals(self) -> None:
        self.link.cut()
        with self.assertRaises(OSError):
            self.ask()
        self.assertEqual(list(wire.metadata(("127.0.0.1", self.kafka.configuration.port(1, "PLAINTEXT"))).brokers), [1])
        self.proxy.heal()
        self.assertEqual(list(self.ask().brokers), [1])

    def test_a_hanging_link_answers_when_it_is_healed(self) -> None:
        for direction in ({"to_broker": False}, {"to_client": False}, {}):
            with self.subTest(**direction):
                self.link.hang(**direction)
                with self.assertRaises(OSError):
                    self.ask(timeout_seconds=0.3)
                before = self.proxy.requests(METADATA)
                waiting = self.in_background(lambda: self.ask())
                until(lambda: self.proxy.requests(METADATA) > before, "the request has come")
                self.assertFalse(waiting.is_over())
                self.proxy.heal()
                self.assertEqual(list(waiting.result().brokers), [1])

    def test_requests_arrive_though_their_answers_do_not(self) -> None:
        topic = self.topic()
        held = self.proxy.hold(PRODUCE)
        writing = self.in_background(lambda: self.through.produce(topic, ["x"]))
        held.wait()
        self.assertEqual(self.client.consume(topic), [])
        self.link.hang(to_broker=False)
        held.deliver()
        until(lambda: self.client.consume(topic), "the record has arrived")
        self.assertFalse(writing.is_over())
        self.link.heal()
        writing.result()
        self.assertEqual([one.text for one in self.client.consume(topic)], ["x"])

    def test_a_half_open_connection_is_silent(self) -> None:
        self.link.delay(0.3)
        waiting = self.in_background(lambda: self.ask(timeout_seconds=1.5))
        until(lambda: self.link.connections(), "the connection is there")
        until(lambda: any(one.broker for one in self.link.connections()), "and goes on to the broker")
        self.link.half_open()
        with self.assertRaisesRegex(OSError, "timed out"):  # and not reset
            waiting.result()

    def test_a_delay_is_added_and_taken_away(self) -> None:
        self.link.delay(0.5)
        begin = time.monotonic()
        self.ask()
        self.assertGreaterEqual(time.monotonic() - begin, 1.0)  # there and back
        self.proxy.heal()
        begin = time.monotonic()
        self.ask()
        self.assertLess(time.monotonic() - begin, 1.0)

    def test_a_throttled_link_is_slow(self) -> None:
        topic = self.topic()
        self.link.throttle(200_000)
        begin = time.monotonic()
        self.through.produce(topic, ["x" * 200_000])
        self.assertGreaterEqual(time.monotonic() - begin, 0.8)
        self.assertEqual(len(self.client.consume(topic)[0].text), 200_000)

    def test_a_held_request_is_delivered_in_its_connection(self) -> None:
        topic = self.topic()
        transaction = self.through.begin(topic)
        transaction.produce(topic, [Record("x")])
        held = self.proxy.hold(END_TXN)
        committing = self.in_background(transaction.commit)
        held.wait()
        self.assertEqual((self.client.open_transactions(), self.client.consume(topic)), ([topic], []))
        self.assertEqual(held.deliver(), [])
        committing.result()
        self.assertEqual([one.text for one in self.client.consume(topic)], ["x"])

    def test_a_held_request_is_delivered_after_its_client_is_gone(self) -> None:
        topic = self.topic()
        transaction = self.through.begin(topic)
        transaction.produce(topic, [Record("old")])
        held = self.proxy.hold(END_TXN)
        committing = self.in_background(transaction.commit)
        held.wait()
        transaction.abandon()
        self.link.reset()
        successor = self.client.begin(topic)  # ends the old transaction by aborting it
        successor.produce(topic, [Record("new")])
        (answer,) = held.deliver()
        (error,) = struct.unpack_from(">h", answer, len(answer) - 2 if len(answer) == 10 else 9)
        self.assertEqual(error, 90)  # PRODUCER_FENCED: the broker tells a request of the past from one of now
        successor.commit()
        self.assertEqual([one.text for one in self.client.consume(topic)], ["new"])
        committing.join(30)

    def test_a_dropped_request_never_arrives(self) -> None:
        topic = self.topic()
        held = self.proxy.hold(PRODUCE)
        impatient = KafkaClient(self.kafka.proxied_bootstrap, request_timeout_ms=1000)
        writing = self.in_background(lambda: impatient.produce(topic, ["x"], delivery_timeout_ms=20000))
        held.wait()
        held.drop()
        writing.result()  # the client tries again
        self.assertEqual([one.text for one in self.client.consume(topic)], ["x"])
        self.assertGreaterEqual(self.proxy.requests(PRODUCE), 2)


class Background(threading.Thread):
    """An action in a thread of its own, and what came of it."""

    def __init__(self, action: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._action = action
        self._result: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._result = self._action()
        except BaseException as error:
            self._error = error

    def is_over(self) -> bool:
        return not self.is_alive()

    def result(self) -> Any:
        """Waits for the end; returns what the action gave, or raises what it raised."""
        self.join(30)
        if self.is_alive():
            raise AssertionError("not over after 30 s")
        if self._error:
            raise self._error
        return self._result
