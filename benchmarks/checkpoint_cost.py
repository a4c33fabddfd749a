#!/usr/bin/env python3
"""Prints what checkpoints cost: CPU seconds of a job at full speed over a million keys of state, without checkpoints, with one each second,
and with one each 200 ms, in turns, medians over the rounds.

Usage: checkpoint_cost.py --program build/release/tidemill [--rounds 3] [--keys 1000000] [--rows 240000000]
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = """
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0',
  'fields.n.end' = '{last}', 'rows-per-second' = '1000000000');
CREATE TABLE nowhere (k BIGINT, c BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT MOD(n * 7368787, {keys}), COUNT(*), SUM(n) FROM numbers GROUP BY MOD(n * 7368787, {keys});
"""
INTERVALS = ["1 h", "1 s", "200 ms"]


def run(program: str, script: Path, interval: str) -> tuple[float, float, int]:
    """Returns CPU and wall seconds of one run, and how many checkpoints it made."""
    with tempfile.TemporaryDirectory(dir=script.parent) as directory:
        command = [program, "run", str(script), "--checkpoint-dir", directory, "--set", f"execution.checkpointing.interval={interval}"]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status != 0:
            raise RuntimeError(f"{' '.join(command)}: {process.stderr.read().decode()}")
        listed = subprocess.run([program, "checkpoint", "ls", directory], check=True, capture_output=True, text=True).stdout
        newest = max(int(number) for number in re.findall(r"chk-(\d+)", listed))
        return usage.ru_utime + usage.ru_stime, wall, newest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=240_000_000)
    arguments = parser.parse_args()
    seconds: dict[str, list[float]] = {interval: [] for interval in INTERVALS}
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "job.sql"
        script.write_text(SCRIPT.format(last=arguments.rows - 1, keys=arguments.keys))
        for number in range(arguments.rounds):
            for interval in INTERVALS:
                cpu, wall, checkpoints = run(arguments.program, script, interval)
                seconds[interval].append(cpu)
                print(f"round {number + 1}, every {interval}: {cpu:.1f} CPU s, {wall:.1f} s, {checkpoints} checkpoints", flush=True)
    base = statistics.median(seconds[INTERVALS[0]])
    for interval in INTERVALS[1:]:
        cpu = statistics.median(seconds[interval])
        print(f"a checkpoint each {interval}: {cpu:.1f} CPU s, {100 * (cpu / base - 1):+.1f} % against {base:.1f} CPU s without")
    return 0


if __name__ == "__main__":
    sys.exit(main())
