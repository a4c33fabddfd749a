"""Runs an example and compares what comes out with what a plain Python program says. Rule: that program knows nothing of the engine.

Two places to run it: over files, and over topics of a real Kafka, which is started for it (tools/kafka.py). The job is the same file; only
the tables are others.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
SKIPPED = 77
KAFKA_SERVERS = "localhost:9092"  # as the scripts have it; replaced by where the broker really is

Row = dict[str, Any]


@dataclass
class Input:
    """A topic and the file of its records, JSON in lines. The column `partition` says where a record goes; `key` names that of its key."""

    topic: str
    file: Path
    partitions: int = 1
    key: str = ""
    config: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[Row]:
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]


@dataclass
class Output:
    """A table that the job writes: a folder of files, or a topic."""

    name: str
    expected: list[Row]


@dataclass
class Example:
    """`folder` has job.sql, files.sql and kafka.sql; what is written goes to build/<name>/, as files.sql says."""

    folder: Path
    inputs: list[Input]
    outputs: list[Output]

    @property
    def written(self) -> Path:
        return ROOT / "build" / self.folder.name


def main(make: Callable[[], Example], description: str) -> int:
    """The command of an example: `files` or `kafka`. Exits with 77 where there is no Kafka to be had."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("where", nargs="?", choices=("files", "kafka"), default="files", help="what the tables are (files)")
    parser.add_argument("--program", default=os.environ.get("TIDEMILL", str(ROOT / "build" / "release" / "tidemill")))
    arguments = parser.parse_args()
    program = str(Path(arguments.program).resolve())
    if not Path(program).is_file():
        sys.exit(f"there is no {program}: `make build` makes it, and --program names another")
    example = make()
    found = run_on_files(example, program) if arguments.where == "files" else run_on_kafka(example, program)
    problems = [problem for output in example.outputs for problem in differences(output, found[output.name])]
    for problem in problems:
        print(problem)
    counts = ", ".join(f"{len(found[output.name])} rows of {output.name}" for output in example.outputs)
    print(f"{example.folder.name} on {arguments.where}: {counts}: {'NOT as expected' if problems else 'as expected'}")
    return 1 if problems else 0


def run_on_files(example: Example, program: str) -> dict[str, list[Row]]:
    shutil.rmtree(example.written, ignore_errors=True)
    run_job(program, (example.folder / "files.sql").read_text(encoding="utf-8"), example)
    return {output.name: rows_of_files(example.written / output.name) for output in example.outputs}


def rows_of_files(folder: Path) -> list[Row]:
    lines = (line for path in sorted(folder.rglob("*")) if path.is_file() for line in path.read_text(encoding="utf-8").splitlines())
    return [read_row(line) for line in lines]


def run_on_kafka(example: Example, program: str) -> dict[str, list[Row]]:
    import kafka_service

    try:
        with kafka_service.KafkaCluster() as kafka:
            for one in example.inputs:
                kafka.create_topic(one.topic, one.partitions, one.config)
                kafka.client.produce(one.topic, [record(one, row) for row in one.rows()])
            for output in example.outputs:
                kafka.create_topic(output.name)
            tables = (example.folder / "kafka.sql").read_text(encoding="utf-8")
            # What is written exactly once is committed with a checkpoint.
            shutil.rmtree(example.written, ignore_errors=True)
            run_job(program, tables.replace(KAFKA_SERVERS, kafka.bootstrap), example, "--checkpoint-dir", str(example.written / "checkpoints"))
            return {output.name: rows_of_topic(kafka.client.consume(output.name)) for output in example.outputs}
    except kafka_service.Unavailable as reason:
        print(f"SKIPPED: no Kafka to run {example.folder.name} on: {reason}", file=sys.stderr)
        sys.exit(SKIPPED)


def record(one: Input, row: Row) -> Any:
    from kafka_service import Record

    value = {name: cell for name, cell in row.items() if name != "partition"}
    key = json.dumps({one.key: row[one.key]}) if one.key else None
    return Record(json.dumps(value), key, partition=row.get("partition"))


def rows_of_topic(records: list[Any]) -> list[Row]:
    return [read_row(one.text) for one in records if one.value is not None]


def run_job(program: str, tables: str, example: Example, *options: str) -> None:
    """Runs tables and job as one script. Ends the process where it fails: what it said stands on the terminal."""
    script = tables + (example.folder / "job.sql").read_text(encoding="utf-8")
    run = subprocess.run([program, "run", "-", *options], input=script, text=True, cwd=ROOT, check=False)
    if run.returncode != 0:
        sys.exit(f"{program} ended with {run.returncode}")


def differences(output: Output, found: list[Row]) -> list[str]:
    """Returns what is missing, and what is too much: a row that comes twice is one of these."""
    wanted, given = Counter(map(canonical, output.expected)), Counter(map(canonical, found))
    problems = [f"{output.name}: missing {row}" for row in (wanted - given).elements()]
    problems += [f"{output.name}: too much {row}" for row in (given - wanted).elements()]
    return problems


def read_row(line: str) -> Row:
    """With numbers as they are written: money is not rounded."""
    return dict(json.loads(line, parse_float=Decimal, parse_int=Decimal))


def canonical(row: Row) -> str:
    """The same text for rows that are the same: 5261 and 5261.00 are one number."""
    cells = {name: format(Decimal(cell).normalize(), "f") if isinstance(cell, (int, Decimal)) else cell for name, cell in row.items()}
    return json.dumps(cells, sort_keys=True)
