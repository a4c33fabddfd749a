"""Queries from topic to topic, and what they must leave. Rule: what is expected follows from what the input topic holds, by plain Python."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Callable, Iterable

from kafka_service import KafkaClient, Read, Record, Writer

PARTITIONS = 4
WINDOW_MS = 1000
BEGIN_MS = 1_700_000_000_000
CLOSING_MS = BEGIN_MS + 86_400_000  # of the last event of each partition, which lets every window before it go
ROWS_PER_STEP = 40  # that are written together

COLUMNS = """
CREATE TABLE events (
  id BIGINT, k BIGINT, v BIGINT, again INT, ts BIGINT,
  moment AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR moment AS moment - INTERVAL '1' SECOND
)"""
EVENTS = f"""{COLUMNS} WITH (
  'connector' = 'kafka', 'topic' = '{{topic}}', 'properties.bootstrap.servers' = '{{servers}}', 'properties.group.id' = '{{group}}',
  'scan.startup.mode' = 'earliest-offset', 'properties.isolation.level' = 'read_committed', 'format' = 'json'{{source_options}});
"""
HYBRID_EVENTS = f"""{COLUMNS} WITH (
  'connector' = 'hybrid', 'first.connector' = 'filesystem', 'first.path' = '{{folder}}', 'first.format' = 'json',
  'then.connector' = 'kafka', 'then.topic' = '{{topic}}', 'then.properties.bootstrap.servers' = '{{servers}}',
  'then.properties.group.id' = '{{group}}', 'then.scan.startup.mode' = 'earliest-offset', 'then.format' = 'json');
