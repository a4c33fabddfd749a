#!/usr/bin/env python3
"""Counts bids of a Kafka topic in windows into another topic, on Tidemill, Kafka Streams and Flink, and prints what each costs.

All read the same messages from the first to the last, one engine after the other, exactly once with a commit each second; then a client
of neither compares the three topics, and a difference is an error. CPU is that of the engine's process with all it needs to start; beside
it stands what is left without the first quarter of the rows, in which Java compiles itself. 'tidemill-at-least-once' is the same without
transactions.

Usage: end_to_end.py [--program FILE] [--programs FOLDER] [--rows N] [--runs N] [--engines …] [--parallelism …] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bench_cluster
import java_programs
import measured_process
from bench_cluster import HERE, ROOT
from kafka_service import KafkaCluster, Unavailable
from measured_process import Cost

PARTITIONS = 4
FOR_EVER = {"retention.ms": "-1"}  # messages of Kafka Streams have the time of their window, which is long ago
TIMEOUT_SECONDS = 1800
WARM_UP_PART = 0.25
ENGINES = ("tidemill", "tidemill-at-least-once", "kafka-streams", "flink")
JAVA_OPTIONS = ["-Xmx2g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Duser.timezone=UTC"]
MARK = 0  # the auction of the bids by which Kafka Streams is told that time has gone on

Counts = list[tuple[int, str, int]]


@dataclass
class Run:
    engine: str
    parallelism: int
    cost: Cost
    broker_cpu_s: float
    load: float  # the machine's load average when it began


@dataclass
class Bench:
    """What stays the same over all runs."""

    kafka: KafkaCluster
    program: Path
    rows: int
    folder: Path

    def rows_done(self, group: str) -> int:
        """Returns how many rows a group has committed."""
        return sum(self.kafka.client.committed_offsets(group).values())

    def command(self, engine: str, parallelism: int, name: str) -> tuple[list[str], str]:
        """Returns the command that runs an engine, and what it is given as its input."""
        if engine == "kafka-streams":
            java = ["java", *JAVA_OPTIONS, "-cp", java_programs.class_path(HERE / "streams"), "StreamsJob"]
            return [*java, self.kafka.bootstrap, name, "bids", name, str(parallelism), str(self.folder / name)], ""
        guarantee = "at-least-once" if engine == "tidemill-at-least-once" else "exactly-once"
        words = {"servers": self.kafka.bootstrap, "group": name, "output": name, "guarantee": guarantee, "parallelism": parallelism}
        script = bench_cluster.filled_in("job.sql", **words)
        if engine == "flink":
            return ["java", *JAVA_OPTIONS, *java_programs.OPENED, "-cp", java_programs.class_path(HERE / "flink"), "FlinkJob"], script
        return [str(self.program), "run", "-", "--checkpoint-dir", str(self.folder / name)], script

    def run(self, engine: str, parallelism: int, number: int) -> tuple[Run, Counts]:
        """Runs an engine over the whole topic. Returns what it cost, and what it wrote."""
        name = f"{engine}-{parallelism}-{number}"
        self.kafka.create_topic(name, PARTITIONS, FOR_EVER)
        broker = self.kafka.broker(1).pid()
        assert broker
        load = os.getloadavg()[0]
        before = measured_process.cpu_seconds(broker)
        command, given = self.command(engine, parallelism, name)
        cost = measured_process.run(command, given, lambda: self.rows_done(name), TIMEOUT_SECONDS)
        broker_cpu_s = measured_process.cpu_seconds(broker) - before
        if cost.exit_code != 0:
            raise RuntimeError(f"{engine} ended with exit code {cost.exit_code}:\n{cost.log}")
        counts = [json.loads(record.text) for record in self.kafka.client.consume(name)]
        found = sorted((row["auction"], row["window_start"], row["bids"]) for row in counts if row["auction"] != MARK)
        return Run(engine, parallelism, cost, broker_cpu_s, load), found


def check(found: Counts, expected: Counts, rows: int, name: str) -> None:
    """Raises RuntimeError where an engine's table is another than the first one's, or does not hold every row once."""
    total = sum(bids for _, _, bids in found)
    if total != rows:
        raise RuntimeError(f"{name} has counted {total} rows, and there are {rows}")
    if found != expected:
        only = sorted(set(found) ^ set(expected))[:3]
        raise RuntimeError(f"{name} gives {len(found)} rows, the first engine {len(expected)}; not in both are {only} …")


def row_of(runs: list[Run], rows: int) -> dict[str, float | str | int | None]:
    """Returns the medians of an engine's runs."""
    million = rows / 1e6
    warm = [part for part in (run.cost.between(int(rows * WARM_UP_PART)) for run in runs) if part]
    return {
        "engine": runs[0].engine,
        "parallelism": runs[0].parallelism,
        "rows_a_second": statistics.median(rows / run.cost.wall_s for run in runs),
        "cpu_s_a_million": statistics.median(run.cost.cpu_s / million for run in runs),
        "warm_rows_a_second": statistics.median(part.rows / part.wall_s for part in warm) if warm else None,
        "warm_cpu_s_a_million": statistics.median(part.cpu_s / (part.rows / 1e6) for part in warm) if warm else None,
        "peak_mb": statistics.median(run.cost.peak_mb for run in runs),
        "broker_cpu_s_a_million": statistics.median(run.broker_cpu_s / million for run in runs),
        "load": statistics.median(run.load for run in runs),
    }


