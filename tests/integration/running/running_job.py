"""A tidemill process under test, asked through its control socket. Rule: it is waited for by facts, never by time passed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Callable

PROGRAM = str(Path(os.environ.get("TIDEMILL", "build/release/tidemill")).resolve())
PATIENCE_SECONDS = 60.0


def ask(path: Path, line: str) -> dict[str, Any]:
    """Sends one line to a control socket; raises OSError where nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(PATIENCE_SECONDS)
        caller.connect(str(path))
        caller.sendall(line.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = caller.recv(65536)
            if not part:
                raise ConnectionResetError("the job ended before it answered")
            answer += part
    return json.loads(answer)


def tidemill(*arguments: str) -> tuple[int, str, str]:
    """Runs a command to its end."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def until(fact: Callable[[], Any], what: str) -> Any:
    """Asks for a fact until it holds, and returns it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = fact()
        if found:
            return found
    raise AssertionError(f"waited {PATIENCE_SECONDS} s in vain for: {what}")


class JobTestCase(unittest.TestCase):
    """A test with a directory of its own, and a place for checkpoints in it."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory(prefix="tidemill-")
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)
        self.checkpoints = self.root / "ck"


class RunningJob:
    """`tidemill run` of a script, with its control socket at `control`."""

    def __init__(self, script: Path, control: Path, *options: str, **streams: Any) -> None:
        self.control = control
        streams.setdefault("stdout", subprocess.PIPE)
        streams.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen([PROGRAM, "run", str(script), *options], **streams)

    def __enter__(self) -> RunningJob:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def status(self) -> dict[str, Any] | None:
        """The status, or None where the job does not answer yet, or any more."""
        try:
            answer = ask(self.control, '{"command":"status"}')
        except OSError:
            return None
        return answer if answer["ok"] else None

    def until_status(self, holds: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any] | None:
        """Waits until the status is as asked; returns it, or None where the job has ended before."""

        def look() -> Any:
            if self.process.poll() is not None:
                return "ended"
            status = self.status()
            return status if status is not None and holds(status) else None

        found = until(look, what)
        return None if found == "ended" else found

    def until_rows(self, rows: int) -> dict[str, Any] | None:
        return self.until_status(lambda status: status["rows"]["in"] >= rows, f"{rows} rows read")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def finish(self) -> tuple[int, str, str]:
        """Waits for the end; returns exit code, standard output, standard error."""
        out, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, (out or b"").decode(), (err or b"").decode()
