"""What tests do with topics, by a client that is not the engine's. Rule: it reads to the end there is now, and gives all of it."""

from __future__ import annotations

import importlib
import logging
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Callable, Iterable

from . import python_packages
from .security import Access

READ_COMMITTED = "read_committed"
READ_UNCOMMITTED = "read_uncommitted"
PATIENCE_SECONDS = 30.0
_NULL = b"null"  # stands for a null value until it is written: kafka-python takes none beside a null key


@dataclass(frozen=True)
class Record:
    """A record to write. Texts are UTF-8; None is a null. Without `partition` the key's hash decides, as in Java (murmur2)."""

    value: bytes | str | None = None
    key: bytes | str | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int | None = None
    partition: int | None = None


@dataclass(frozen=True)
class Read:
    """A record that was read."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def text(self) -> str:
        return (self.value or b"").decode()


@dataclass
class Transaction:
    """A transaction that is still open: `commit`, `abort`, or `abandon`, which leaves it open as a crashed producer does."""

    producer: Any
    topics: set[str] = field(default_factory=set)

    def produce(self, topic: str, records: Iterable[Record]) -> None:
        """Writes more, and waits until the brokers have it."""
        self.topics.add(topic)
        _send(self.producer, topic, records)

    def send_offsets(self, group: str, offsets: dict[tuple[str, int], int], note: str = "") -> None:
        """Commits a group's offsets, by topic and partition, with the transaction; `note` is the text beside each."""
        structs = importlib.import_module("kafka.structs")
        named = {structs.TopicPartition(*place): structs.OffsetAndMetadata(offset, note, -1) for place, offset in offsets.items()}
        self.producer.send_offsets_to_transaction(named, structs.ConsumerGroupMetadata(group, -1, "", None))

    def commit(self) -> None:
        self.producer.commit_transaction()
        self.producer.close()

    def abort(self) -> None:
        self.producer.abort_transaction()
        self.producer.close()

    def abandon(self) -> None:
        # A close in peace would abort it.
        self.producer.close(timeout=0)


@dataclass
class Writer:
    """One producer for many calls."""

    producer: Any
    delivery_seconds: float

    def send(self, topic: str, records: Iterable[Record | str | bytes]) -> None:
        """Writes records and waits until the brokers have them."""
        _send(self.producer, topic, records, self.delivery_seconds)

    def close(self) -> None:
        self.producer.close(timeout=PATIENCE_SECONDS)


