"""The broker that is measured against, and the programs that fill it. Rule: one broker, as fast as this machine lets it be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from string import Template

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "benchmarks/support")]
from kafka_service import KafkaCluster  # noqa: E402

# Tests start brokers that live for seconds, with the first compiler alone; here the second one is worth its time.
JAVA_OPTIONS = ["-XX:TieredStopAtLevel=4"]
HEAP_MB = 1024


def cluster(**settings: object) -> KafkaCluster:
    """Returns a broker that is not started yet."""
    return KafkaCluster(java_options=JAVA_OPTIONS, heap_mb=HEAP_MB, **settings)


def fill(programs: Path, servers: str, topic: str, rows: int, auctions: int, rate: int, seed: int) -> None:
    """Writes so many bids into a topic (kafka_fill.cc)."""
    arguments = [servers, topic, *(str(number) for number in (rows, auctions, rate, seed))]
    subprocess.run([programs / "kafka_fill", *arguments], check=True)


def filled_in(template: str, **words: object) -> str:
    """Returns a script of this folder with its words filled in."""
    return Template((HERE / template).read_text(encoding="utf-8")).substitute(words)
