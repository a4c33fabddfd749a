"""A job of Tidemill that goes on until it is stopped, and what it tells of itself meanwhile."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import bench_cluster  # noqa: F401 - puts what is below on the path
import measured_process

START_SECONDS = 60.0
STOP_SECONDS = 120.0
POLL_SECONDS = 0.05


class RunningJob:
    """Runs a script with a directory for checkpoints, within a `with`."""

    def __init__(self, program: Path, script: str, folder: Path) -> None:
        self._program = program
        self._directory = folder / "checkpoints"
        self._log = tempfile.TemporaryFile()
        path = folder / "job.sql"
        path.write_text(script, encoding="utf-8")
        command = [program, "run", path, "--checkpoint-dir", self._directory]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)

    def __enter__(self) -> RunningJob:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._log.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def check(self) -> None:
        """Raises RuntimeError with what the job said, where it has ended."""
        if self._process.poll() is not None:
            self._log.seek(0)
            raise RuntimeError(f"the job ended with {self._process.returncode}: {self._log.read().decode(errors='replace')[-2000:]}")

    def status(self) -> dict[str, Any]:
        """Returns what `tidemill job status --json` says; empty while the job does not answer yet."""
        self.check()
        command = [self._program, "job", "status", "--json", self._directory]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_SECONDS)
        return dict(json.loads(run.stdout)) if run.returncode == 0 else {}

    def wait_until_running(self) -> None:
        end = time.monotonic() + START_SECONDS
        while self.status().get("job", {}).get("state") != "RUNNING":
            if time.monotonic() > end:
                raise TimeoutError(f"the job does not run after {START_SECONDS:g} s: {self.status()}")
            time.sleep(POLL_SECONDS)

    def cpu_seconds(self) -> float:
        return measured_process.cpu_seconds(self._process.pid)

    def memory_mb(self, name: str = "VmRSS") -> float:
        """Resident memory; VmHWM: the most there was."""
        return measured_process.memory_mb(self._process.pid, name)
