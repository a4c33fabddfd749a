"""A service in a process of its own, with a folder. Rule: a process is the service only if it began when the folder says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

POLL_SECONDS = 0.02
STOP_SECONDS = 15.0
LOG_TAIL_LINES = 15
LOG_ERROR_LINES = 10
LIFE = "--- started"
# Ends the service when the process that owns it has ended, whatever ended that: then the pipe it reads is closed.
GUARD = 'read -r _; kill -9 "$0"'


def process_state(pid: int) -> tuple[str, str]:
    """Returns the state letter of a process and when it started, in the kernel's ticks; ('', '') where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]


class BackgroundProcess:
    """The service of one folder. It need not have been started by this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """All it has written, of each of its lives."""
        return self.folder / "server.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"

    def pid(self) -> int:
        """Returns the id of the process, or 0 where it does not run. A zombie, which a signal would still find, does not run."""
        if self._process:
            self._process.poll()  # takes the zombie away
        try:
            pid, started = self._pid_file.read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return 0
        state, since = process_state(int(pid))
        return int(pid) if state and state not in "ZX" and since == started else 0

    def start(self, command: list[str], owned: bool) -> None:
        """Starts the process and returns at once. `owned`: it ends with the calling process, even when that is killed."""
        with open(self.log, "ab") as log:
            log.write(f"{LIFE}\n".encode())
            log.flush()
            # A session of its own: Ctrl-C at the terminal is for the test, which then stops the service.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder,
            )  # fmt: skip
        pid = self._process.pid
        self._pid_file.write_text(f"{pid} {process_state(pid)[1]}", encoding="utf-8")
        if owned:
            self._guard = subprocess.Popen(
                ["sh", "-c", GUARD, str(pid)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, where it runs: SIGSTOP and SIGCONT make a service that does not answer, and then wakes."""
        pid = self.pid()
        if pid:
            os.kill(pid, number)

    def kill(self) -> None:
        """Ends it as a crash does, and waits until it is gone."""
        self.send(signal.SIGKILL)
        self._wait_gone(STOP_SECONDS)
        self._release()

    def stop(self) -> None:
        """Lets it end by itself; kills it where it has not after a while, as a broker needs it that finds no controller any more."""
        self.send(signal.SIGTERM)
        if not self._wait_gone(STOP_SECONDS):
            self.send(signal.SIGKILL)
            self._wait_gone(STOP_SECONDS)
        self._release()

    def last_words(self) -> str:
        """Returns what the log of its last life has of errors, and how it ends: why it stopped stands far above the end."""
        if not self.log.is_file():
            return "(no log)"
        lines = self.log.read_text(encoding="utf-8", errors="replace").rpartition(LIFE)[2].splitlines()[1:]
        errors = [line for line in lines if " ERROR " in line or re.match(r"(Caused by: |Exception |[\w.]+(Exception|Error)\b)", line)]
        return "\n".join([*errors[:LOG_ERROR_LINES], "…", *lines[-LOG_TAIL_LINES:]])

    def _wait_gone(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self.pid():
            if time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _release(self) -> None:
        """The guard goes before the id of the service can be another process's."""
        if self._guard:
            self._guard.kill()
            self._guard.wait()
            if self._guard.stdin:
                self._guard.stdin.close()
            self._guard = None
        if self._process:
            self._process.wait()
            self._process = None
        self._pid_file.unlink(missing_ok=True)