def with_ratios(table: list[dict]) -> list[dict]:  # type: ignore[type-arg]
    """Adds by how much more CPU each engine takes than Tidemill at parallelism 1."""
    ours = table[0]
    for row in table:
        row["cpu_ratio"] = row["cpu_s_a_million"] / ours["cpu_s_a_million"]
        warm, base = row["warm_cpu_s_a_million"], ours["warm_cpu_s_a_million"] or ours["cpu_s_a_million"]
        row["warm_cpu_ratio"] = warm / base if warm else None
    return table


def show(table: list[dict]) -> None:  # type: ignore[type-arg]
    columns = [("rows/s", "rows_a_second", "12,.0f"), ("CPU s/M", "cpu_s_a_million", "8.2f"), ("ratio", "cpu_ratio", "6.1f"),
               ("warm rows/s", "warm_rows_a_second", "12,.0f"), ("CPU s/M", "warm_cpu_s_a_million", "8.2f"),
               ("ratio", "warm_cpu_ratio", "6.1f"), ("peak MB", "peak_mb", "8.0f"), ("broker s/M", "broker_cpu_s_a_million", "10.2f"),
               ("load", "load", "5.1f")]  # fmt: skip
    width = {form: int(form.split(".")[0].rstrip(",")) for _, _, form in columns}
    print(f"{'engine':26}" + " ".join(f"{title:>{width[form]}}" for title, _, form in columns))
    for row in table:
        cells = (f"{row[key]:{form}}" if row[key] is not None else "–".rjust(width[form]) for _, key, form in columns)
        print(f"{row['engine']} × {row['parallelism']}".ljust(26) + " ".join(cells))


def measure(bench: Bench, arguments: argparse.Namespace) -> list[dict]:  # type: ignore[type-arg]
    chosen = [(engine, parallelism) for parallelism in arguments.parallelism for engine in arguments.engines]
    runs: dict[tuple[str, int], list[Run]] = {one: [] for one in chosen}
    expected: Counts | None = None
    for number in range(arguments.runs):
        for engine, parallelism in chosen:
            run, found = bench.run(engine, parallelism, number)
            expected = expected or found
            check(found, expected, arguments.rows, f"{engine} × {parallelism}")
            runs[engine, parallelism].append(run)
            cost = run.cost
            print(f"{engine} × {parallelism}: {cost.wall_s:.1f} s, {cost.cpu_s:.2f} CPU s, {len(found)} rows out, as they must be", file=sys.stderr)
    return with_ratios([row_of(runs[one], arguments.rows) for one in chosen])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/tidemill")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release/benchmarks", help="where kafka_fill is")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--auctions", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=100_000, help="bids a second of event time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--parallelism", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--json", type=Path, help="where the table is written as JSON, too")
    arguments = parser.parse_args()
    try:
        with bench_cluster.cluster() as kafka, tempfile.TemporaryDirectory() as folder:
            kafka.create_topic("bids", PARTITIONS, FOR_EVER)
            words = (arguments.rows, arguments.auctions, arguments.rate, arguments.seed)
            bench_cluster.fill(arguments.programs, kafka.bootstrap, "bids", *words)
            table = measure(Bench(kafka, arguments.program, arguments.rows, Path(folder)), arguments)
    except Unavailable as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 77
    show(table)
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": arguments.rows, "runs": arguments.runs, "table": table}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
