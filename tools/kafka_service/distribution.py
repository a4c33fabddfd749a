"""The jars of Apache Kafka, fetched from Maven Central. Rule: what stands in the cache is whole; a fetch that was cut off is not seen."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, Iterator

VERSION = "4.4.0"
VERSION_3 = "3.9.1"  # the last of the line before it, for what brokers of it do otherwise
SLF4J_VERSION = "1.7.36"
FETCH_SECONDS = 600

# kafka_2.13 is the broker; kafka-tools has the commands (kafka-transactions and the like) and would drag in Kafka Connect, which
# nothing here uses. slf4j-simple writes the log to standard error; a second binding of slf4j would leave it empty.
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tidemill.test</groupId>
  <artifactId>kafka-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{kafka}</version></dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{kafka}</version>
      <exclusions>
        <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-runtime</artifactId></exclusion>
        <exclusion><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId></exclusion>
      </exclusions>
    </dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>{slf4j}</version></dependency>
  </dependencies>
</project>
"""


class Unavailable(RuntimeError):
    """A service that cannot be had on this machine: no Java, no Maven, no network. Tests skip with its text."""


def cache_directory() -> Path:
    """Where fetched things are kept between runs: TIDEMILL_KAFKA_DIR, or tidemill/kafka in the user's cache."""
    named = os.environ.get("TIDEMILL_KAFKA_DIR")
    if named:
        return Path(named)
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user) / "tidemill" / "kafka"


def version() -> str:
    """The version of Kafka that is started where none is named: TIDEMILL_KAFKA_VERSION, or the one all is tested with."""
    return os.environ.get("TIDEMILL_KAFKA_VERSION", VERSION)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file `path`, which other processes wait for. The lock goes with the process, whatever ends it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def require_command(name: str) -> str:
    """Returns the path of a program; raises Unavailable where it is not installed."""
    found = shutil.which(name)
    if not found:
        raise Unavailable(f"{name} is not installed (tools/install_dependencies.sh kafka)")
    return found


def fetch(of_version: str = "") -> Path:
    """Returns the folder of Kafka's jars, fetched by the first call. Several processes may call at once: one fetches, the others wait."""
    require_command("java")
    kafka = of_version or version()

    def copy(folder: Path, target: Path) -> list[str]:
        (folder / "pom.xml").write_text(POM.format(kafka=kafka, slf4j=SLF4J_VERSION), encoding="utf-8")
        return ["-f", f"{folder}/pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={target}", "-DincludeScope=runtime"]

    return _cached(f"jars-{kafka}", f"Kafka {kafka}", copy)


def fetch_archive(artifact: str) -> Path:
    """Returns the folder with the contents of an archive, such as group:name:version:tar.gz:classifier."""
    require_command("java")

    def unpack(folder: Path, target: Path) -> list[str]:
        return ["dependency:unpack", f"-Dartifact={artifact}", f"-DoutputDirectory={target}"]

    return _cached("-".join(artifact.split(":")[1:3]), artifact, unpack)


def _cached(name: str, what: str, arguments: Callable[[Path, Path], list[str]]) -> Path:
    """Returns a folder of the cache; one that is not there is made by Maven, in a folder beside it that is renamed when it is whole."""
    cache = cache_directory()
    found = cache / name
    if found.is_dir():
        return found
    with locked(cache / "fetch.lock"):
        if not found.is_dir():
            with tempfile.TemporaryDirectory(dir=cache, prefix="fetch-") as folder:
                target = Path(folder, "whole")
                _run_maven(arguments(Path(folder), target), what)
                if not target.is_dir():
                    raise Unavailable(f"Maven fetched nothing for {what}")
                target.rename(found)
    return found


def _run_maven(arguments: list[str], what: str) -> None:
    command = [require_command("mvn"), "-q", "-B", *arguments]
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"Maven did not fetch {what} within {FETCH_SECONDS} s") from error
    if run.returncode != 0:
        raise Unavailable(f"Maven could not fetch {what}: {_first_error(run.stdout)}")


def _first_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if "ERROR" in line]
    return (lines or output.strip().splitlines()[-1:] or ["it said nothing"])[0]


def class_path(of_version: str = "") -> str:
    """Every jar, in one order: `java -cp` of it."""
    return ":".join(str(jar) for jar in sorted(fetch(of_version).glob("*.jar")))
