"""Kafka's classes as Java has loaded them once, which halves the start of a broker. Rule: without the archive all works, only slower."""

from __future__ import annotations

import functools
import hashlib
import subprocess
from pathlib import Path

from . import distribution


@functools.cache
def _path(version: str) -> Path:
    """The archive belongs to one version of Java and one list of jars."""
    java = subprocess.run([distribution.require_command("java"), "-version"], capture_output=True, text=True, check=True).stderr
    mark = hashlib.sha256((java + distribution.class_path(version)).encode()).hexdigest()[:16]
    return distribution.cache_directory() / f"classes-{version}-{mark}.jsa"


def options(version: str) -> list[str]:
    """Options of Java that make it use the archive of a version, where there is one."""
    return [f"-XX:SharedArchiveFile={_path(version)}", "-Xlog:cds=off"] if _path(version).is_file() else []


def make(of_version: str = "") -> None:
    """Runs a broker once and keeps what it loaded. Several processes may call at once; what goes wrong leaves no archive."""
    from .cluster import KafkaCluster  # cluster.py starts brokers with what this makes

    version = of_version or distribution.version()
    distribution.fetch(version)
    with distribution.locked(distribution.cache_directory() / "classes.lock"):
        if _path(version).is_file():
            return
        part = _path(version).with_suffix(".part")
        part.unlink(missing_ok=True)
        with KafkaCluster(version=version, java_options=[f"-XX:ArchiveClassesAtExit={part}", "-Xlog:cds=off,cds+dynamic=off"]) as cluster:
            cluster.stop()
        if part.is_file():
            part.replace(_path(version))
