#!/usr/bin/env python3
"""Runs GROUP BY over more keys than its memory holds: each key once, in an order that has nothing to do with the keys, then updates of
which the hottest hundredth of the keys takes a third, scattered over all pages. Prints rates, peak memory and what was spilled.

Three runs: the keys alone, keys and updates (both into blackhole, each row's change emitted), and both as a bounded query whose result is
checked: how many groups, how many rows and what sum they hold.

With --group-mb each run is put into a control group (v1 or v2) of this size, so that the system's file cache counts too. As root.

Usage: larger_than_memory.py --program build/release/tidemill [--keys 50000000] [--updates 100000000] [--memory "1 gb"] [--group-mb 1300]
    [--parallelism 2] [--no-check | --only-check]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# Row n is key n of a permutation; above the last key, one drawn with density u^-3/4 from another permutation of the same keys.
SCRIPT = """
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0',
  'fields.n.end' = '{last}', 'rows-per-second' = '1000000000');
CREATE VIEW places AS SELECT n, CASE WHEN n < {keys} THEN n
  ELSE MOD(CAST(POWER(CAST(MOD(n * 48271, 2147483647) AS DOUBLE) / 2147483647, 4) * {keys} AS BIGINT) * 7368787, {keys}) END AS place
FROM numbers;
CREATE VIEW events AS SELECT MOD(place * 22801763489, {prime}) AS k, MOD(n, CAST(1000 AS BIGINT)) AS v FROM places;
CREATE TABLE nowhere (k BIGINT, c BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
"""
EMIT = "INSERT INTO nowhere SELECT k, COUNT(*), SUM(v) FROM events GROUP BY k;\n"
CHECK = """SET 'execution.runtime-mode' = 'BATCH';
SELECT COUNT(*), SUM(c), SUM(s) FROM (SELECT k, COUNT(*) AS c, SUM(v) AS s FROM events GROUP BY k);
"""


@dataclass
class Run:
    wall_s: float
    cpu_s: float
    peak_mb: float
    out: str


def is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def control_group(limit_mb: int) -> Path:
    """Makes a control group with this memory limit; returns the file that a process number is to be written to."""
    v1, v2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    group = (v1 if v1.is_dir() else v2) / "tidemill-benchmark"
    group.mkdir(exist_ok=True)
    limit = group / ("memory.limit_in_bytes" if v1.is_dir() else "memory.max")
    limit.write_text(str(limit_mb << 20))
    return group / "cgroup.procs"


def run(arguments: argparse.Namespace, statements: str, rows: int) -> Run:
    keys = arguments.keys
    prime = next(number for number in range(keys, 2 * keys + 2) if is_prime(number))
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        script = Path(directory) / "job.sql"
        script.write_text(SCRIPT.format(last=rows - 1, keys=keys, prime=prime) + statements)
        command = [arguments.program, "run", str(script), "--format", "csv", "--set", f"state.memory.size={arguments.memory}"]
        command += ["--set", f"state.spill.dir={directory}/spill", "--set", f"parallelism.default={arguments.parallelism}"]
        enter = None
        if arguments.group_mb:
            group = control_group(arguments.group_mb)
            enter = lambda: group.write_text(str(os.getpid()))  # noqa: E731 (in the child, before exec)
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=enter)
        spilled = 0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            # The spill file has no name: what it takes is seen on its descriptor.
            for descriptor in Path(f"/proc/{process.pid}/fd").glob("*"):
                try:
                    if str(directory) in os.readlink(descriptor):
                        spilled = max(spilled, os.stat(descriptor).st_size)
                except OSError:
                    pass
            time.sleep(0.1)
        wall = time.perf_counter() - start
        out, err = process.stdout.read().decode(), process.stderr.read().decode()
        if status != 0:
            raise RuntimeError(f"{' '.join(command)}: exit status {os.waitstatus_to_exitcode(status)}: {err}")
        print(f"  {err.strip()}\n  spill file {spilled / 2**20:.0f} MB", file=sys.stderr)
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)


def print_rates(arguments: argparse.Namespace, rows: int) -> None:
    load = run(arguments, EMIT, arguments.keys)
    print(f"keys: {arguments.keys / 1e6:.0f} M in {load.wall_s:.1f} s, {arguments.keys / load.wall_s / 1e6:.2f} M a second,"
          f" {load.cpu_s:.1f} CPU s, peak {load.peak_mb:.0f} MB", flush=True)
    both = run(arguments, EMIT, rows)
    seconds = both.wall_s - load.wall_s
    print(f"updates: {arguments.updates / 1e6:.0f} M in {seconds:.1f} s, {arguments.updates / seconds / 1e6:.2f} M a second,"
          f" {both.cpu_s - load.cpu_s:.1f} CPU s, peak {both.peak_mb:.0f} MB", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--keys", type=int, default=50_000_000)
    parser.add_argument("--updates", type=int, default=100_000_000)
    parser.add_argument("--memory", default="1 gb")
    parser.add_argument("--group-mb", type=int, default=0)
    parser.add_argument("--directory", help="where the spill file goes; default: the temporary directory")
    parser.add_argument("--parallelism", type=int, default=2)
    parser.add_argument("--no-check", action="store_true", help="leave out the bounded query")
    parser.add_argument("--only-check", action="store_true", help="run the bounded query alone")
    arguments = parser.parse_args()
    rows = arguments.keys + arguments.updates
    if not arguments.only_check:
        print_rates(arguments, rows)
    if arguments.no_check:
        return 0
    checked = run(arguments, CHECK, rows)
    expected = [arguments.keys, rows, rows // 1000 * 499500 + sum(range(rows % 1000))]
    found = [int(cell) for cell in checked.out.strip().splitlines()[-1].split(",")]
    print(f"bounded: {checked.wall_s:.1f} s, {checked.cpu_s:.1f} CPU s, peak {checked.peak_mb:.0f} MB; groups, rows, sum {found}:"
          f" {'right' if found == expected else f'WRONG, expected {expected}'}")
    return 0 if found == expected else 1


if __name__ == "__main__":
    sys.exit(main())
