"""The process of one broker. Rule: what it is told stands in server.properties of its folder."""

from __future__ import annotations

from pathlib import Path

from . import distribution
from .background_process import BackgroundProcess

# The C1 compiler alone: a broker of a test lives for seconds. The serial collector takes least memory.
JAVA_OPTIONS = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.awt.headless=true"]
LOG_OPTIONS = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=info", "-Dorg.slf4j.simpleLogger.showDateTime=true"]


class Broker(BackgroundProcess):
    """The broker of one folder, which configuration.py fills."""

    def __init__(self, node: int, folder: Path) -> None:
        super().__init__(folder)
        self.node = node

    def start_broker(self, version: str, java_options: list[str], owned: bool) -> None:
        """Starts it and returns at once."""
        command = [distribution.require_command("java"), *JAVA_OPTIONS, *java_options, *LOG_OPTIONS]
        self.start([*command, "-cp", distribution.class_path(version), "kafka.Kafka", str(self.folder / "server.properties")], owned)
