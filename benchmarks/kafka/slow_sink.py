#!/usr/bin/env python3
"""What Tidemill does when its sink takes only 1 % of what its source could give: a check, with figures.

The job first runs unhindered over part of a topic, which gives the rate; then over the rest with its sink behind a proxy that lets
through 1 % of that. Meanwhile checkpoints must complete, the job's own account must stay below 'state.memory.size', and resident memory
below that and what the program takes anyway. Exit code 1, with the reason, where one does not hold.

Usage: slow_sink.py [--program FILE] [--programs FOLDER] [--rows N] [--seconds N] [--guarantee …] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bench_cluster
from bench_cluster import ROOT
from kafka_service import KafkaCluster, Unavailable
from running_job import RunningJob

sys.path.insert(0, str(ROOT / "tests/services"))
from kafka_proxy import KafkaProxy  # noqa: E402

PARTITIONS = 4
COLUMNS = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, ts BIGINT, extra STRING"
BUDGET_MB = 128
PROGRAM_MB = 64  # what the program takes beside what it accounts for
CHECKPOINTS = 3  # that must complete at least
SLOW_PART = 0.01
SAMPLE_SECONDS = 0.5
FULL_SPEED_SECONDS = 120.0


def script(kafka: KafkaCluster, output: str, guarantee: str, slow: bool) -> str:
    return bench_cluster.filled_in(
        "through.sql", servers=kafka.bootstrap, sink_servers=kafka.proxied_bootstrap if slow else kafka.bootstrap, input="bids",
        output=output, columns=COLUMNS, interval="1 s", memory=f"{BUDGET_MB} mb", linger=5, guarantee=guarantee,
    )  # fmt: skip


def full_speed(kafka: KafkaCluster, program: Path, guarantee: str, rows: int) -> float:
    """Returns the rows a second at which the job gets through all of the topic, where nothing holds it up."""
    with tempfile.TemporaryDirectory() as folder, RunningJob(program, script(kafka, "fast", guarantee, False), Path(folder)) as job:
        begin = time.monotonic()
        first = None
        while time.monotonic() - begin < FULL_SPEED_SECONDS:
            done = job.status().get("rows", {}).get("out", 0)
            if done > 0 and first is None:
                first = (time.monotonic(), done)
            if done >= rows:
                assert first
                return float(rows / (time.monotonic() - begin))
            time.sleep(0.1)
    raise TimeoutError(f"{rows} rows did not go through within {FULL_SPEED_SECONDS:g} s")


def follow(job: RunningJob, seconds: float) -> dict[str, Any]:
    """Returns what the job told over some seconds: rows, checkpoints, and the most memory."""
    figures: dict[str, Any] = {"account_peak_mb": 0.0, "slowest_checkpoint_ms": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = job.status()
        bytes_of = status.get("memory_bytes", {})
        account = sum(value for kind, value in bytes_of.items() if kind != "limit")
        if account / 2**20 > figures["account_peak_mb"]:
            figures["account_peak_mb"] = account / 2**20
            figures["account_by_kind"] = {kind: value for kind, value in bytes_of.items() if value}
        taken = status.get("checkpoints", {})
        figures["slowest_checkpoint_ms"] = max(figures["slowest_checkpoint_ms"], taken.get("last_duration_ms") or 0)
        figures["checkpoints"] = taken
        figures["rows"] = status.get("rows", {})
        time.sleep(SAMPLE_SECONDS)
    figures["resident_peak_mb"] = job.memory_mb("VmHWM")
    return figures


def problems(figures: dict[str, Any]) -> list[str]:
    """Returns what does not hold."""
    found = []
    if figures["checkpoints"].get("completed", 0) < CHECKPOINTS:
        found.append(f"only {figures['checkpoints'].get('completed', 0)} checkpoints completed")
    if figures["checkpoints"].get("failed", 0) > 0:
        found.append(f"{figures['checkpoints']['failed']} checkpoints failed")
    if figures["account_peak_mb"] > BUDGET_MB:
        found.append(f"the job's account came to {figures['account_peak_mb']:.0f} MB of {BUDGET_MB}")
    if figures["resident_peak_mb"] > BUDGET_MB + PROGRAM_MB:
        found.append(f"resident memory came to {figures['resident_peak_mb']:.0f} MB, and {BUDGET_MB} are allowed beside {PROGRAM_MB} of the program")
    return found


def measure(kafka: KafkaCluster, arguments: argparse.Namespace) -> dict[str, Any]:
    for topic in ("bids", "fast", "slow"):
        kafka.create_topic(topic, PARTITIONS)
    bench_cluster.fill(arguments.programs, kafka.bootstrap, "bids", arguments.rows, 10_000, 100_000, 1)
    rate = full_speed(kafka, arguments.program, arguments.guarantee, arguments.rows)
    row_bytes = 200  # of a message, about
    throttled = rate * SLOW_PART * row_bytes
    with KafkaProxy(kafka) as proxy, tempfile.TemporaryDirectory() as folder:
        for link in proxy.links.values():
            link.throttle(throttled)
        with RunningJob(arguments.program, script(kafka, "slow", arguments.guarantee, True), Path(folder)) as job:
            figures = follow(job, arguments.seconds)
            proxy.heal()  # so that it can end
    return {"guarantee": arguments.guarantee, "full_rows_a_second": rate, "bytes_a_second": throttled, **figures}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/tidemill")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release/benchmarks", help="where kafka_fill is")
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--guarantee", choices=("at-least-once", "exactly-once"), default="exactly-once")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    try:
        with bench_cluster.cluster(proxied=True) as kafka:
            figures = measure(kafka, arguments)
    except Unavailable as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 77
    print(json.dumps(figures, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for problem in problems(figures):
        print(f"wrong: {problem}", file=sys.stderr)
    return 1 if problems(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
