"""Ports for brokers on the loopback address. Rule: a port belongs to one cluster until its folder is gone, also while it is stopped.

They lie below the range from which the kernel takes the ports of outgoing connections. In that range the port of a stopped broker
could go to any client, and a client that tries it again and again would at last be connected with itself.
"""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

from . import distribution

LOWEST = 12000
HIGHEST = 32000  # the kernel's range begins at 32768, where nobody has changed it


def reserve(count: int, cluster: Path) -> list[int]:
    """Returns `count` ports that nobody listens on and no other cluster has; they are those of the folder `cluster` from now on."""
    cache = distribution.cache_directory()
    book = cache / "ports.json"
    with distribution.locked(cache / "ports.lock"):
        taken = _still_taken(book)
        chosen: list[int] = []
        while len(chosen) < count:
            port = random.randrange(LOWEST, _end_of_range())
            if str(port) not in taken and port not in chosen and _is_free(port):
                chosen.append(port)
        taken.update((str(port), str(cluster)) for port in chosen)
        part = book.with_suffix(".part")
        part.write_text(json.dumps(taken), encoding="utf-8")
        part.replace(book)
    return chosen


def _still_taken(book: Path) -> dict[str, str]:
    if not book.is_file():
        return {}
    entries = json.loads(book.read_text(encoding="utf-8"))
    return {port: cluster for port, cluster in entries.items() if Path(cluster).is_dir()}


def _end_of_range() -> int:
    try:
        first_of_kernel = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="utf-8").split()[0])
    except OSError:
        return HIGHEST
    return min(HIGHEST, first_of_kernel) if first_of_kernel > LOWEST + 1000 else HIGHEST


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
