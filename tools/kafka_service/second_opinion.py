"""A topic as Kafka's own client for Java reads it. Rule: the same records as client.py gives, or one of the two is wrong."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

from . import distribution
from .client import READ_COMMITTED, Read
from .security import Access

PROGRAM = Path(__file__).parent / "ConsumeTopic.java"
TIMEOUT_SECONDS = 120.0


def consume(servers: str | Access, topic: str, isolation: str = READ_COMMITTED, java_options: tuple[str, ...] = ()) -> list[Read]:
    """Reads a topic to its present end, in order of partition and offset. Raises RuntimeError with what Java said, where it fails.

    Needs a JDK, which compiles the program as it starts (some 2 s); raises Unavailable without one.
    """
    distribution.require_command("javac")
    properties = {"bootstrap.servers": servers} if isinstance(servers, str) else servers.java()
    properties.update({"isolation.level": isolation, "default.api.timeout.ms": "15000", "request.timeout.ms": "10000"})
    given = "".join(f"{name}={_escaped(value)}\n" for name, value in properties.items())
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", *java_options]
    command += ["-cp", distribution.class_path(), str(PROGRAM), topic]
    run = subprocess.run(command, input=given, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"Kafka's consumer failed on {topic}: {run.stderr.strip()}")
    found = [_read(topic, line.split("\t")) for line in run.stdout.splitlines()]
    return sorted(found, key=lambda record: (record.partition, record.offset))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")


def _read(topic: str, fields: list[str]) -> Read:
    headers = tuple((name, _bytes(data) or b"") for name, _, data in (header.partition("=") for header in fields[5:]))
    return Read(topic, int(fields[0]), int(fields[1]), int(fields[2]), _bytes(fields[3]), _bytes(fields[4]), headers)


def _bytes(text: str) -> bytes | None:
    return None if text == "-" else base64.b64decode(text)
