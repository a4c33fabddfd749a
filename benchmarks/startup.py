#!/usr/bin/env python3
"""Runs a query of one row in the binary, many times, and prints how long it takes from exec to exit and its peak memory.

The peak is an upper bound: Linux also counts what this script held when it started the binary, about 14 MB.

With --memory-limit-mb it runs once and fails where the peak is above the limit: a test, since memory, unlike time, does not depend on
what else the machine does.

Usage: startup.py --program build/release/tidemill [--runs 50] [--memory-limit-mb 40]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time

SQL = "SELECT 1 AS answer;\n"


def run_once(program: str, script: str) -> tuple[float, float]:
    """Returns the seconds from start to end of one run, and its peak memory in MB. Raises RuntimeError where it fails."""
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(program, [program, "run", script], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"{program} run {script}: exit status {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--memory-limit-mb", type=float)
    arguments = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SQL)
        script.flush()
        runs = [run_once(arguments.program, script.name) for _ in range(1 if arguments.memory_limit_mb else arguments.runs)]
    peak = max(memory for _, memory in runs)
    if arguments.memory_limit_mb:
        print(f"peak memory of a query of one row: {peak:.1f} MB, limit {arguments.memory_limit_mb:.0f} MB")
        return 0 if peak <= arguments.memory_limit_mb else 1
    seconds = sorted(second for second, _ in runs)
    print(f"a query of one row, {len(runs)} runs: median {seconds[len(runs) // 2] * 1e3:.1f} ms, fastest {seconds[0] * 1e3:.1f} ms,"
          f" peak memory {peak:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
