#!/usr/bin/env python3
"""Prints how long it takes from starting a job again after kill -9 to its first new row, by how much state it has.

The state is a table of 48 bytes a key: a key, five numbers. The job runs until it has the keys and a checkpoint with all of them, and
is killed.

Usage: restore_time.py --program build/release/tidemill [--state-mb 4096] [--parallelism 1]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KEY_BYTES = 48

SCRIPT = """
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0',
  'fields.n.end' = '{last}', 'rows-per-second' = '1000000000');
CREATE TABLE changes (k BIGINT, c BIGINT, s BIGINT, least BIGINT, greatest BIGINT) WITH ('connector' = 'print');
INSERT INTO changes SELECT MOD(n * 7368787, {keys}), COUNT(*), SUM(n), MIN(n), MAX(n) FROM numbers GROUP BY MOD(n * 7368787, {keys});
"""


def rows_in(program: str, checkpoints: str) -> int:
    run = subprocess.run([program, "job", "status", checkpoints, "--json"], capture_output=True, text=True)
    return int(json.loads(run.stdout)["rows"]["in"]) if run.returncode == 0 else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--state-mb", type=int, default=4096)
    parser.add_argument("--parallelism", type=int, default=1)
    arguments = parser.parse_args()
    keys = arguments.state_mb * 2**20 // KEY_BYTES
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "job.sql"
        script.write_text(SCRIPT.format(last=100 * keys, keys=keys))
        checkpoints = f"{directory}/checkpoints"
        command = [arguments.program, "run", str(script), "--checkpoint-dir", checkpoints]
        command += ["--set", f"parallelism.default={arguments.parallelism}", "--set", "execution.checkpointing.interval=1 h"]
        job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while rows_in(arguments.program, checkpoints) < keys:
            time.sleep(1)
        subprocess.run([arguments.program, "job", "checkpoint", checkpoints], check=True, capture_output=True)
        job.kill()
        job.wait()
        size = sum(file.stat().st_size for file in Path(checkpoints).rglob("*.state")) >> 20
        start = time.perf_counter()
        job = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        first = job.stdout.read(1)
        seconds = time.perf_counter() - start
        job.kill()
        job.wait()
    if not first:
        print("the job ended without a row", file=sys.stderr)
        return 1
    print(f"{keys / 1e6:.0f} M keys, {size} MB of checkpoint, parallelism {arguments.parallelism}: {seconds:.2f} s to the first new row")
    return 0


if __name__ == "__main__":
    sys.exit(main())
