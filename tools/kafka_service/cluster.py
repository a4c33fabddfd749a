"""A cluster of one or three brokers in a folder. Rule: what was started by a `with` is gone after it, however the test ends."""

from __future__ import annotations

import atexit
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from . import certificates, class_archive, distribution, ports, security, wire
from .broker import JAVA_OPTIONS, Broker
from .client import KafkaClient
from .configuration import ADDRESS, CLUSTER_ID, HEAP_MB, PLAINTEXT, PROXIED, PROXY, Configuration, server_properties

START_SECONDS = 60.0
POLL_SECONDS = 0.05


class StartFailed(RuntimeError):
    """A broker that ended, or did not answer in time; the text has the end of its log."""


class KafkaCluster:
    """Brokers on the loopback address. One folder is one cluster; several run side by side, each on ports of its own.

    with KafkaCluster(nodes=3) as kafka:
        kafka.create_topic("orders", partitions=4)
        kafka.kill(kafka.leader("orders", 0))

    `security` names modes (security.MODES), each a listener beside PLAINTEXT. `proxied` adds one whose advertised ports are those
    of a proxy: `proxied_ports`. `version` is Kafka's, where it shall be another than distribution.version(). Without `directory` the
    cluster lives in a temporary folder, which goes with it. Opening a folder that has a cluster goes on with that cluster;
    `properties` and `java_options` may be others than last time, the rest may not.
    """

    def __init__(self, directory: Path | str | None = None, **settings: Any) -> None:
        self._temporary = directory is None
        self.directory = Path(tempfile.mkdtemp(prefix="kafka-") if directory is None else directory).resolve()
        self.configuration = self._configure(settings)
        self._brokers = [Broker(node, self.directory / f"node-{node}") for node in range(1, self.configuration.nodes + 1)]
        self._owned = False
        self._previous_handler: Any = None
        self._client: KafkaClient | None = None

    def _configure(self, settings: dict[str, Any]) -> Configuration:
        if isinstance(settings.get("security"), str):
            settings["security"] = [settings["security"]]
        settings["security"] = [name for name in settings.get("security", ()) if name != "plaintext"]
        settings["properties"] = {name: str(value) for name, value in settings.get("properties", {}).items()}
        wanted = Configuration(**settings)
        wanted.check()
        kept = Configuration.read(self.directory)
        if kept is None:
            return wanted
        fixed = [("nodes", 1), ("security", []), ("proxied", False), ("version", "")]
        for name, default in fixed:
            if getattr(wanted, name) not in (default, getattr(kept, name)):
                raise ValueError(f"the cluster in {self.directory} was made with {name} = {getattr(kept, name)}; wipe it to change that")
        kept.properties.update(wanted.properties)
        kept.java_options = wanted.java_options or kept.java_options
        kept.heap_mb = wanted.heap_mb or kept.heap_mb
        return kept

    # --- Starting and stopping ---

    def __enter__(self) -> KafkaCluster:
        self._owned = True
        atexit.register(self.close)
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._previous_handler = signal.signal(signal.SIGTERM, _leave)
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends every broker at once, as a test is done with them, and removes a temporary folder. May be called again."""
        if self._client:
            self._client.close()
            self._client = None
        for broker in self._brokers:
            if self._temporary:
                broker.kill()
        if not self._temporary:
            self.stop()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)
        if self._previous_handler is not None:
            signal.signal(signal.SIGTERM, self._previous_handler)
            self._previous_handler = None
        atexit.unregister(self.close)

    def start(self, timeout_seconds: float = START_SECONDS) -> None:
        """Starts what does not run yet and waits until all of it serves. Raises Unavailable, or StartFailed with the log's end."""
        self.prepare()
        for broker in self._brokers:
            self._start(broker)
        self.wait_until_serving(timeout_seconds)

    def prepare(self) -> None:
        """Makes all that a start needs: jars, ports, certificates, formatted folders. What is there stays."""
        self.configuration.version = self.configuration.version or distribution.version()
        distribution.fetch(self.configuration.version)
        self.directory.mkdir(parents=True, exist_ok=True)
        with distribution.locked(self.directory / "lock"):
            if not self.configuration.ports:
                self._choose_ports()
            if any(mode.encrypted or mode.name.startswith("sasl-oidc") for mode in self.configuration.modes()):
                certificates.make(self.certificates.folder)
            self.configuration.write(self.directory)
            for broker in self._brokers:
                broker.folder.mkdir(exist_ok=True)
                text = server_properties(self.configuration, broker.node, broker.folder, self.certificates)
                (broker.folder / "server.properties").write_text(text, encoding="utf-8")
            self._format()

    def _choose_ports(self) -> None:
        names = self.configuration.listeners()
        chosen = iter(ports.reserve(len(names) * len(self._brokers), self.directory))
        self.configuration.ports = {str(broker.node): {name: next(chosen) for name in names} for broker in self._brokers}

    def _format(self) -> None:
        """Formats the first folder with Kafka's own tool, and the others as copies of it, which spares a start of Java each."""
        first = self._brokers[0].folder
        if not (first / "data" / "meta.properties").is_file():
            scram = [name for mode in self.configuration.modes() if mode.name.startswith("sasl-scram") for name in mode.mechanisms]
            arguments = ["format", "-t", CLUSTER_ID, "-c", str(first / "server.properties")]
            for mechanism in dict.fromkeys(scram):
                for user, password in self.configuration.users.items():
                    arguments += ["--add-scram", f'{mechanism}=[name="{user}",password="{password}"]']
            run = self.run_tool("kafka.tools.StorageTool", *arguments)
            if run.returncode != 0:
                raise StartFailed(f"the folder could not be formatted: {run.stdout}{run.stderr}")
        for broker in self._brokers[1:]:
            if not (broker.folder / "data").is_dir():
                _copy_formatted(first / "data", broker.folder / "data", broker.node)

    def _start(self, broker: Broker) -> None:
        if broker.pid():
            return
        heap = self.configuration.heap_mb or HEAP_MB[self.configuration.nodes]
        options = [f"-Xmx{heap}m", *class_archive.options(self.configuration.version), *security.allowed_urls(self.configuration.modes(), self.certificates)]
        broker.start_broker(self.configuration.version, [*options, *self.configuration.java_options], self._owned)

    def wait_until_serving(self, timeout_seconds: float = START_SECONDS) -> None:
        """Waits until each broker that runs knows all that run. Raises StartFailed where one ends, or the time is over."""
        end = time.monotonic() + timeout_seconds
        started = [broker for broker in self._brokers if broker.pid()]
        if not started:
            raise StartFailed(f"no broker runs in {self.directory}:\n{self._brokers[0].last_words()}")
        for broker in started:
            while not self._serves(broker, {other.node for other in started}):
                if not broker.pid():
                    raise StartFailed(f"broker {broker.node} ended while it started. Of its log ({broker.log}):\n{broker.last_words()}")
                if time.monotonic() > end:
                    limit = f"broker {broker.node} does not serve after {timeout_seconds:g} s"
                    raise StartFailed(f"{limit}. Of its log ({broker.log}):\n{broker.last_words()}")
                time.sleep(POLL_SECONDS)

    def _serves(self, broker: Broker, nodes: set[int]) -> bool:
        try:
            return nodes <= set(wire.metadata(self._address(broker.node), topics=[], timeout_seconds=2.0).brokers)
        except OSError:
            return False

    def stop(self) -> None:
        """Stops every broker in order, all at the same time."""
        for broker in self._brokers:
            broker.send(signal.SIGCONT)
            broker.send(signal.SIGTERM)
        for broker in self._brokers:
            broker.stop()

    def wipe(self) -> None:
        """Stops it and removes its folder, and with it the claim on its ports."""
        for broker in self._brokers:
            broker.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- One node ---

    def kill(self, node: int) -> None:
        """Ends a broker as a crash does (SIGKILL)."""
        self.broker(node).kill()

    def restart(self, node: int, wait: bool = True, timeout_seconds: float = START_SECONDS) -> None:
        """Starts a broker that was killed or stopped; with `wait`, until it serves."""
        self._start(self.broker(node))
        if wait:
            self.wait_until_serving(timeout_seconds)

    def pause(self, node: int) -> None:
        """Makes a broker hang: it keeps its connections and answers nothing (SIGSTOP)."""
        self.broker(node).send(signal.SIGSTOP)

    def resume(self, node: int) -> None:
        self.broker(node).send(signal.SIGCONT)

    def broker(self, node: int) -> Broker:
        if not 1 <= node <= len(self._brokers):
            raise ValueError(f"there is no broker {node}: they are 1 to {len(self._brokers)}")
        return self._brokers[node - 1]

    def running(self) -> list[int]:
        """Returns the nodes whose process runs."""
        return [broker.node for broker in self._brokers if broker.pid()]

    def logs(self, node: int = 1) -> str:
        path = self.broker(node).log
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    # --- Where it is ---

    @property
    def bootstrap(self) -> str:
        """The servers of the listener PLAINTEXT."""
        return self.configuration.bootstrap(PLAINTEXT)

    @property
    def proxied_bootstrap(self) -> str:
        """The servers as they are reached through the proxy, which must listen on `proxied_ports`."""
        return self.configuration.bootstrap(PROXIED)

    @property
    def proxied_ports(self) -> dict[int, tuple[int, int]]:
        """By node: the port that the proxy must listen on, and the port of the broker behind it."""
        names = self.configuration
        return {broker.node: (names.port(broker.node, PROXY), names.port(broker.node, PROXIED)) for broker in self._brokers}

    @property
    def certificates(self) -> certificates.Certificates:
        return certificates.Certificates(self.directory / "certificates")

    def access(self, mode: str, **other: Any) -> security.Access:
        """How a client reaches the listener of a mode: right in all but what `other` changes."""
        if mode not in self.configuration.security:
            raise ValueError(f"this cluster was not started with security {mode}")
        chosen = security.MODES[mode]
        user, password = next(iter(self.configuration.users.items()))
        return security.Access(self.configuration.bootstrap(chosen.listener), chosen, self.certificates, user, password).but(**other)

    def _address(self, node: int) -> tuple[str, int]:
        return ADDRESS, self.configuration.port(node, PLAINTEXT)

    # --- What is in it ---

    def metadata(self, topics: list[str] | None = None) -> wire.Metadata:
        """Asks the first broker that answers."""
        problem: OSError = OSError("no broker runs")
        for node in self.running():
            try:
                return wire.metadata(self._address(node), topics)
            except OSError as error:
                problem = error
        raise problem

    def leader(self, topic: str, partition: int = 0) -> int:
        """Returns the node that leads a partition, or -1."""
        found = self.metadata([topic]).topics.get(topic, {}).get(partition)
        return found.leader if found else -1

    def wait_for_leader(self, topic: str, partition: int = 0, other_than: int = -1, timeout_seconds: float = START_SECONDS) -> int:
        """Waits until a running node leads the partition, another than `other_than`; returns it."""
        end = time.monotonic() + timeout_seconds
        while time.monotonic() < end:
            leader = self.leader(topic, partition)
            if leader not in (-1, other_than) and leader in self.running():
                return leader
            time.sleep(POLL_SECONDS)
        raise TimeoutError(f"partition {partition} of {topic} has no leader but {other_than} after {timeout_seconds:g} s")

    @property
    def client(self) -> KafkaClient:
        """A third-party client on the listener PLAINTEXT. Raises Unavailable where it cannot be had."""
        if self._client is None:
            self._client = KafkaClient(self.bootstrap)
        return self._client

    def create_topic(self, name: str, partitions: int = 1, config: dict[str, str] | None = None) -> None:
        self.client.create_topic(name, partitions, config, replication=self.configuration.nodes)

    def delete_topic(self, name: str) -> None:
        self.client.delete_topic(name)

    def add_partitions(self, name: str, total: int) -> None:
        """Makes it `total` partitions in all."""
        self.client.add_partitions(name, total)

    def run_tool(self, name: str, *arguments: str, given: str = "", timeout_seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Runs a class of Kafka's jars, such as org.apache.kafka.tools.TransactionsCommand."""
        command = [distribution.require_command("java"), *JAVA_OPTIONS, "-Xmx256m", *class_archive.options(self.configuration.version)]
        command += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", distribution.class_path(self.configuration.version), name, *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=timeout_seconds, check=False)


def _copy_formatted(source: Path, target: Path, node: int) -> None:
    """A formatted folder holds the id of its node and one of its own."""
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part)
    meta = part / "meta.properties"
    own = certificates.encode_base64url(f"directory-{node:06d}".encode())
    replaced = {"node.id": str(node), "directory.id": own}
    lines = [line.partition("=") for line in meta.read_text(encoding="utf-8").splitlines() if "=" in line]
    meta.write_text("".join(f"{name}={replaced.get(name, value)}\n" for name, _, value in lines), encoding="utf-8")
    part.rename(target)


def _leave(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a test by an exception, so that each `with` is left."""
    raise SystemExit(128 + number)

