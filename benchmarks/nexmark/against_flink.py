#!/usr/bin/env python3
"""Runs the queries of Nexmark on Tidemill and on Apache Flink, over the same events, and prints what each takes, and the ratio.

Both have the events in memory before their clocks start, and are measured from the first event read to the job's end, planning before it: Tidemill by
bench_nexmark. Each query has a JVM of its own, which first runs it over --warm-up events, so that Java has compiled itself. Flink's CPU is that of
the whole JVM, with compiling and garbage collection; it is tuned as its published benchmark is, with objects reused, state on
the heap and no checkpoints (flink/NexmarkJob.java). Tidemill writes the events for it once. How many
rows the two give must be the same, or the exit code is 1. Without a JDK, Maven or a network it ends with 77 and the reason.

Usage: against_flink.py [--program FILE] [--runner FILE] [--queries QUERY …] [--events N] [--runs N] [--parallelism N] [--warm-up N] [--json FILE] …
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import comparison
import nexmark
from comparison import Cost, Result

sys.path.insert(0, str(nexmark.ROOT / "benchmarks/support"))
import java_programs  # noqa: E402
import measured_process  # noqa: E402
from java_programs import Unavailable  # noqa: E402

FLINK = nexmark.HERE / "flink"
RATE = 100_000  # events a second of event time, as bench_nexmark has them
COUNTING = "'connector' = 'counting'"
TIMEOUT_SECONDS = 3600
NOT_COMPARED = {"q10": "they are in files, which Flink does not complete without checkpoints", "q12": "its windows are of the clock"}
JAVA_OPTIONS = ["-XX:+UseParallelGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Duser.timezone=UTC"]


class Refused(Exception):
    """An engine does not run a query."""


@dataclass
class Bench:
    """What stays the same over all queries."""

    program: Path
    runner: Path  # bench_nexmark
    folder: Path  # of files that queries read and write
    events: int
    warm_up: int
    runs: int
    parallelism: int
    heap: str

    def java(self, *arguments: object) -> list[str]:
        options = [f"-Xmx{self.heap}", *JAVA_OPTIONS, *java_programs.OPENED]
        return ["java", *options, "-cp", java_programs.class_path(FLINK), "NexmarkJob", *map(str, arguments)]


def made_events(bench: Bench, kept: Path) -> Path:
    """Returns the folder of the events as Flink's rows; makes them where `kept` does not have those that this program makes."""
    program = hashlib.sha256(bench.program.read_bytes()).hexdigest()[:16]
    found = kept / f"events-{bench.events}-{RATE}-{program}"
    if not found.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        java_programs.class_path(FLINK)  # before anything is made for it
        with tempfile.TemporaryDirectory(dir=kept) as part:
            run = nexmark.run(bench.program, nexmark.script("flink/events", Path(part), bench.events, RATE), [])
            if run.exit_code != 0:
                raise RuntimeError(f"Tidemill does not write the events: {run.output}")
            [csv] = Path(part, "csv").iterdir()
            whole = Path(part, "whole")
            whole.mkdir()
            subprocess.run(bench.java("pack", csv, whole), check=True)
            whole.rename(found)
    return found


def run_tidemill(bench: Bench, query: str) -> Cost:
    """Runs a query on Tidemill, from events in memory to the last row, each run in a process of its own."""
    command = [bench.runner, "--sql", nexmark.HERE, "--events", bench.events, "--parallelism", bench.parallelism, "--one", query]
    cost = Cost()
    for _ in range(bench.runs):
        run = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Refused((run.stderr.splitlines() or [f"exit code {run.returncode}"])[0])
        measured = json.loads(run.stdout)
        cost.wall_s += measured["wall_s"]
        cost.cpu_s += measured["cpu_s"]
        cost.peak_mib = max(cost.peak_mib, *measured["peak_mib"])
        cost.changes = measured["rows"]
    return cost


def count_rows(bench: Bench, query: str) -> int:
    """Returns how many rows there are when all changes of a query have been made, as Tidemill counts them."""
    tables, _, select = nexmark.script(query, bench.folder, bench.events, RATE).partition(f"INSERT INTO nexmark_{query}\n")
    counting = f"{tables}SELECT COUNT(*) FROM ({select.strip().rstrip(';')});"
    run = subprocess.run([bench.program, "run", "--format", "csv", "-"], input=counting, capture_output=True, text=True, check=True)
    return int(run.stdout.split()[-1])


