"""A TCP proxy in front of every broker of a cluster, which cuts, hangs, delays and holds back. Rule: a byte is late or lost, never changed.

    with KafkaCluster(nodes=3, proxied=True) as kafka, KafkaProxy(kafka) as proxy:
        client of kafka.proxied_bootstrap ...
        proxy.links[2].cut()                          # the connections to broker 2 are reset, and new ones too
        proxy.links[2].hang(to_broker=False)          # requests arrive, their answers do not
        held = proxy.hold(END_TXN, count=1)           # the next EndTxn waits ...
        held.wait(); ...; held.deliver()              # ... until it is let through, on its connection or, when that is gone, a new one
        proxy.heal()

The brokers advertise the proxy's ports on the listener PROXIED, so that all a client does goes through it; the test's own client, on
PLAINTEXT, and the brokers among themselves do not.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from kafka_service import KafkaCluster  # noqa: E402

# Keys of requests, as Kafka's protocol numbers them.
PRODUCE = 0
FETCH = 1
METADATA = 3
FIND_COORDINATOR = 10
INIT_PRODUCER_ID = 22
ADD_PARTITIONS_TO_TXN = 24
ADD_OFFSETS_TO_TXN = 25
END_TXN = 26
TXN_OFFSET_COMMIT = 28

CHUNK_BYTES = 64 * 1024
REQUEST_BYTES_MAX = 128 << 20
QUEUED_MAX = 64  # pieces on their way in one direction
SLICE_SECONDS = 0.02  # how soon a connection notices that a fault has come or gone
CONNECT_SECONDS = 5.0
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset, as a peer that is gone does


@dataclass(frozen=True)
class Request:
    """The front of a request, and all of its bytes with the length before them."""

    key: int
    version: int
    correlation: int
    data: bytes


@dataclass
class Faults:
    """What one link does at the moment. Replaced as a whole, so that a connection sees one state or the other."""

    cut: bool = False
    hang_to_broker: bool = False
    hang_to_client: bool = False
    delay_seconds: float = 0.0
    bytes_per_second: float = 0.0  # 0: as fast as it goes


@dataclass
class Hold:
    """Requests of one key that wait. `held` are those that came; `deliver` lets them through, `drop` forgets them."""

    key: int
    count: int  # how many are held; later ones pass
    held: list[tuple[_Connection, Request]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: bool = False

    def takes(self, connection: _Connection, request: Request) -> bool:
        """Keeps the request, where it is one of those that wait."""
        with self.changed:
            if self.over or request.key != self.key or len(self.held) >= self.count:
                return False
            self.held.append((connection, request))
            self.changed.notify_all()
            return True

    def wait(self, count: int = 1, timeout_seconds: float = 30.0) -> None:
        """Waits until so many requests are held. Raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.held) >= count, timeout_seconds):
                raise TimeoutError(f"{len(self.held)} and not {count} requests of key {self.key} came in {timeout_seconds:g} s")

    def deliver(self) -> list[bytes]:
        """Sends what is held to its broker, now. Where the client has closed its connection it goes over a new one, as a packet does that
        was long on its way; returns the answers to these, from the correlation id on."""
        answers = [connection.deliver(request) for connection, request in self._end()]
        return [answer for answer in answers if answer is not None]

    def drop(self) -> None:
        """Lets what is held never arrive."""
        self._end()

    def _end(self) -> list[tuple[_Connection, Request]]:
        with self.changed:
            held, self.held, self.over = self.held, [], True
            return held


