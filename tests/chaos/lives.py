"""One job in several lives: killed, failing, started again, until it ends. Rule: what it leaves must be what one life
without faults leaves."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Callable

from workloads import Query, rows_of_files, table_of_changes, table_of_messages

PROGRAM = os.environ.get("TIDEMILL", "build/release/tidemill")
FAULTY = os.environ.get("TIDEMILL_FAULTY", "build/release/tests/tidemill_faulty")
PATIENCE_SECONDS = 60.0  # O6: a life that takes longer hangs
LIVES_MAX = 200  # of one job: each comes further than the one before, so more means that it does not
SPILL_ALL = {"state.memory.size": "1 kb"}


def parallelism(draw: random.Random) -> int:
    return draw.choice([1, 1, 2, 3, 4])


class Difference(AssertionError):
    """A job left something else than it should have."""


@dataclass
class Result:
    rows: list[str]
    rows_in: int
    late: int


@dataclass
class End:
    """How a life ended."""

    code: int  # negative: killed by this signal
    err: str

    @property
    def killed(self) -> bool:
        return self.code < 0


@dataclass
class Job:
    """`query` over the events in `events`, all its files in `root`."""

    query: Query
    events: Path
    root: Path
    printed: str = ""
    lives: int = 0
    source_options: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    decided_before: int = 0  # the newest checkpoint at the last check_orphans()
    orphans_before: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        self.out = self.root / "out"
        self.checkpoints = self.root / "checkpoints"
        self.spill = self.root / "spill"
        self.sql = self.root / "job.sql"
        self.sql.write_text(self.query.script(self.events, self.out, self.source_options))

    def command(self, program: str, *options: str, parallelism: int = 1, **settings: str) -> list[str]:
        all_settings = {
            "parallelism.default": str(parallelism),
            "execution.checkpointing.interval": "5 ms",
            "state.spill.dir": str(self.spill),
            **self.settings,
            **{key.replace("__", "."): value for key, value in settings.items()},
        }
        command = [program, "run", str(self.sql), "--checkpoint-dir", str(self.checkpoints), *options]
        for key, value in all_settings.items():
            command += ["--set", f"{key}={value}"]
        return command

    def start(
        self,
        *options: str,
        faults: str = "",
        log: Path | None = None,
        parallelism: int = 1,
        stdout: IO[bytes] | int = subprocess.PIPE,
        **settings: str,
    ) -> subprocess.Popen[bytes]:
        program = FAULTY if faults or log else PROGRAM
        environment = {**os.environ, "TIDEMILL_FAULTS": faults}
        if log:
            environment["TIDEMILL_FAULT_LOG"] = str(log)
        self.lives += 1
        return subprocess.Popen(
            self.command(program, *options, parallelism=parallelism, **settings),
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment,
        )

    def live(self, kill_after: float | None = None, signal: int | None = None, **how: object) -> End:
        """One life, ended after `kill_after` seconds if it has not ended by then: killed, or sent `signal`."""
        process = self.start(**how)  # type: ignore[arg-type]
        try:
            out, err = process.communicate(timeout=kill_after if kill_after is not None else PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            if kill_after is None:
                process.kill()
                process.communicate()
                raise Difference(f"{self.query.name}: a life hangs") from None
            process.send_signal(signal) if signal else process.kill()
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        # Half a line of a killed life must not join the next one's first.
        self.printed += out.decode() + "\n"
        return End(process.returncode, err.decode())

    def live_until_end(self, draw: random.Random, mean: float, after_kill: Callable[[], None]) -> tuple[End, int]:
        """Lives killed after `mean` seconds on average, until one ends by itself, which it must do well. Returns how it
        ended, and how many were killed."""
        killed = 0
        for _ in range(LIVES_MAX):
            # Lives grow, so that the job comes to its end on a slow machine too.
            end = self.live(draw.expovariate(1 / mean) * (1 + killed / 10), parallelism=parallelism(draw))
            if not end.killed:
                break
            killed += 1
            after_kill()
        if end.code != 0:
            raise Difference(f"{self.query.name}: ended with {end.code} after {killed} kills: {end.err}")
        return end, killed

    def finish(self, **how: object) -> Result:
        """The last life, which must end well."""
        end = self.live(**how)
        if end.code != 0:
            raise Difference(f"{self.query.name}: the last life ended with {end.code}: {end.err}")
        return self.result(end)

    def result(self, end: End) -> Result:
        counts = re.search(r"^(\d+) rows? in, \d+ rows? out, (\d+) late", end.err, re.MULTILINE)
        if counts is None:
            raise Difference(f"{self.query.name}: no summary in: {end.err}")
        if self.query.keys:
            rows = table_of_changes(self.printed, self.query.keys)
        else:
            rows = table_of_messages(self.out) if self.query.changes else rows_of_files(self.out)
        return Result(rows, int(counts[1]), int(counts[2]))

    def check(self, result: Result, expected: Result) -> None:
        """O1, the late counter, and O5: no residue."""
        name = self.query.name
        if result.rows != expected.rows:
            missing = [row for row in expected.rows if row not in set(result.rows)][:5]
            surplus = [row for row in result.rows if row not in set(expected.rows)][:5]
            raise Difference(
                f"{name}: {len(result.rows)} rows, expected {len(expected.rows)}; missing {missing}, surplus {surplus}"
            )
        if (result.rows_in, result.late) != (expected.rows_in, expected.late):
            raise Difference(
                f"{name}: {result.rows_in} rows in and {result.late} late, "
                f"expected {expected.rows_in} and {expected.late}"
            )
        self.check_residue()

    def manifests(self) -> list[Path]:
        return sorted(self.checkpoints.glob("chk-*/_metadata"))

    def orphans(self) -> set[str]:
        """The state files that no checkpoint needs. Of a job that does not run."""
        needed = "".join(manifest.read_text() for manifest in self.manifests())
        files = {f"{file.parent.name}/{file.name}" for file in self.checkpoints.glob("chk-*/*.state")}
        return {file for file in files if file not in needed}

    def check_orphans(self) -> None:
        """F26: what a killed life leaves of checkpoints is that of one epoch, and gone when the next one has decided."""
        decided = max((int(manifest.parent.name.removeprefix("chk-")) for manifest in self.manifests()), default=0)
        orphans = self.orphans()
        begun = {file.split("/")[0] for file in orphans if int(file.split("/")[0].removeprefix("chk-")) > decided}
        still_there = orphans & self.orphans_before if decided > self.decided_before else set()
        if len(begun) > 1 or still_there:
            raise Difference(f"{self.query.name}: orphans of several lives: {sorted(begun)} {sorted(still_there)}")
        self.decided_before, self.orphans_before = decided, orphans

    def check_residue(self) -> None:
        hidden = [str(file) for file in self.out.rglob(".*") if not file.name.endswith(".superseded")] if self.out.exists() else []
        manifests = self.manifests()
        unfinished = [str(file) for file in self.checkpoints.glob("chk-*/*.tmp")]
        orphans = sorted(self.orphans())
        spilled = [str(file) for file in self.spill.rglob("*")] if self.spill.exists() else []
        if hidden or unfinished or orphans or spilled or len(manifests) > 2:
            raise Difference(
                f"{self.query.name}: left behind: {hidden + unfinished + orphans + spilled}, "
                f"{len(manifests)} checkpoints"
            )

    def remove(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


class References:
    """What each query leaves in one life without faults."""

    def __init__(self, events: Path, root: Path) -> None:
        self.events = events
        self.root = root
        self.results: dict[str, Result] = {}

    def of(self, query: Query) -> Result:
        if query.name not in self.results:
            job = Job(query, self.events, self.root / f"reference-{query.name}")
            self.results[query.name] = job.finish(execution__checkpointing__interval="1 h")
            if not self.results[query.name].rows:
                raise Difference(f"{query.name}: the run without faults has no rows")
            job.remove()
        return self.results[query.name]