class KafkaClient:
    """Writes, reads and administers. `servers`: addresses of a PLAINTEXT listener, or the access to one that demands more."""

    def __init__(self, servers: str | Access, **settings: Any) -> None:
        python_packages.use()
        kafka: Any = importlib.import_module("kafka")  # the third-party package
        if not hasattr(kafka, "KafkaProducer"):
            raise RuntimeError(f"the package kafka-python is hidden by {kafka.__file__}")
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what fails is raised; the rest is retries
        self._kafka = kafka
        self._settings = {**_connection(servers), **settings}
        self._opened_admin: Any = None

    def __enter__(self) -> KafkaClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._opened_admin:
            self._opened_admin.close()
            self._opened_admin = None

    def member(self, group: str, topic: str) -> Any:
        """Returns a consumer that subscribes, and so takes part in the group's rebalances: poll() joins and keeps it there, close() leaves."""
        return self._kafka.KafkaConsumer(topic, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest", **self._settings)

    # --- Writing ---

    def produce(self, topic: str, records: Iterable[Record | str | bytes], compression: str | None = None, **settings: Any) -> None:
        """Writes records and waits until the brokers have them. `compression`: gzip, snappy, lz4, zstd; a text or bytes is a value."""
        producer = self._producer(compression_type=compression, linger_ms=5, **settings)
        try:
            _send(producer, topic, records)
        finally:
            producer.close()

    def writer(self, delivery_seconds: float = 300.0) -> Writer:
        """Returns what writes again and again, each record once and in order, also while brokers go and come back."""
        return Writer(self._producer(enable_idempotence=True, linger_ms=0, delivery_timeout_ms=int(delivery_seconds * 1000)), delivery_seconds)

    def begin(self, transactional_id: str, timeout_ms: int = 60000, **settings: Any) -> Transaction:
        """Begins a transaction, ending what that id had open."""
        producer = self._producer(transactional_id=transactional_id, transaction_timeout_ms=timeout_ms, **settings)
        producer.init_transactions()
        producer.begin_transaction()
        return Transaction(producer)

    # --- Reading ---

    def consume(self, topic: str, isolation: str = READ_COMMITTED, partitions: list[int] | None = None) -> list[Read]:
        """Reads a topic from its beginning to the end there is now, in order of partition and offset.

        With read_committed the end is the first open transaction's beginning, where there is one.
        """
        consumer = self._consumer(isolation)
        try:
            assigned = self._partitions(consumer, topic, partitions)
            ends = consumer.end_offsets(assigned)
            consumer.assign(assigned)
            consumer.seek_to_beginning(*assigned)
            found = self._read_to(consumer, ends)
        finally:
            consumer.close(autocommit=False)
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def _read_to(self, consumer: Any, ends: dict[Any, int]) -> list[Read]:
        found: list[Read] = []
        last_progress = time.monotonic()
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            polled = consumer.poll(timeout_ms=200)
            for partition, records in polled.items():
                found += [_read(record) for record in records if record.offset < ends[partition]]
            if polled:
                last_progress = time.monotonic()
            elif time.monotonic() - last_progress > PATIENCE_SECONDS:
                raise TimeoutError(f"nothing more came for {PATIENCE_SECONDS:g} s before the ends {ends}")
        return found

    def wait_for(self, topic: str, count: int, isolation: str = READ_COMMITTED, timeout_seconds: float = PATIENCE_SECONDS) -> list[Read]:
        """Reads a topic again and again until it has `count` records or more; returns them."""
        end = time.monotonic() + timeout_seconds
        while True:
            found = self.consume(topic, isolation)
            if len(found) >= count:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"{topic} has {len(found)} records and not {count} after {timeout_seconds:g} s")
            time.sleep(0.1)

    def end_offsets(self, topic: str, isolation: str = READ_UNCOMMITTED) -> dict[int, int]:
        """Returns by partition the offset after the last record; with read_committed the last stable one."""
        consumer = self._consumer(isolation)
        try:
            ends = consumer.end_offsets(self._partitions(consumer, topic, None))
        finally:
            consumer.close(autocommit=False)
        return {partition.partition: offset for partition, offset in ends.items()}

    def committed_offsets(self, group: str) -> dict[tuple[str, int], int]:
        """Returns by topic and partition what a group has committed."""
        offsets = self._administer(lambda admin: admin.list_group_offsets(group)).get(group, {})
        return {(place.topic, place.partition): committed.offset for place, committed in offsets.items()}

    def committed_notes(self, group: str) -> dict[tuple[str, int], str]:
        """Returns by topic and partition the text that a group has committed beside its offset."""
        offsets = self._administer(lambda admin: admin.list_group_offsets(group)).get(group, {})
        return {(place.topic, place.partition): committed.metadata for place, committed in offsets.items()}

    # --- Transactions ---

    def transactions(self) -> dict[str, str]:
        """Returns every transactional id the cluster knows with its state, such as Ongoing or CompleteCommit."""
        listed = self._administer(lambda admin: admin.list_transactions())
        return {one.transactional_id: str(one.state.value) for broker in listed.values() for one in broker}

    def open_transactions(self) -> list[str]:
        """Returns the transactional ids whose transaction is not ended."""
        ended = ("Empty", "CompleteCommit", "CompleteAbort", "Dead")
        return sorted(name for name, state in self.transactions().items() if state not in ended)

    def describe_transaction(self, transactional_id: str) -> Any:
        """Returns state, producer_id, producer_epoch, transaction_timeout_ms, transaction_start_time_ms and topic_partitions."""
        return self._administer(lambda admin: admin.describe_transactions([transactional_id]))[transactional_id]

    def abort_transaction(self, transactional_id: str) -> None:
        """Ends what an id has open and fences its producer, as the next life of that producer would."""
        producer = self._producer(transactional_id=transactional_id)
        try:
            producer.init_transactions()
        finally:
            producer.close()

    # --- Topics ---

    def create_topic(self, name: str, partitions: int = 1, config: dict[str, str] | None = None, replication: int = -1) -> None:
        """Makes a topic and waits until each partition has a leader."""
        options = {"num_partitions": partitions, "replication_factor": replication, "configs": config or {}}
        self._administer(lambda admin: admin.create_topics({name: options}, wait_for_metadata=True))

    def delete_topic(self, name: str) -> None:
        """Deletes a topic and waits until the brokers no longer know it."""
        self._administer(lambda admin: admin.delete_topics([name]))
        end = time.monotonic() + PATIENCE_SECONDS
        while name in self.topics():
            if time.monotonic() > end:
                raise TimeoutError(f"topic {name} is still there {PATIENCE_SECONDS:g} s after its deletion")
            time.sleep(0.05)

    def add_partitions(self, name: str, total: int) -> None:
        """Makes it `total` partitions in all, and waits until each has a leader."""
        self._administer(lambda admin: admin.create_partitions({name: total}))
        self._administer(lambda admin: admin.wait_for_topics([name]))

    def topics(self) -> list[str]:
        """Returns the names of all topics but Kafka's own."""
        return sorted(name for name in self._administer(lambda admin: admin.list_topics()) if not name.startswith("__"))

    # --- Connections ---

    def _administer(self, action: Callable[[Any], Any]) -> Any:
        """Runs an action of the admin client; again, on new connections, while a broker cannot be reached or its coordinator moves."""
        errors = self._kafka.errors
        passing = (errors.NodeNotReadyError, errors.KafkaConnectionError, errors.CoordinatorLoadInProgressError,
                   errors.CoordinatorNotAvailableError, errors.NotCoordinatorError)  # fmt: skip
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if self._opened_admin is None:
                    self._opened_admin = self._kafka.KafkaAdminClient(**self._settings)
                return action(self._opened_admin)
            except passing:
                self.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _producer(self, **settings: Any) -> Any:
        return self._kafka.KafkaProducer(value_serializer=_value_serializer(), **self._settings, **settings)

    def _consumer(self, isolation: str) -> Any:
        return self._kafka.KafkaConsumer(isolation_level=isolation, enable_auto_commit=False, fetch_max_wait_ms=50, **self._settings)

    def _partitions(self, consumer: Any, topic: str, chosen: list[int] | None) -> list[Any]:
        known = consumer.partitions_for_topic(topic)
        if not known:
            raise LookupError(f"there is no topic {topic}")
        return [self._kafka.TopicPartition(topic, number) for number in sorted(known if chosen is None else chosen)]