class Link:
    """One listener and the broker behind it."""

    def __init__(self, proxy: KafkaProxy, node: int, port: int, broker_port: int) -> None:
        self.proxy = proxy
        self.node = node
        self.broker_port = broker_port
        self.faults = Faults()
        self.requests: dict[int, int] = {}  # how many of each key have come
        self._connections: set[_Connection] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Resets every connection, and each new one as soon as it is made, until `heal`."""
        self.faults = Faults(cut=True)
        self.reset()

    def reset(self) -> None:
        """Resets the connections there are; the client may connect again at once."""
        for connection in self.connections():
            connection.close()

    def half_open(self) -> None:
        """The brokers' ends of the connections there are go away, and their clients are not told."""
        for connection in self.connections():
            connection.lose_broker()

    def hang(self, to_broker: bool = True, to_client: bool = True) -> None:
        """Keeps the connections open and lets nothing through, in one direction or in both."""
        self.faults = Faults(hang_to_broker=to_broker, hang_to_client=to_client)

    def delay(self, seconds: float) -> None:
        """Every byte arrives so much later, each way."""
        self.faults = Faults(delay_seconds=seconds)

    def throttle(self, bytes_per_second: float) -> None:
        """No connection carries more, each way."""
        self.faults = Faults(bytes_per_second=bytes_per_second)

    def heal(self) -> None:
        """All goes through again; what hung goes on."""
        self.faults = Faults()

    def connections(self) -> list[_Connection]:
        with self._lock:
            return list(self._connections)

    def count(self, request: Request) -> None:
        with self._lock:
            self.requests[request.key] = self.requests.get(request.key, 0) + 1

    def forget(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.discard(connection)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.reset()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.faults.cut:
                _close_with_reset(client)
                continue
            connection = _Connection(self, client)
            with self._lock:
                self._connections.add(connection)
            connection.start()


class _Pipe:
    """One direction of a connection: what is put in comes out as the faults of the moment have it, in order."""

    def __init__(self, faults: Callable[[], Faults], hangs: Callable[[Faults], bool], send: Callable[[bytes], None]) -> None:
        self._faults = faults
        self._hangs = hangs
        self._send = send
        self._queue: queue.Queue[tuple[float, bytes] | None] = queue.Queue(QUEUED_MAX)
        self.closed = False

    def put(self, data: bytes) -> None:
        """Waits while there is much on the way, which the sender then notices."""
        self._queue.put((time.monotonic(), data))

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    def run(self, failed: Callable[[], None]) -> None:
        """Sends until it is closed, or sending fails."""
        while not self.closed:
            item = self._queue.get()
            if item is None:
                return
            try:
                self._pass_on(*item)
            except OSError:
                failed()
                self.closed = True
        while not self._queue.empty():  # whoever waits to put something in goes on, and sees that it is over
            self._queue.get_nowait()

    def _pass_on(self, came: float, data: bytes) -> None:
        position = 0
        while position < len(data) and not self.closed:
            faults = self._faults()
            if self._hangs(faults) or time.monotonic() < came + faults.delay_seconds:
                time.sleep(SLICE_SECONDS)
                continue
            size = max(1, int(faults.bytes_per_second * SLICE_SECONDS)) if faults.bytes_per_second else len(data)
            self._send(data[position : position + size])
            position += size
            if faults.bytes_per_second:
                time.sleep(SLICE_SECONDS)


class _Connection:
    """A client's connection and the one to its broker."""

    def __init__(self, link: Link, client: socket.socket) -> None:
        self.link = link
        self.client = client
        self.broker: socket.socket | None = None
        self.closed = False
        self.half_open = False
        self._to_broker = _Pipe(lambda: link.faults, lambda faults: faults.hang_to_broker, self._send_to_broker)
        self._to_client = _Pipe(lambda: link.faults, lambda faults: faults.hang_to_client, client.sendall)

    def start(self) -> None:
        _run(self._read_client)

    def close(self) -> None:
        self.closed = True
        for end in (self.client, self.broker):
            if end:
                _close_with_reset(end)
        for pipe in (self._to_broker, self._to_client):
            pipe.close()
        self.link.forget(self)

    def lose_broker(self) -> None:
        """The broker's end is gone, and the client is not told."""
        self.half_open = True
        if self.broker:
            _close_with_reset(self.broker)

    def deliver(self, request: Request) -> bytes | None:
        """Sends a request that was held: over this connection, whose client takes the answer; or over a new one, and returns the answer."""
        if not self.closed and not self.half_open:
            self._to_broker.put(request.data)
            return None
        with socket.create_connection(("127.0.0.1", self.link.broker_port), CONNECT_SECONDS) as late:
            late.sendall(request.data)
            late.settimeout(CONNECT_SECONDS)
            (size,) = struct.unpack(">i", _receive(late, 4))
            return _receive(late, size)

    def _send_to_broker(self, data: bytes) -> None:
        if self.broker and not self.half_open:
            self.broker.sendall(data)

    def _read_client(self) -> None:
        try:
            self.broker = socket.create_connection(("127.0.0.1", self.link.broker_port), CONNECT_SECONDS)
            self.broker.settimeout(None)
            for task in (lambda: self._to_broker.run(self._fail), lambda: self._to_client.run(self.close), self._read_broker):
                _run(task)
            while not self.closed:
                request = self._read_request()
                self.link.count(request)
                if not self.link.proxy.held(self, request):
                    self._to_broker.put(request.data)
        except OSError:
            self.close()

    def _read_broker(self) -> None:
        assert self.broker
        with contextlib.suppress(OSError):
            while True:
                data = self.broker.recv(CHUNK_BYTES)
                if not data:
                    break
                self._to_client.put(data)
        self._fail()

    def _fail(self) -> None:
        """The broker's end has failed."""
        if not self.half_open:
            self.close()

    def _read_request(self) -> Request:
        head = _receive(self.client, 4)
        (size,) = struct.unpack(">i", head)
        if not 8 <= size <= REQUEST_BYTES_MAX:
            raise OSError("not a request of Kafka's protocol")
        body = _receive(self.client, size)
        key, version, correlation = struct.unpack_from(">hhi", body)
        return Request(key, version, correlation, head + body)


class KafkaProxy:
    """The proxy of a cluster that was made with `proxied`. `links` has the link of each broker, by its node."""

    def __init__(self, cluster: KafkaCluster) -> None:
        self._holds: list[Hold] = []
        self.links = {node: Link(self, node, port, behind) for node, (port, behind) in cluster.proxied_ports.items()}

    def __enter__(self) -> KafkaProxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def hold(self, key: int, count: int = 1) -> Hold:
        """Holds back the next `count` requests of a key, of whatever connection. Later requests on that connection overtake them."""
        hold = Hold(key, count)
        self._holds.append(hold)
        return hold

    def held(self, connection: _Connection, request: Request) -> bool:
        """Whether a hold has taken the request."""
        return any(hold.takes(connection, request) for hold in self._holds)

    def requests(self, key: int) -> int:
        """Returns how many requests of a key have come, over all brokers."""
        return sum(link.requests.get(key, 0) for link in self.links.values())

    def heal(self) -> None:
        """Every link works again. What is held stays held."""
        for link in self.links.values():
            link.heal()

    def close(self) -> None:
        for link in self.links.values():
            link.close()


def _run(task: Callable[[], None]) -> None:
    threading.Thread(target=task, daemon=True).start()


def _receive(end: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = end.recv(min(size, CHUNK_BYTES))
        if not part:
            raise OSError("the other side has closed")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _close_with_reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.shutdown(socket.SHUT_RD)  # wakes the thread that reads
    with contextlib.suppress(OSError):
        end.close()
