#!/usr/bin/env python3
"""A real Apache Kafka on this machine, for tests and examples: fetched from Maven Central, loopback only, no root, no Docker.

  kafka.py fetch                          get all that is needed; later calls find it in the cache
  kafka.py start [--nodes 3] [--security MODE,...] [--property k=v] [--node N] [--version 3.9.1]
                                          start (again), wait until it serves, print the bootstrap servers
  kafka.py stop | kill [--node N]         end it in order; or as a crash does
  kafka.py status                         which brokers run, where, and how each listener is spoken to; exit code 1 where none does
  kafka.py wipe                           stop it and remove its folder
  kafka.py logs [--node N]                the log of a broker
  kafka.py cli CLASS ARGUMENT...          a class of Kafka's jars, such as org.apache.kafka.tools.TransactionsCommand;
                                          {bootstrap} in an argument is replaced by the servers
  kafka.py topic create|delete|print NAME [--partitions N] [--config k=v]
                                          by a client that is not the engine's; print: committed records, a line of JSON each
  kafka.py produce TOPIC [--partition N]  writes the lines of standard input

A cluster lives in the folder --directory (build/kafka) and goes on as it was when it is started again; several side by side need a
folder each. What is fetched is kept in TIDEMILL_KAFKA_DIR, or tidemill/kafka in the user's cache.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Callable

import kafka_service
from kafka_service import class_archive, distribution, python_packages
from kafka_service.configuration import Configuration

DEFAULT_DIRECTORY = Path(__file__).resolve().parents[1] / "build" / "kafka"
SKIPPED = 77


def assignments(texts: list[str]) -> dict[str, str]:
    """Returns 'name=value' texts as a dictionary."""
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not NAME=VALUE")
    return {name: value for name, _, value in (text.partition("=") for text in texts)}


def made(arguments: argparse.Namespace) -> kafka_service.KafkaCluster:
    """Returns the cluster of the folder; where there is none, ends the process."""
    if Configuration.read(arguments.directory.resolve()) is None:
        sys.exit(f"no cluster in {arguments.directory}: start makes one")
    return kafka_service.KafkaCluster(arguments.directory)


def fetch(arguments: argparse.Namespace) -> int:
    folder = distribution.fetch()
    class_archive.make()
    python_packages.use()
    print(folder)
    return 0


def start(arguments: argparse.Namespace) -> int:
    settings: dict[str, Any] = {"properties": assignments(arguments.property), "heap_mb": arguments.heap_mb}
    if arguments.nodes:
        settings["nodes"] = arguments.nodes
    if arguments.security:
        settings["security"] = arguments.security.split(",")
    if arguments.version:
        settings["version"] = arguments.version
    cluster = kafka_service.KafkaCluster(arguments.directory, **settings)
    class_archive.make(cluster.configuration.version)
    if arguments.node:
        cluster.restart(arguments.node, timeout_seconds=arguments.timeout)
    else:
        cluster.start(arguments.timeout)
    print(cluster.bootstrap)
    return 0


def stop(arguments: argparse.Namespace) -> int:
    if Configuration.read(arguments.directory.resolve()) is None:
        return 0
    cluster = made(arguments)
    if arguments.node:
        cluster.broker(arguments.node).stop()
    else:
        cluster.stop()
    return 0


def kill(arguments: argparse.Namespace) -> int:
    cluster = made(arguments)
    for node in [arguments.node] if arguments.node else cluster.running():
        cluster.kill(node)
    return 0


def wipe(arguments: argparse.Namespace) -> int:
    if Configuration.read(arguments.directory.resolve()) is not None:
        made(arguments).wipe()
    return 0


def status(arguments: argparse.Namespace) -> int:
    cluster = made(arguments)
    running = cluster.running()
    for node in range(1, cluster.configuration.nodes + 1):
        broker = cluster.broker(node)
        print(f"broker {node}: {f'runs, process {broker.pid()}' if node in running else 'stopped'}, log {broker.log}")
    print(f"plaintext: {cluster.bootstrap}")
    for mode in cluster.configuration.security:
        access = cluster.access(mode)
        print(f"{mode}: {access.bootstrap}")
        for name, value in access.java().items():
            print(f"  '{name}' = '{value}'")
    return 0 if running else 1


def logs(arguments: argparse.Namespace) -> int:
    sys.stdout.write(made(arguments).logs(arguments.node or 1))
    return 0


def cli(arguments: argparse.Namespace) -> int:
    cluster = made(arguments)
    words = [word.replace("{bootstrap}", cluster.bootstrap) for word in arguments.arguments]
    run = cluster.run_tool(arguments.java_class, *words)
    sys.stdout.write(run.stdout)
    sys.stderr.write(run.stderr)
    return run.returncode


def topic(arguments: argparse.Namespace) -> int:
    cluster = made(arguments)
    try:
        if arguments.what == "create":
            cluster.create_topic(arguments.name, arguments.partitions, assignments(arguments.config))
        elif arguments.what == "delete":
            cluster.delete_topic(arguments.name)
        else:
            for record in cluster.client.consume(arguments.name):
                print(as_json(record))
    finally:
        cluster.client.close()
    return 0


def as_json(record: kafka_service.Read) -> str:
    def text(value: bytes | None) -> str | None:
        return None if value is None else value.decode(errors="backslashreplace")

    place = {"partition": record.partition, "offset": record.offset, "timestamp": record.timestamp_ms}
    return json.dumps({**place, "key": text(record.key), "value": text(record.value)}, ensure_ascii=False)


def produce(arguments: argparse.Namespace) -> int:
    cluster = made(arguments)
    lines = (line.rstrip("\n") for line in sys.stdin)
    cluster.client.produce(arguments.topic, (kafka_service.Record(line, partition=arguments.partition) for line in lines))
    return 0


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", type=Path, default=DEFAULT_DIRECTORY, help="the cluster's folder")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(action: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(action.__name__)
        added.set_defaults(action=action)
        # After the command too, where people type it.
        added.add_argument("--directory", type=Path, default=argparse.SUPPRESS, help="the cluster's folder")
        return added

    for plain in (fetch, wipe, status):
        command(plain)
    for of_node in (stop, kill, logs):
        command(of_node).add_argument("--node", type=int, default=0, help="this broker alone")
    starting = command(start)
    starting.add_argument("--node", type=int, default=0, help="this broker alone, as after kill --node")
    starting.add_argument("--nodes", type=int, default=0, help="1 or 3 brokers")
    modes = ", ".join(kafka_service.MODES)
    starting.add_argument("--security", default="", metavar="MODE,...", help=f"listeners beside plaintext: {modes}")
    starting.add_argument("--property", action="append", default=[], metavar="NAME=VALUE", help="of the brokers' configuration")
    starting.add_argument("--version", default="", help=f"of Kafka; {distribution.version()} where there is none yet")
    starting.add_argument("--heap-mb", type=int, default=0, help="Java's heap of each broker")
    starting.add_argument("--timeout", type=float, default=60.0, help="seconds to wait until it serves")
    tool = command(cli)
    tool.add_argument("java_class", metavar="CLASS")
    tool.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    topics = command(topic)
    topics.add_argument("what", choices=("create", "delete", "print"))
    topics.add_argument("name")
    topics.add_argument("--partitions", type=int, default=1)
    topics.add_argument("--config", action="append", default=[], metavar="NAME=VALUE")
    writing = command(produce)
    writing.add_argument("topic")
    writing.add_argument("--partition", type=int)
    return parser.parse_args(words)


def main() -> int:
    arguments = parse(sys.argv[1:])
    try:
        return int(arguments.action(arguments))
    except kafka_service.Unavailable as error:
        print(f"Kafka cannot be had here: {error}", file=sys.stderr)
        return SKIPPED
    except (kafka_service.StartFailed, ValueError, LookupError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
