"""The Java programs that the engine is compared with: their jars from Maven Central, compiled once. Rule: what stands in the cache is whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
from kafka_service import Unavailable  # noqa: E402
from kafka_service.distribution import locked, require_command  # noqa: E402

FETCH_SECONDS = 900
# What Flink reads of Java by reflection.
OPENED = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.util", "java.time", "java.util.concurrent")]


def cache_directory() -> Path:
    """Where fetched things are kept between runs: TIDEMILL_BENCHMARKS_DIR, or tidemill/benchmarks in the user's cache."""
    named = os.environ.get("TIDEMILL_BENCHMARKS_DIR")
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(user) / "tidemill" / "benchmarks"


def class_path(folder: Path) -> str:
    """Returns what `java -cp` needs for the program in `folder`, with its META-INF; raises Unavailable where it cannot be had."""
    for command in ("java", "javac", "mvn"):
        require_command(command)
    name = folder.name
    sources = sorted(folder.glob("*.java"))
    services = sorted(file for file in (folder / "META-INF").rglob("*") if file.is_file())
    with locked(cache_directory() / "lock"):
        jars = _made(f"{name}-jars-{_mark([folder / 'pom.xml'])}", lambda target: _fetch(folder / "pom.xml", target))
        mark = _mark([folder / "pom.xml", *sources, *services])
        classes = _made(f"{name}-classes-{mark}", lambda target: _compile(folder, sources, jars, target))
    return f"{classes}:{jars}/*"


def _mark(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _made(name: str, make) -> Path:  # type: ignore[no-untyped-def]
    """Returns a folder of the cache; one that is not there is made beside it, and renamed when it is whole."""
    found = cache_directory() / name
    if not found.is_dir():
        with tempfile.TemporaryDirectory(dir=cache_directory()) as part:
            make(Path(part, "whole"))
            Path(part, "whole").rename(found)
    return found


def _fetch(pom: Path, target: Path) -> None:
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    _run(["mvn", "-q", "-B", "-f", str(pom), *copy], f"Maven could not fetch what {pom} names")


def _compile(folder: Path, sources: list[Path], jars: Path, target: Path) -> None:
    _run(["javac", "-nowarn", "-d", str(target), "-cp", f"{jars}/*", *map(str, sources)], f"{folder} does not compile")
    if (folder / "META-INF").is_dir():
        shutil.copytree(folder / "META-INF", target / "META-INF")


def _run(command: list[str], failure: str) -> None:
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=FETCH_SECONDS, check=False)
    if run.returncode != 0:
        raise Unavailable(f"{failure}: {(run.stdout.strip().splitlines() or ['it said nothing'])[0]}")
