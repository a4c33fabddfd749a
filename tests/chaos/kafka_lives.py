"""One job from topic to topic in several lives, and what is looked at afterwards. Rule: the expectation comes from the input topic and
from clients that are not the engine's."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tools"), str(Path(__file__).resolve().parents[1] / "services")]

from kafka_service import READ_COMMITTED, KafkaCluster, second_opinion  # noqa: E402
from lives import FAULTY, PROGRAM, Difference  # noqa: E402

import kafka_workloads  # noqa: E402
from kafka_workloads import PARTITIONS, WORKLOADS, Feeder, Workload  # noqa: E402

PATIENCE_SECONDS = 90.0
RESIDUE_SECONDS = 10.0  # O5: after this no transaction is open
RATE = 1500  # rows a second of input
HISTORY_FILES = 3  # of a hybrid job


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Waits until the condition holds, and returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Difference(f"after {seconds:g} s not yet: {what}")
        time.sleep(0.1)


@dataclass
class KafkaJob:
    """Workloads of one job, on a cluster; all its files in `root`. `servers`: where the job, and only it, reaches the cluster."""

    kafka: KafkaCluster
    name: str
    root: Path
    seed: int
    workloads: list[Workload] = field(default_factory=lambda: list(WORKLOADS))
    servers: str = ""
    source_options: str = ""
    sink_options: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    java: bool = True  # Kafka's own consumer reads the output too
    lives: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        self.checkpoints = self.root / "checkpoints"
        self.input = f"{self.name}-in"
        self.group = f"{self.name}-group"
        self.servers = self.servers or self.kafka.bootstrap
        self.kafka.create_topic(self.input, PARTITIONS)
        for workload in self.workloads:
            self.kafka.create_topic(self.output(workload), 2)
        self.sql = self.root / "job.sql"
        self.sql.write_text(self.script())
        self.feeder: Feeder | None = None

    def output(self, workload: Workload) -> str:
        return f"{self.name}-{workload.name}"

    def script(self) -> str:
        text = self.source()
        for workload in self.workloads:
            text += workload.table(self.output(workload), self.servers, self.name, self.sink_options)
        inserts = "".join(f"INSERT INTO {workload.name} {workload.select};\n" for workload in self.workloads)
        return text + (f"EXECUTE STATEMENT SET BEGIN\n{inserts}END;\n" if len(self.workloads) > 1 else inserts)

    def source(self) -> str:
        return kafka_workloads.EVENTS.format(topic=self.input, servers=self.servers, group=self.group, source_options=self.source_options)

    def events(self) -> list[dict[str, int]]:
        """All that there is to read."""
        return kafka_workloads.events_of(self.kafka.client.consume(self.input))

    # --- Lives ---

    def feed(self, rate: int = RATE) -> None:
        self.feeder = Feeder(self.kafka.bootstrap, self.input, self.seed, rate)

    def start(self, parallelism: int = 1, faults: str = "", checkpoints: Path | None = None, **settings: str) -> subprocess.Popen[bytes]:
        """Begins a life, whose standard error goes to a file."""
        self.lives += 1
        all_settings = {
            "parallelism.default": str(parallelism),
            "execution.checkpointing.interval": "100 ms",
            "restart-strategy.exponential-delay.initial-backoff": "100 ms",
            "restart-strategy.exponential-delay.max-backoff": "2 s",
            **self.settings,
            **{key.replace("__", "."): value for key, value in settings.items()},
        }
        command = [FAULTY if faults else PROGRAM, "run", str(self.sql), "--checkpoint-dir", str(checkpoints or self.checkpoints)]
        for key, value in all_settings.items():
            command += ["--set", f"{key}={value}"]
        with self.log(self.lives).open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "TIDEMILL_FAULTS": faults})
        self.processes.append(process)
        return process

    def log(self, life: int) -> Path:
        return self.root / f"life-{life}.log"

    def last_words(self) -> str:
        return self.log(self.lives).read_text(errors="replace")[-3000:]

    def kill_after(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """Kills a life that must not have ended by itself by then."""
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return
        raise Difference(f"{self.name}: life {self.lives} ended by itself with {process.returncode}: {self.last_words()}")

    def finish(self, process: subprocess.Popen[bytes] | None = None, **how: Any) -> str:
        """The last life: writes what is left of the input, waits for the output, ends the job in peace, and checks all. Returns figures."""
        feeder, self.feeder = self.feeder, None
        if feeder:
            feeder.end()
        events = self.events()
        if process is None:
            process = self.start(**how)
        try:
            self.wait_for_output(process, events)
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                raise Difference(f"{self.name}: the last life does not end after SIGTERM: {self.last_words()}") from None
            if code != 0:
                raise Difference(f"{self.name}: the last life ended with {code}: {self.last_words()}")
        finally:
            process.kill()
            process.wait()
        self.check(events)
        return f"{len(events)} events"

    def wait_for_output(self, process: subprocess.Popen[bytes], events: list[dict[str, int]]) -> None:
        """O6: the output comes to what is expected, at least in size."""
        for workload in self.workloads:
            wanted = len(workload.rows_expected(events))
            topic = self.output(workload)

            def enough(wanted: int = wanted, topic: str = topic) -> bool:
                if process.poll() is not None:
                    raise Difference(f"{self.name}: life {self.lives} ended with {process.returncode}: {self.last_words()}")
                # Records and marks of transactions have an offset each.
                ends = self.kafka.client.end_offsets(topic, READ_COMMITTED)
                return sum(ends.values()) >= wanted and len(self.kafka.client.consume(topic)) >= wanted

            try:
                until(enough, f"{self.name}: {wanted} rows of {workload.name}")
            except Difference as late:
                found = len(self.kafka.client.consume(topic))
                raise Difference(f"{late}; there are {found}. {self.last_words()}") from None

    # --- What it left ---

    def check(self, events: list[dict[str, int]]) -> None:
        until(lambda: not self.open_transactions(), f"{self.name}: no open transaction, but {self.open_transactions()}", RESIDUE_SECONDS)
        for workload in self.workloads:
            expected = workload.rows_expected(events)
            records = self.kafka.client.consume(self.output(workload))
            self.compare(workload, workload.rows_of(records), expected)
            if self.java and second_opinion.consume(self.kafka.bootstrap, self.output(workload)) != records:
                raise Difference(f"{self.name}: Kafka's own consumer reads other records of {workload.name} than kafka-python")
        self.check_offsets()

    def open_transactions(self) -> list[str]:
        return [name for name in self.kafka.client.open_transactions() if name.startswith(self.name)]

    def compare(self, workload: Workload, rows: list[tuple[int, ...]], expected: list[tuple[int, ...]]) -> None:
        if rows == expected:
            return
        lost = sorted(set(expected) - set(rows))
        surplus = sorted(set(rows) - set(expected))
        twice = len(rows) - len(set(rows))
        raise Difference(
            f"{self.name}: {workload.name} has {len(rows)} rows, expected {len(expected)}: {len(lost)} lost {lost[:4]}, "
            f"{len(surplus)} too many {surplus[:4]}, {twice} more than once"
        )

    def check_offsets(self) -> None:
        """The group's offsets are those of the newest checkpoint, which the same transaction has decided."""
        manifests = sorted(self.checkpoints.glob("chk-*/_metadata"), key=lambda file: int(file.parent.name.removeprefix("chk-")))
        if not manifests:
            raise Difference(f"{self.name}: no checkpoint is left")
        splits = re.findall(r'"id": "(\S+)-(\d+)",\s+"position": "(?:then )?(\d+)', manifests[-1].read_text())
        saved = {(topic, int(partition)): int(offset) for topic, partition, offset in splits}
        committed = self.kafka.client.committed_offsets(self.group)
        if saved != committed:
            raise Difference(f"{self.name}: the checkpoint is at {saved}, and the group at {committed}")
        waiting = list(self.checkpoints.glob("chk-*/_prepared"))
        if waiting:
            raise Difference(f"{self.name}: left behind: {waiting}")

    def close(self) -> None:
        """Ends its processes and the writing of its input."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        feeder, self.feeder = self.feeder, None
        if feeder:
            feeder.end()

    def remove(self) -> None:
        for topic in (self.input, f"{self.name}.epochs", *(self.output(workload) for workload in self.workloads)):
            self.kafka.delete_topic(topic)
        shutil.rmtree(self.root, ignore_errors=True)


class HybridJob(KafkaJob):
    """The same over files first, and then the topic."""

    def source(self) -> str:
        self.history = kafka_workloads.history(self.seed)
        folder = self.root / "history"
        folder.mkdir()
        for number in range(HISTORY_FILES):
            lines = [json.dumps(event) + "\n" for event in self.history[number::HISTORY_FILES]]
            (folder / f"{number}.jsonl").write_text("".join(lines))
        return kafka_workloads.HYBRID_EVENTS.format(folder=folder, topic=self.input, servers=self.servers, group=self.group)

    def events(self) -> list[dict[str, int]]:
        return self.history + super().events()


def parallelism(draw: random.Random) -> int:
    return draw.choice([1, 1, 2, 3, 4])
