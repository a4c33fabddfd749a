"""The one request of Kafka's protocol that needs no client: Metadata, version 4. Rule: standard library only."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field

METADATA = 3
METADATA_VERSION = 4
ANSWER_BYTES_MAX = 64 << 20


@dataclass
class Partition:
    """Where a partition lies: node ids. `leader` is -1 where there is none."""

    leader: int
    replicas: list[int]
    in_sync: list[int]


@dataclass
class Metadata:
    """What one broker knows of its cluster."""

    brokers: dict[int, tuple[str, int]] = field(default_factory=dict)
    controller: int = -1
    topics: dict[str, dict[int, Partition]] = field(default_factory=dict)


class _Reader:
    """Takes an answer apart from its front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(">" + form, self.data, self.position)
        self.position += struct.calcsize(form)
        return int(value)

    def text(self) -> str:
        size = self.number("h")
        if size < 0:
            return ""
        self.position += size
        return self.data[self.position - size : self.position].decode()

    def numbers(self) -> list[int]:
        return [self.number("i") for _ in range(self.number("i"))]


def metadata(address: tuple[str, int], topics: list[str] | None = None, timeout_seconds: float = 5.0) -> Metadata:
    """Asks the broker at a PLAINTEXT address; of all topics where none is named. Creates no topic.

    Raises OSError where it does not answer in time, or not in Kafka's protocol.
    """
    names = b"".join(struct.pack(">h", len(name.encode())) + name.encode() for name in topics or [])
    body = struct.pack(">i", -1 if topics is None else len(topics)) + names + b"\0"
    request = struct.pack(">hhih", METADATA, METADATA_VERSION, 1, -1) + body
    with socket.create_connection(address, timeout=timeout_seconds) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", _receive(connection, 4))
        if not 8 <= size <= ANSWER_BYTES_MAX:
            raise OSError(f"no answer of Kafka's from {address[0]}:{address[1]}")
        answer = _receive(connection, size)
    try:
        return _read_metadata(_Reader(answer))
    except (struct.error, UnicodeDecodeError) as error:
        raise OSError(f"no answer of Kafka's from {address[0]}:{address[1]}: {error}") from error


def _receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise OSError("the broker closed the connection")
        data += part
    return data


def _read_metadata(reader: _Reader) -> Metadata:
    found = Metadata()
    reader.number("i")  # correlation
    reader.number("i")  # throttle time
    for _ in range(reader.number("i")):
        node = reader.number("i")
        found.brokers[node] = (reader.text(), reader.number("i"))
        reader.text()  # rack
    reader.text()  # cluster id
    found.controller = reader.number("i")
    for _ in range(reader.number("i")):
        error = reader.number("h")
        name = reader.text()
        reader.number("b")  # internal
        partitions = dict(_read_partition(reader) for _ in range(reader.number("i")))
        if error == 0:
            found.topics[name] = partitions
    return found


def _read_partition(reader: _Reader) -> tuple[int, Partition]:
    reader.number("h")  # error: no leader, which `leader` says too
    index = reader.number("i")
    return index, Partition(reader.number("i"), reader.numbers(), reader.numbers())
