"""Python packages that tests need, in a cache of their own. Rule: exact versions, and nothing is installed elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from . import distribution

INSTALL_SECONDS = 300

# kafka-python is Kafka's protocol in Python alone: nothing in it comes from librdkafka, which the engine uses. The other three are codecs
# it compresses with.
KAFKA_CLIENT = ("kafka-python==3.0.12", "python-snappy==0.7.3", "cramjam==2.11.0", "lz4==4.4.5", "zstandard==0.25.0")


def use(packages: tuple[str, ...] = KAFKA_CLIENT) -> Path:
    """Makes the packages importable, installing them by the first call. Raises Unavailable where they cannot be had."""
    site = _installed(packages)
    if str(site) not in sys.path:
        # In front: a script beside this folder is named kafka.py.
        sys.path.insert(0, str(site))
    return site


def _installed(packages: tuple[str, ...]) -> Path:
    mark = hashlib.sha256("\n".join((sys.version, *packages)).encode()).hexdigest()[:16]
    target = distribution.cache_directory() / f"python-{sysconfig.get_python_version()}-{mark}"
    if target.is_dir():
        return target
    with distribution.locked(distribution.cache_directory() / "python.lock"):
        if not target.is_dir():
            _install_into(target, packages)
    return target


def _install_into(target: Path, packages: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="python-") as folder:
        # Debian's Python has pip only inside such an environment.
        _run([sys.executable, "-m", "venv", f"{folder}/environment"])
        pip = [f"{folder}/environment/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "--no-deps"]
        _run([*pip, "--only-binary=:all:", "--target", f"{folder}/packages", *packages])
        Path(folder, "packages").rename(target)


def _run(command: list[str]) -> None:
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise distribution.Unavailable(f"{' '.join(command[1:4])} did not end within {INSTALL_SECONDS} s") from error
    if run.returncode != 0:
        last = (run.stderr.strip() or run.stdout.strip() or "it said nothing").splitlines()[-1]
        raise distribution.Unavailable(f"the Python packages {' '.join(command[-1:])} and others cannot be installed: {last}")
