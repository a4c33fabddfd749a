"""A real Kafka for tests and examples: see README.md. Rule: what a test needs is imported from here."""

from .client import READ_COMMITTED, READ_UNCOMMITTED, KafkaClient, Read, Record, Transaction, Writer
from .cluster import KafkaCluster, StartFailed
from .distribution import Unavailable
from .security import MODES, Access

__all__ = [
    "MODES", "READ_COMMITTED", "READ_UNCOMMITTED", "Access", "KafkaClient", "KafkaCluster", "Read", "Record", "StartFailed",
    "Transaction", "Unavailable", "Writer",
]  # fmt: skip