def flink_script(query: str, folder: Path, events: int) -> str:
    """Returns a query as Flink can run it: the same text, but for what Flink has in Java instead (flink/SideInput.java, flink/CountChar.java)."""
    script = nexmark.script(query, folder, events, RATE, COUNTING)
    if query == "q13":
        head, table, rest = script.partition("CREATE TABLE side_input")
        return head + table + rest.replace("'connector' = 'filesystem'", "'connector' = 'side-input'", 1)
    return re.sub(r"CREATE FUNCTION count_char.*?;\n", "", script, flags=re.DOTALL) if query == "q14" else script


def run_flink(bench: Bench, query: str, events: Path) -> Cost:
    """Runs a query on Flink in a JVM of its own: a warm-up, and then the runs that count."""
    folder = bench.folder / "flink"
    folder.mkdir(exist_ok=True)
    scripts = (flink_script(query, folder, number) for number in (min(bench.warm_up, bench.events), bench.events))
    command = bench.java("run", events, bench.parallelism, bench.runs)
    try:
        whole = measured_process.run(command, "\n-- warm-up ends\n".join(scripts), lambda: 0, TIMEOUT_SECONDS)
    except TimeoutError as slow:
        raise Refused(str(slow)) from slow
    lines = whole.log.splitlines()
    runs = [json.loads(line) for line in lines if line.startswith('{"wall_s"')]
    if whole.exit_code != 0 or len(runs) != bench.runs:
        said = [line.removeprefix("refused: ") for line in lines if line.startswith("refused: ")]
        raise Refused(said[0] if said else f"exit code {whole.exit_code}: {whole.log[-300:]}")
    wall_s, cpu_s = [run["wall_s"] for run in runs], [run["cpu_s"] for run in runs]
    return Cost(wall_s, cpu_s, whole.peak_mb, runs[-1]["changes"], runs[-1]["rows"])


def compare(bench: Bench, query: str, events: Path) -> Result:
    """Runs a query on both engines, one after the other."""
    result = Result(query, not_compared=NOT_COMPARED.get(query, ""))
    try:
        result.tidemill = run_tidemill(bench, query)
    except Refused as reason:
        result.refusals["Tidemill"] = str(reason)
    try:
        result.flink = run_flink(bench, query, events)
    except Refused as reason:
        result.refusals["Flink"] = str(reason)
    if result.tidemill and result.flink and not result.not_compared:
        only_inserts = result.tidemill.changes == result.flink.changes == result.flink.rows
        result.tidemill.rows = result.tidemill.changes if only_inserts else count_rows(bench, query)
    return result


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=nexmark.ROOT / "build/release/tidemill")
    parser.add_argument("--runner", type=Path, default=nexmark.ROOT / "build/release/benchmarks/bench_nexmark", help="what measures Tidemill")
    parser.add_argument("--queries", nargs="+", choices=nexmark.QUERIES, default=list(nexmark.QUERIES), metavar="QUERY")
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--parallelism", type=int, default=1)
    parser.add_argument("--warm-up", type=int, default=1_000_000, help="events of Flink's warm-up")
    parser.add_argument("--heap", default="8g", help="the most that Flink's heap may have; the events are not in it")
    parser.add_argument("--events-folder", type=Path, help="where the events are kept for the next call; without it they are removed")
    parser.add_argument("--json", type=Path, help="where the table is written as JSON, too")
    return parser.parse_args()


def main() -> int:
    given = options()
    load = os.getloadavg()[0]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.program, given.runner, Path(folder), given.events, given.warm_up, given.runs, given.parallelism, given.heap)
        try:
            events = made_events(bench, given.events_folder or bench.folder)
        except Unavailable as reason:
            print(f"skipped: {reason}", file=sys.stderr)
            return 77
        for query in given.queries:
            results.append(compare(bench, query, events))
            print(comparison.text(comparison.summary(results[-1:], given.events)).splitlines()[2], file=sys.stderr, flush=True)
    report = comparison.summary(results, given.events)
    loads = [load, os.getloadavg()[0]]
    print(f"{given.events:,} events, parallelism {given.parallelism}, medians of {given.runs} runs; load average {loads[0]:.1f}, then {loads[1]:.1f}.")
    print("From the first event to the end, events in memory; Flink after a warm-up.")
    print(comparison.text(report))
    if given.json:
        about = {key: str(value) if isinstance(value, Path) else value for key, value in vars(given).items()}
        given.json.write_text(json.dumps({"options": about, "load": loads, **report}, indent=1) + "\n", encoding="utf-8")
    return 1 if any(result.differs() or "Tidemill" in result.refusals for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
