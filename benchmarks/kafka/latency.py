#!/usr/bin/env python3
"""How long a row takes from one topic to another through Tidemill, at a steady rate, by a client's clock on the same machine.

At-least-once, whose rows are read as soon as they are there; and exactly-once, whose rows wait for the commit that comes with each
checkpoint (200 ms), read with read_committed. kafka_latency.cc sends and receives; it says by how much it was late itself, and a row that
is missing or comes twice is an error.

Usage: latency.py [--program FILE] [--programs FOLDER] [--rate N] [--seconds N] [--runs N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench_cluster
from bench_cluster import ROOT
from kafka_service import KafkaCluster, Unavailable
from running_job import RunningJob

PARTITIONS = 4
COLUMNS = "id BIGINT, sent_us BIGINT, extra STRING"
CLIENT_SECONDS = 120  # beyond those in which it sends


@dataclass(frozen=True)
class Way:
    guarantee: str
    isolation: str
    interval: str
    linger_ms: int


WAYS = (
    Way("at-least-once", "read_uncommitted", "1 s", 2),
    Way("exactly-once", "read_committed", "200 ms", 2),
)


def measure(kafka: KafkaCluster, way: Way, number: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Returns what the client saw, with the CPU that the engine took."""
    names = [f"{way.guarantee}-{number}-{end}" for end in ("in", "out")]
    for name in names:
        kafka.create_topic(name, PARTITIONS)
    words = {"servers": kafka.bootstrap, "sink_servers": kafka.bootstrap, "input": names[0], "output": names[1], "columns": COLUMNS,
             "interval": way.interval, "memory": "512 mb", "linger": way.linger_ms, "guarantee": way.guarantee}  # fmt: skip
    times = [str(number) for number in (arguments.rate, arguments.seconds, arguments.warm_up)]
    client = [arguments.programs / "kafka_latency", kafka.bootstrap, *names, *times, way.isolation]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, RunningJob(arguments.program, bench_cluster.filled_in("through.sql", **words), Path(folder)) as job:
        job.wait_until_running()
        patience = arguments.seconds + arguments.warm_up + CLIENT_SECONDS
        run = subprocess.run(client, stdout=subprocess.PIPE, text=True, check=True, timeout=patience)
        seen: dict[str, Any] = json.loads(run.stdout)
        seen["cpu_s_a_million"] = job.cpu_seconds() / (seen["sent"] / 1e6)
    if seen["received"] != seen["sent"] or seen["twice"] != 0:
        raise RuntimeError(f"{way.guarantee}: not every row came once: {seen}")
    return {**seen, "load": load}


def medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def show(way: Way, row: dict[str, float]) -> None:
    times = " ".join(f"{row[name] / 1000:8.1f}" for name in ("p50_us", "p90_us", "p99_us", "p999_us", "max_us"))
    print(f"{way.guarantee:16} {times} {row['cpu_s_a_million']:10.2f} {row['sender_late_us'] / 1000:12.1f} {row['load']:6.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/tidemill")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release/benchmarks", help="where kafka_latency is")
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where the table is written as JSON, too")
    arguments = parser.parse_args()
    table = {}
    try:
        with bench_cluster.cluster() as kafka:
            for way in WAYS:
                table[way.guarantee] = medians([measure(kafka, way, number, arguments) for number in range(arguments.runs)])
    except Unavailable as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 77
    print(f"{arguments.rate} rows/s, ms    p50      p90      p99    p99.9      max CPU s/M client late   load")
    for way in WAYS:
        show(way, table[way.guarantee])
    if arguments.json:
        arguments.json.write_text(json.dumps({"rate": arguments.rate, "runs": arguments.runs, "table": table}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
