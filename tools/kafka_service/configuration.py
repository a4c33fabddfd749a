"""What a cluster is made of, as its folder keeps it, and the server.properties that follow. Rule: ports and modes stay as first chosen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .certificates import Certificates
from .security import MODES, USERS, Mode, broker_properties

CLUSTER_ID = "VGlkZW1pbGwtdGVzdHMtMQ"
ADDRESS = "127.0.0.1"
PLAINTEXT = "PLAINTEXT"
CONTROLLER = "CONTROLLER"
PROXIED = "PROXIED"  # a listener whose advertised ports are those of a proxy in front
PROXY = "PROXY"  # these ports
HEAP_MB = {1: 512, 3: 320}


@dataclass
class Configuration:
    """A cluster as its folder keeps it (cluster.json)."""

    nodes: int = 1
    security: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=lambda: dict(USERS))
    proxied: bool = False
    heap_mb: int = 0  # 0: what suits the number of nodes
    java_options: list[str] = field(default_factory=list)
    version: str = ""  # of Kafka
    ports: dict[str, dict[str, int]] = field(default_factory=dict)  # by node, by listener

    def check(self) -> None:
        """Raises ValueError for what no cluster can be."""
        if self.nodes not in HEAP_MB:
            raise ValueError(f"a cluster has 1 or 3 nodes, not {self.nodes}")
        unknown = [name for name in self.security if name not in MODES]
        if unknown:
            raise ValueError(f"unknown security {unknown[0]!r}; there are plaintext, {', '.join(MODES)}")

    def modes(self) -> list[Mode]:
        return [MODES[name] for name in self.security]

    def listeners(self) -> list[str]:
        """Every name that a port of each node is chosen for."""
        return [PLAINTEXT, CONTROLLER, *([PROXIED, PROXY] if self.proxied else []), *(mode.listener for mode in self.modes())]

    def port(self, node: int, listener: str) -> int:
        return self.ports[str(node)][listener]

    def bootstrap(self, listener: str) -> str:
        """The servers as clients are told them."""
        name = PROXY if listener == PROXIED else listener
        return ",".join(f"{ADDRESS}:{self.port(node, name)}" for node in range(1, self.nodes + 1))

    def write(self, folder: Path) -> None:
        part = folder / "cluster.part"
        part.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        part.replace(folder / "cluster.json")

    @staticmethod
    def read(folder: Path) -> Configuration | None:
        """Returns what the folder keeps, or None where no cluster was made in it."""
        path = folder / "cluster.json"
        return Configuration(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def server_properties(cluster: Configuration, node: int, folder: Path, certificates: Certificates) -> str:
    """Returns the text of the file for one node. `properties` of the cluster come last, and so win."""
    served = [name for name in cluster.listeners() if name != PROXY]
    advertised = [name for name in served if name != CONTROLLER]
    copies = cluster.nodes
    protocols = {mode.listener: mode.protocol for mode in cluster.modes()}
    properties = {
        "process.roles": "broker,controller",
        "node.id": str(node),
        "controller.quorum.voters": ",".join(
            f"{other}@{ADDRESS}:{cluster.port(other, CONTROLLER)}" for other in range(1, cluster.nodes + 1)
        ),
        "listeners": ",".join(f"{name}://{ADDRESS}:{cluster.port(node, name)}" for name in served),
        "advertised.listeners": ",".join(
            f"{name}://{ADDRESS}:{cluster.port(node, PROXY if name == PROXIED else name)}" for name in advertised
        ),
        "controller.listener.names": CONTROLLER,
        "inter.broker.listener.name": PLAINTEXT,
        "listener.security.protocol.map": ",".join(f"{name}:{protocols.get(name, 'PLAINTEXT')}" for name in served),
        "log.dirs": str(folder / "data"),
        "num.partitions": "1",
        "default.replication.factor": str(copies),
        "min.insync.replicas": str(min(copies, 2)),
        "group.initial.rebalance.delay.ms": "0",
        "transaction.max.timeout.ms": "3600000",
        # A transaction that has run out is ended at once, and not with the next round of ten seconds.
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
        # A dead broker loses its partitions soon, and one that was killed is taken back only once its old session is over.
        "broker.session.timeout.ms": "2000" if copies == 1 else "3000",
        "broker.heartbeat.interval.ms": "500",
        # Two threads serve a test; the default is for a machine of its own.
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": "16777216",
    }
    for internal in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
        properties[f"{internal}.num.partitions"] = "4"
        properties[f"{internal}.replication.factor"] = str(copies)
    for internal in ("transaction.state.log", "share.coordinator.state.topic"):
        properties[f"{internal}.min.isr"] = str(min(copies, 2))
    for mode in cluster.modes():
        properties.update(broker_properties(mode, certificates, cluster.users))
    properties.update(cluster.properties)
    return "".join(f"{name}={_escape(value)}\n" for name, value in properties.items())


def _escape(value: str) -> str:
    """As java.util.Properties reads it back."""
    return value.replace("\\", "\\\\").replace("\n", "\\n")