def _connection(servers: str | Access) -> dict[str, Any]:
    if isinstance(servers, str):
        return {"bootstrap_servers": servers.split(",")}
    settings = servers.kafka_python()
    if servers.chosen_mechanism == "OAUTHBEARER":
        settings["sasl_oauth_token_provider"] = _token_provider(servers.token or servers.good_token())
    return settings


def _token_provider(token: str) -> Any:
    provider = importlib.import_module("kafka.net.sasl.oauth").AbstractTokenProvider
    return type("OneToken", (provider,), {"token": lambda self: token})()


def _send(producer: Any, topic: str, records: Iterable[Record | str | bytes], seconds: float = PATIENCE_SECONDS) -> None:
    sent = [_send_one(producer, topic, record if isinstance(record, Record) else Record(record)) for record in records]
    producer.flush()
    for future in sent:
        future.get(timeout=seconds)


def _send_one(producer: Any, topic: str, record: Record) -> Any:
    value = _NULL if record.value is None else _bytes(record.value)
    return producer.send(
        topic, value=value, key=_bytes(record.key), headers=list(record.headers),
        partition=record.partition, timestamp_ms=record.timestamp_ms,
    )  # fmt: skip


def _value_serializer() -> Any:
    base = importlib.import_module("kafka.serializer").Serializer
    return type("Values", (base,), {"serialize": lambda self, topic, headers, data: None if data is _NULL else data})()


def _bytes(value: bytes | str | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def _read(record: Any) -> Read:
    headers = tuple((name, bytes(value)) for name, value in record.headers)
    return Read(record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, headers)
