"""O4: the state of a job that was killed again and again, read from a savepoint, is that of a job that never was, stopped at
the same row; of plain sums it is also what a few lines of Python add up."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from lives import PATIENCE_SECONDS, PROGRAM, SPILL_ALL, Difference, Job
from running_job import ask
from workloads import ROWS_PER_SPLIT, Query

# Each keeps something else: slices, slices with companions, sessions, records, companions of rows that are taken back.
STATE_QUERIES = [
    "tumble",
    "hop",
    "cumulate",
    "session",
    "distinct",
    "texts",
    "wide",
    "totals",
    "counts_of_counts",
    "first_seen",
]
# Where a row lay, and numbers that only tell rows apart, depend on the parallelism of each life.
NOT_COMPARED = {"key_group", "subtask", "session", "sequence"}
# A session that grew keeps the timer of its beginning until a watermark passes that, and those come by batches.
TABLES_NOT_COMPARED = {"ends"}


def tidemill(*arguments: str) -> str:
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Difference(f"tidemill {arguments[0]} {arguments[1]}: {done.stderr}")
    return done.stdout


class StoppedJob:
    """A job that reads the first rows of one file, and then waits for another one: its windows stay open."""

    def __init__(self, query: Query, events: Path, rows: int, root: Path, spill: bool) -> None:
        self.rows = rows
        source = root.parent / "input"  # one for both jobs: state names the file that a row came from
        source.mkdir(parents=True, exist_ok=True)
        lines = (events / "events-0.jsonl").read_text().splitlines(keepends=True)[:rows]
        (source / "events.jsonl").write_text("".join(lines))
        self.lines = [json.loads(line) for line in lines]
        settings = {"table.exec.source.idle-timeout": "0 ms"}
        self.job = Job(
            query,
            source,
            root,
            source_options=", 'source.monitor-interval' = '20 ms'",
            settings={**settings, **(SPILL_ALL if spill else {})},
        )

    def killed(self, draw: random.Random, lives: int) -> int:
        """Some lives that end in a kill."""
        for _ in range(lives):
            end = self.job.live(draw.expovariate(1 / 0.15), parallelism=draw.choice([1, 1, 2, 3, 4]))
            if not end.killed:
                raise Difference(f"{self.job.query.name}: ended with {end.code}: {end.err}")
        return lives

    def stop(self, parallelism: int) -> dict[str, Counter[str]]:
        """The last life: all is read, and then it stops with a savepoint. Returns the rows of each table of state."""
        with (self.job.root / "printed").open("wb") as stdout:
            process = self.job.start(parallelism=parallelism, stdout=stdout)
        try:
            self.wait(process)
            # A stop finishes what was read: no row is on its way any more.
            tidemill("job", "stop", str(self.job.checkpoints), "--savepoint", str(self.job.root / "saved"))
            _, err = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
            process.communicate()
        if process.returncode != 0:
            raise Difference(f"{self.job.query.name}: ended with {process.returncode}: {err.decode()}")
        return self.tables(next((self.job.root / "saved").iterdir()))

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if ask(self.job.checkpoints / "control.sock", '{"command":"status"}')["rows"]["in"] == self.rows:
                    return
            except (OSError, KeyError):
                pass  # not there yet
        raise Difference(f"{self.job.query.name}: {self.rows} rows are there, and were not read")

    def tables(self, savepoint: Path) -> dict[str, Counter[str]]:
        contents = json.loads(tidemill("checkpoint", "inspect", str(savepoint), "--json"))
        tables = {}
        for op in contents["operators"]:
            for table in op["tables"]:
                if table["name"] in TABLES_NOT_COMPARED:
                    continue
                names = [name.replace("'", "''") for name in (op["id"], table["name"])]
                query = f"SELECT * FROM state('{names[0]}', '{names[1]}')"
                rows = tidemill("checkpoint", "query", str(savepoint), query, "--format", "json").splitlines()
                tables[f"{op['id']} {table['name']}"] = Counter(
                    json.dumps({key: value for key, value in json.loads(row).items() if key not in NOT_COMPARED})
                    for row in rows
                )
        return tables

    def fold(self) -> Counter[str]:
        """What the state of `totals` must hold: of each `wide`, rows, sum of v and greatest name."""
        groups: dict[int, list[dict[str, Any]]] = {}
        for row in self.lines:
            groups.setdefault(row["wide"], []).append(row)
        state: Counter[str] = Counter()
        for wide, rows in groups.items():
            total = sum(row["v"] for row in rows)
            greatest = max(row["name"] for row in rows)
            state[json.dumps({"wide": wide, "COUNT(*)": len(rows), "SUM(v)": total, "MAX(name)": greatest})] += 1
        return state


def compare(query: Query, found: dict[str, Counter[str]], expected: dict[str, Counter[str]]) -> int:
    """Returns how many rows were compared."""
    if found.keys() != expected.keys():
        raise Difference(f"{query.name}: tables {sorted(found)}, expected {sorted(expected)}")
    for table, rows in expected.items():
        if found[table] != rows:
            missing = list((rows - found[table]).elements())[:3]
            surplus = list((found[table] - rows).elements())[:3]
            raise Difference(f"{query.name}: state {table}: missing {missing}, surplus {surplus}")
    return sum(rows.total() for rows in expected.values())


def state_trial(query: Query, events: Path, root: Path, draw: random.Random) -> tuple[int, int]:
    """Returns how many kills there were and how many rows of state were compared."""
    rows = draw.randrange(ROWS_PER_SPLIT // 4, ROWS_PER_SPLIT)
    job = StoppedJob(query, events, rows, root / "killed", spill=draw.random() < 0.5)
    killed = job.killed(draw, draw.randrange(2, 6))
    found = job.stop(draw.choice([1, 2, 3, 4]))
    reference = StoppedJob(query, events, rows, root / "reference", spill=False)
    expected = reference.stop(parallelism=1)
    compared = compare(query, found, expected)
    if compared == 0:
        raise Difference(f"{query.name}: no state to compare")
    if query.name == "totals":
        groups = next(rows for table, rows in found.items() if table.endswith(" groups"))
        compare(query, {"groups": groups}, {"groups": job.fold()})
    job.job.remove()
    reference.job.remove()
    return killed, compared
