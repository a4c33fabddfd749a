"""A process, and what it costs: wall clock, CPU and memory, in all and between two points of its work. Rule: the system's own counts."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.2


@dataclass
class Sample:
    """What a process had taken when the rows it has done were seen to have grown."""

    rows: int
    wall_s: float
    cpu_s: float


@dataclass
class Cost:
    """What one run cost. `log` is the end of what the process wrote."""

    exit_code: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    samples: list[Sample] = field(default_factory=list)
    log: str = ""

    def between(self, from_rows: int) -> Sample | None:
        """Returns rows, wall and CPU from the first sample at `from_rows` or more to the last one; None where they are the same."""
        counted = [sample for sample in self.samples if sample.rows >= from_rows]
        if len(counted) < 2:
            return None
        first, last = counted[0], counted[-1]
        return Sample(last.rows - first.rows, last.wall_s - first.wall_s, last.cpu_s - first.cpu_s)


def cpu_seconds(pid: int) -> float:
    """Returns the CPU time of all threads of a process, those that have ended too."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int, name: str = "VmRSS") -> float:
    """Returns resident memory; VmHWM: the most there was. 0 when the process has ended."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def run(command: list[str], given: str, rows_done: Callable[[], int], timeout_seconds: float) -> Cost:
    """Runs a command with `given` as its input, to its end. `rows_done` tells how far it is, and is asked a few times a second."""
    with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as standard_input:
        standard_input.write(given.encode())
        standard_input.seek(0)
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=standard_input, stdout=log, stderr=subprocess.STDOUT)
        cost = Cost(-1, 0.0, 0.0, 0.0)
        try:
            _follow(process.pid, begin, rows_done, timeout_seconds, cost)
        except BaseException:
            process.kill()
            process.wait()
            raise
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = cost.exit_code = os.waitstatus_to_exitcode(status)
        cost.wall_s = time.monotonic() - begin
        cost.cpu_s = usage.ru_utime + usage.ru_stime
        log.seek(0)
        cost.log = log.read().decode(errors="replace")[-4000:]
    return cost


def _follow(pid: int, begin: float, rows_done: Callable[[], int], timeout_seconds: float, cost: Cost) -> None:
    """Takes samples until the process has ended; it stays to be waited for."""
    rows = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() - begin > timeout_seconds:
            raise TimeoutError(f"process {pid} did not end within {timeout_seconds:g} s")
        # The most memory of this program alone: what wait4 gives counts the moment before its exec, too.
        cost.peak_mb = max(cost.peak_mb, memory_mb(pid, "VmHWM"))
        done = rows_done()
        if done > rows:
            rows = done
            cost.samples.append(Sample(rows, time.monotonic() - begin, cpu_seconds(pid)))
        time.sleep(SAMPLE_SECONDS)