"""
HISTORY_EVENTS = 15_000
HISTORY_FIRST_ID = 1_000_000_000  # the topic's are below


@dataclass(frozen=True)
class Workload:
    """`columns` make the table that `select` is inserted into; `expected` gives its rows of the events read."""

    name: str
    columns: str
    select: str
    expected: Callable[[list[dict[str, int]]], Iterable[tuple[int, ...]]]

    def names(self) -> list[str]:
        return [column.split()[0] for column in self.columns.split(", ")]

    def table(self, topic: str, servers: str, prefix: str, sink_options: str = "") -> str:
        return (
            f"CREATE TABLE {self.name} ({self.columns}) WITH ('connector' = 'kafka', 'topic' = '{topic}', "
            f"'properties.bootstrap.servers' = '{servers}', 'format' = 'json', 'sink.delivery-guarantee' = 'exactly-once', "
            f"'sink.transactional-id-prefix' = '{prefix}'{sink_options});\n"
        )

    def rows_expected(self, events: list[dict[str, int]]) -> list[tuple[int, ...]]:
        return sorted(self.expected(events))

    def rows_of(self, records: list[Read]) -> list[tuple[int, ...]]:
        names = self.names()
        return sorted(tuple(json.loads(record.text)[name] for name in names) for record in records)


def _copies(events: list[dict[str, int]]) -> Iterable[tuple[int, ...]]:
    return [(event["id"], event["v"], event["again"]) for event in events]


def _windows(events: list[dict[str, int]]) -> Iterable[tuple[int, ...]]:
    counts: Counter[tuple[int, int]] = Counter()
    totals: Counter[tuple[int, int]] = Counter()
    for event in events:
        if event["ts"] < CLOSING_MS:
            window = (event["k"], event["ts"] // WINDOW_MS * WINDOW_MS)
            counts[window] += 1
            totals[window] += event["v"]
    return [(since, k, counts[k, since], totals[k, since]) for k, since in counts]


def _firsts(events: list[dict[str, int]]) -> Iterable[tuple[int, ...]]:
    return {(event["id"], event["v"]) for event in events}


def _pairs(events: list[dict[str, int]]) -> Iterable[tuple[int, ...]]:
    first = {event["id"]: event["v"] for event in events if event["again"] == 0}
    return [(event["id"], event["v"], first[event["id"]]) for event in events if event["again"] == 1]


WORKLOADS = [
    Workload("copied", "id BIGINT, v BIGINT, again INT", "SELECT id, v, again FROM events", _copies),
    Workload(
        "counted",
        "since BIGINT, k BIGINT, n BIGINT, total BIGINT",
        f"SELECT MIN(ts) / {WINDOW_MS} * {WINDOW_MS}, k, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(moment), "
        "INTERVAL '1' SECOND)) GROUP BY window_start, window_end, k",
        _windows,
    ),
    Workload(
        "deduplicated",
        "id BIGINT, v BIGINT",
        "SELECT id, v FROM (SELECT id, v, ROW_NUMBER() OVER (PARTITION BY id ORDER BY PROCTIME()) AS place FROM events) WHERE place = 1",
        _firsts,
    ),
    Workload(
        "joined",
        "id BIGINT, v BIGINT, first_v BIGINT",
        "SELECT b.id, b.v, a.v FROM (SELECT id, v FROM events WHERE again = 0) a JOIN (SELECT id, v FROM events WHERE again = 1) b ON a.id = b.id",
        _pairs,
    ),
]


def events_of(records: list[Read]) -> list[dict[str, int]]:
    return [json.loads(record.text) for record in records]


def history(seed: int) -> list[dict[str, int]]:
    """Events of the hour before the topic begins, in order of their time."""
    draw = random.Random(seed)
    times = sorted(BEGIN_MS - 1 - draw.randrange(3_600_000) for _ in range(HISTORY_EVENTS))
    return [
        {"id": HISTORY_FIRST_ID + number, "k": draw.randrange(7), "v": draw.randrange(-1000, 1000), "again": 0, "ts": ts}
        for number, ts in enumerate(times)
    ]


class Feeder:
    """Writes events into a topic, in a thread, until it is told to end. An event of each partition in a third of the cases comes again.

    Event times grow within a partition, so that no row is late, whatever the order the partitions are read in.
    """

    def __init__(self, servers: str, topic: str, seed: int, rows_per_second: int) -> None:
        self._draw = random.Random(seed)
        self._client = KafkaClient(servers)
        self._topic = topic
        self._pause = ROWS_PER_STEP / rows_per_second
        self._ending = threading.Event()
        self._problem: BaseException | None = None
        self._next_id = 0
        self._clock = BEGIN_MS
        self._seen: list[dict[str, int]] = []
        self.written = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stops, with the event of each partition that closes its windows. Raises what kept it from writing."""
        self._ending.set()
        self._thread.join()
        self._client.close()
        if self._problem:
            raise self._problem

    def _run(self) -> None:
        # One producer for all, so that no record is written twice or out of order while a broker is away.
        producer = self._client.writer()
        try:
            while not self._ending.wait(self._pause):
                self._send(producer, [self._event() for _ in range(ROWS_PER_STEP)])
            closing = [self._new_event(partition, CLOSING_MS) for partition in range(PARTITIONS)]
            self._send(producer, closing)
        except BaseException as problem:  # noqa: BLE001: end() raises it
            self._problem = problem
        finally:
            producer.close()

    def _send(self, producer: Writer, events: list[dict[str, int]]) -> None:
        records = [Record(json.dumps(event), str(event["id"]), partition=event["id"] % PARTITIONS) for event in events]
        producer.send(self._topic, records)
        self.written += len(records)

    def _event(self) -> dict[str, int]:
        self._clock += self._draw.randrange(6)
        if self._seen and self._draw.randrange(4) == 0:
            old = self._seen.pop(self._draw.randrange(len(self._seen)))
            return {**old, "again": 1, "ts": self._clock}
        event = self._new_event(self._draw.randrange(PARTITIONS), self._clock)
        self._seen.append(event)
        return event

    def _new_event(self, partition: int, moment: int) -> dict[str, int]:
        self._next_id += 1
        number = self._next_id * PARTITIONS + partition
        return {"id": number, "k": self._draw.randrange(7), "v": self._draw.randrange(-1000, 1000), "again": 0, "ts": moment}
