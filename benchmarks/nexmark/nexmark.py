#!/usr/bin/env python3
"""Runs the queries of Nexmark, q0.sql … q22.sql, over events that connector 'nexmark' makes up, and tells what they cost.

Prints a line a query: events a second of wall clock, CPU seconds and peak memory, at parallelism 1 into sink 'blackhole'. A query
that Tidemill refuses is named with its reason.

Usage: nexmark.py [--program FILE] [--events N] [--rate N] [--parallelism N] [--sink OPTIONS] [QUERY …]
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
from string import Template

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUERIES = tuple(f"q{number}" for number in range(23))
SIDE_INPUT_ROWS = 10_000
BLACKHOLE = "'connector' = 'blackhole'"


@dataclass
class Run:
    exit_code: int
    output: str  # with its errors
    wall_s: float
    cpu_s: float
    peak_mib: float


def script(query: str, folder: Path, events: int, rate: int, sink: str = BLACKHOLE) -> str:
    """Returns the tables and the statements of a query; files that it reads and writes are in `folder`."""
    side_input = folder / "side_input.csv"
    if query == "q13" and not side_input.exists():
        side_input.write_text("".join(f"{number},{number}\n" for number in range(SIDE_INPUT_ROWS)), encoding="utf-8")
    text = "\n".join((HERE / f"{name}.sql").read_text(encoding="utf-8") for name in ("tables", query))
    return Template(text).safe_substitute(events=events, rate=rate, preload="false", sink=sink, folder=folder)


def run(program: Path, sql: str, options: list[str]) -> Run:
    """Runs a script and waits for its end."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        begin = time.monotonic()
        with output.open("wb") as to:
            process = subprocess.Popen([program, "run", *options, "-"], stdin=subprocess.PIPE, stdout=to, stderr=subprocess.STDOUT)
            assert process.stdin
            process.stdin.write(sql.encode())
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - begin
        text = output.read_text(encoding="utf-8")
    return Run(process.returncode, text, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=ROOT / "build/release/tidemill")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=100_000, help="events a second of event time")
    parser.add_argument("--parallelism", type=int, default=1)
    parser.add_argument("--sink", default=BLACKHOLE, help="the options of the table that results go into, in place of blackhole's")
    parser.add_argument("queries", nargs="*", metavar="QUERY", help="q0 … q22; without it all")
    arguments = parser.parse_args()
    unknown = [query for query in arguments.queries if query not in QUERIES]
    if unknown:
        parser.error(f"no query {unknown[0]}: there are q0 … q22")
    print(f"{'query':6} {'events/s':>12} {'CPU s':>8} {'MiB':>6}")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for query in arguments.queries or QUERIES:
            sql = script(query, Path(folder), arguments.events, arguments.rate, arguments.sink)
            one = run(arguments.program, sql, ["--set", f"parallelism.default={arguments.parallelism}"])
            if one.exit_code != 0:
                failed += 1
                print(f"{query:6} {one.output.splitlines()[0] if one.output else f'exit code {one.exit_code}'}")
                continue
            print(f"{query:6} {arguments.events / one.wall_s:12,.0f} {one.cpu_s:8.2f} {one.peak_mib:6.0f}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
