"""The real program on tables over topics. Rule: what a topic holds is asked of a client that is not the engine's."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka_case import ROOT, ClusterCase, until

PROGRAM = str(Path(os.environ.get("TIDEMILL", ROOT / "build" / "release" / "tidemill")).resolve())
FASTER = {
    "execution.checkpointing.interval": "50 ms",
    "restart-strategy.exponential-delay.initial-backoff": "100 ms",
    "restart-strategy.exponential-delay.max-backoff": "1 s",
}
LIMIT_SECONDS = 60.0


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the tables that SELECT printed, as texts."""
        lines = [line for line in self.out.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


class Running:
    """A job that goes on until it is stopped. What it prints goes to files."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.out_path, self.err_path = folder / "out", folder / "err"
        with self.out_path.open("ab") as out, self.err_path.open("ab") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err)

    @property
    def out(self) -> str:
        return self.out_path.read_text(errors="replace")

    @property
    def err(self) -> str:
        return self.err_path.read_text(errors="replace")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = LIMIT_SECONDS) -> Ended:
        """SIGTERM, and its end."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(timeout)

    def wait(self, timeout: float = LIMIT_SECONDS) -> Ended:
        self.process.wait(timeout=timeout)
        return Ended(self.process.returncode, self.out, self.err)


class TopicJobCase(ClusterCase):
    """Tests with a folder each, and tables over topics of their own."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory(prefix="tidemill-")
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)
        self.checkpoints = self.root / "ck"
        self.started = 0

    def table(self, name: str, columns: str, topic: str | None, **options: Any) -> str:
        """CREATE TABLE over a topic; in names of options two underscores stand for a dot, one for a hyphen. `None` leaves one out."""
        given: dict[str, Any] = {"connector": "kafka", "topic": topic, "properties.bootstrap.servers": self.kafka.bootstrap, "format": "json"}
        given.update({key.replace("__", ".").replace("_", "-"): value for key, value in options.items()})
        text = ", ".join(f"'{key}' = '{str(value).replace(chr(39), chr(39) * 2)}'" for key, value in given.items() if value is not None)
        return f"CREATE TABLE {name} ({columns}) WITH ({text});\n"

    def source(self, columns: str, topic: str | None, **options: Any) -> str:
        """A table `src` that is read from its beginning to its present end, if the options do not say otherwise."""
        return self.table("src", columns, topic, **{"scan__startup__mode": "earliest-offset", "scan__bounded__mode": "latest-offset", **options})

    def command(self, sql: str, *options: str, **settings: str) -> list[str]:
        self.started += 1
        script = self.root / f"job-{self.started}.sql"
        script.write_text(sql)
        command = [PROGRAM, "run", str(script), *options]
        for key, value in {**FASTER, **{key.replace("__", ".").replace("_", "-"): value for key, value in settings.items()}}.items():
            command += ["--set", f"{key}={value}"]
        return command

    def run_sql(self, sql: str, *options: str, timeout: float = LIMIT_SECONDS, **settings: str) -> Ended:
        """Runs statements to their end, whatever that is; a job that hangs fails the test."""
        done = subprocess.run(self.command(sql, *options, **settings), capture_output=True, text=True, timeout=timeout, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def good(self, sql: str, *options: str, **settings: str) -> Ended:
        """The same, where it must end well."""
        ended = self.run_sql(sql, *options, **settings)
        self.assertEqual(ended.code, 0, ended.err)
        return ended

    def refused(self, sql: str, *texts: str, options: tuple[str, ...] = (), timeout: float = LIMIT_SECONDS, **settings: str) -> str:
        """The same, where it must fail with an error that has all `texts`. Returns the error."""
        ended = self.run_sql(sql, *options, timeout=timeout, **settings)
        self.assertNotIn(ended.code, (0, 124), ended.err)
        self.assertGreater(ended.code, 0, f"it crashed: {ended.err}")
        for text in texts:
            self.assertIn(text, ended.err)
        return ended.err

    def start(self, sql: str, *options: str, **settings: str) -> Running:
        """Begins a job that goes on, with checkpoints if `options` do not name a directory of their own."""
        if "--checkpoint-dir" not in options:
            options = (*options, "--checkpoint-dir", str(self.checkpoints))
        command = self.command(sql, *options, **settings)
        folder = self.root / f"job-{self.started}"
        folder.mkdir()
        running = Running(command, folder)
        self.addCleanup(running.kill)
        return running

    def why(self) -> str:
        """What the job that was started says of what holds its output back; empty where it does not run."""
        return self.asked("why")

    def asked(self, question: str) -> str:
        """What the job that was started answers to `tidemill job QUESTION`; empty where it does not run."""
        command = [PROGRAM, "job", question, str(self.checkpoints)]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False).stdout

    def texts(self, topic: str, **how: Any) -> list[str]:
        return [record.text for record in self.client.consume(topic, **how)]

    def until_texts(self, topic: str, expected: list[str], running: Running) -> None:
        """Waits until committed readers find these values, in any order, and no more."""
        self.until_running(running, lambda: sorted(self.texts(topic)) == sorted(expected), f"{expected} in {topic}")

    def until_running(self, running: Running, condition: Any, what: str) -> Any:
        def look() -> Any:
            if running.process.poll() is not None:
                raise AssertionError(f"the job ended with {running.process.returncode} before: {what}\n{running.err}")
            return condition()

        try:
            return until(look, what)
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n{running.err}") from None

    def until_committed(self, group: str, offsets: dict[tuple[str, int], int]) -> None:
        """Waits until a group has committed these offsets: those of a transaction are there a moment after its commit."""
        found: dict[tuple[str, int], int] = {}

        def look() -> bool:
            found.clear()
            found.update(self.client.committed_offsets(group))
            return found == offsets

        try:
            until(look, f"group {group} is at {offsets}")
        except AssertionError as problem:
            raise AssertionError(f"{problem}, but at {found}") from None

    def newest_manifest(self) -> str:
        files = sorted(self.checkpoints.glob("chk-*/_metadata"), key=lambda file: int(file.parent.name.removeprefix("chk-")))
        return files[-1].read_text() if files else ""

    def saved_offsets(self) -> dict[tuple[str, int], int]:
        """Where the newest checkpoint goes on, by topic and partition."""
        found = re.findall(r'"id": "(\S+)-(\d+)",\s+"position": "(\d+)', self.newest_manifest())
        return {(topic, int(partition)): int(offset) for topic, partition, offset in found}
