"""Kafka's classes as Java has loaded them once, which halves the start of a broker. Rule: without the archive all works, only slower."""

from __future__ import annotations

import functools
import hashlib
import subprocess
from pathlib import Path

from . import distribution


@functools.cache
def _path() -> Path:
    """The archive belongs to one version of Java and one list of jars."""
    java = subprocess.run([distribution.require_command("java"), "-version"], capture_output=True, text=True, check=True).stderr
    mark = hashlib.sha256((java + distribution.class_path()).encode()).hexdigest()[:16]
    return distribution.cache_directory() / f"classes-{distribution.version()}-{mark}.jsa"


def options() -> list[str]:
    """Options of Java that make it use the archive, where there is one."""
    return [f"-XX:SharedArchiveFile={_path()}", "-Xlog:cds=off"] if _path().is_file() else []


def make() -> None:
    """Runs a broker once and keeps what it loaded. Several processes may call at once; what goes wrong leaves no archive."""
    from .cluster import KafkaCluster  # cluster.py starts brokers with what this makes

    distribution.fetch()
    with distribution.locked(distribution.cache_directory() / "classes.lock"):
        if _path().is_file():
            return
        part = _path().with_suffix(".part")
        part.unlink(missing_ok=True)
        with KafkaCluster(java_options=[f"-XX:ArchiveClassesAtExit={part}", "-Xlog:cds=off,cds+dynamic=off"]) as cluster:
            cluster.stop()
        if part.is_file():
            part.replace(_path())
