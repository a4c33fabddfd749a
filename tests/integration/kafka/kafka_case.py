"""What tests on a real Kafka share. Rule: where no Kafka can be had a test is skipped, and the line that says why begins with SKIPPED."""

from __future__ import annotations

import sys
import time
import unittest
from pathlib import Path
from typing import Any, Callable

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "services")]

import kafka_service  # noqa: E402
from kafka_service import class_archive, distribution, python_packages  # noqa: E402

PATIENCE_SECONDS = 30.0


def require_kafka(*versions: str) -> None:
    """Fetches all that a cluster needs, and these versions beside the usual one. Raises unittest.SkipTest, after saying why, where that cannot be."""
    try:
        for command in ("javac", "openssl"):
            distribution.require_command(command)
        for version in ("", *versions):
            distribution.fetch(version)
        python_packages.use()
        class_archive.make()
    except kafka_service.Unavailable as reason:
        print(f"SKIPPED: no Kafka to test with: {reason}", file=sys.stderr, flush=True)
        raise unittest.SkipTest(str(reason)) from reason


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Waits until the condition holds, and returns what it gave; fails with `what` when the time is over."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds:g} s not yet: {what}")
        time.sleep(0.05)


class ClusterCase(unittest.TestCase):
    """Tests that share one cluster of `settings`. Each makes topics of its own name."""

    settings: dict[str, Any] = {}
    kafka: kafka_service.KafkaCluster

    @classmethod
    def setUpClass(cls) -> None:
        cls.kafka = kafka_service.KafkaCluster(**cls.settings)
        cls.kafka.__enter__()
        cls.addClassCleanup(cls.kafka.close)

    @property
    def client(self) -> kafka_service.KafkaClient:
        return self.kafka.client

    def topic(self, partitions: int = 1, config: dict[str, str] | None = None) -> str:
        """Makes a topic named for the test; returns its name."""
        name = self.id().rpartition(".")[2]
        self.kafka.create_topic(name, partitions, config)
        return name
