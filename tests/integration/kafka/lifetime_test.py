"""Brokers and what is fetched for them come and go as they should: nothing is left behind, nothing half made is used."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from kafka_case import ROOT, require_kafka, until

from kafka_service import KafkaCluster, StartFailed, Unavailable, distribution, ports
from kafka_service.background_process import process_state

COMMAND = [sys.executable, str(ROOT / "tools" / "kafka.py")]

# Starts a cluster, says where it lives and what its process is, and waits to be ended.
OWNER = f"""
import sys
sys.path.insert(0, {str(ROOT / "tools")!r})
from kafka_service import KafkaCluster
with KafkaCluster() as kafka:
    print(kafka.directory, kafka.broker(1).pid(), flush=True)
    sys.stdin.readline()
"""

# In place of Maven: counts its calls, takes its time, fetches one jar. `{end}` is how it ends.
MAVEN = """#!/bin/sh
echo called >>"$CALLS"
for word in "$@"; do case "$word" in -DoutputDirectory=*) folder="${{word#*=}}" ;; esac; done
mkdir -p "$folder"
echo half >"$folder/kafka.jar"
sleep 0.3
echo whole >"$folder/kafka.jar"
{end}
"""


FETCH = """
import kafka_service.distribution as distribution
try:
    print((distribution.fetch() / "kafka.jar").read_text())
except distribution.Unavailable as reason:
    print(reason)
"""


def setUpModule() -> None:
    require_kafka()


def gone(pid: int) -> bool:
    return process_state(pid)[0] in ("", "Z", "X")


class OwnerTest(unittest.TestCase):
    """A broker does not outlive the test that started it."""

    def end_by(self, number: int) -> tuple[Path, int]:
        """Starts an owner, sends it a signal (0: lets it end by itself); returns where its cluster was and the broker's process id."""
        with subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
            assert owner.stdin and owner.stdout
            directory, pid = owner.stdout.readline().split()
            self.assertFalse(gone(int(pid)))
            if number:
                owner.send_signal(number)
            else:
                owner.stdin.write("\n")
                owner.stdin.flush()
            owner.wait(timeout=30)
        return Path(directory), int(pid)

    def test_it_goes_with_an_owner_that_ends_or_is_asked_to(self) -> None:
        for number in (0, signal.SIGTERM):
            with self.subTest(signal=number):
                directory, pid = self.end_by(number)
                self.assertTrue(gone(pid))
                self.assertFalse(directory.exists())

    def test_it_goes_with_an_owner_that_is_killed(self) -> None:
        directory, pid = self.end_by(signal.SIGKILL)
        until(lambda: gone(pid), "the broker has ended")
        self.assertTrue(directory.exists())  # nobody was left to remove it
        KafkaCluster(directory).wipe()
        self.assertFalse(directory.exists())


class CommandTest(unittest.TestCase):
    """tools/kafka.py, as it is typed."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name, "cluster")
        self.addCleanup(self.run_command, "wipe")

    def run_command(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, words[0], "--directory", str(self.directory), *words[1:]]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=100, check=False)

    def test_a_cluster_is_used_from_the_command_line(self) -> None:
        self.assertRegex(self.run_command("status").stderr, "no cluster in .*: start makes one")
        started = self.run_command("start", "--property", "message.max.bytes=2000")
        self.assertRegex(started.stdout, r"^127\.0\.0\.1:\d+\n$", started.stderr)
        self.assertEqual(self.run_command("start").stdout, started.stdout)
        self.assertRegex(self.run_command("status").stdout, "broker 1: runs, process [0-9]+, log .*server.log")
        self.run_command("topic", "create", "t", "--partitions", "2")
        self.assertEqual(self.run_command("produce", "t", "--partition", "1", given="first\nsecond\n").returncode, 0)
        self.assertNotEqual(self.run_command("produce", "t", given="x" * 3000).returncode, 0)  # the property arrived
        printed = self.run_command("topic", "print", "t").stdout
        self.assertRegex(printed, r'\{"partition": 1, "offset": 0, .*"key": null, "value": "first"\}\n.*"value": "second"\}\n')
        self.run_command("kill", "--node", "1")
        self.assertEqual(self.run_command("status").returncode, 1)
        self.assertEqual(self.run_command("start", "--node", "1").stdout, started.stdout)
        self.assertEqual(self.run_command("topic", "print", "t").stdout, printed)
        listed = self.run_command("cli", "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", "{bootstrap}", "--list")
        self.assertEqual(listed.stdout, "t\n")
        self.assertIn("was made with nodes = 1", self.run_command("start", "--nodes", "3").stderr)
        pid = KafkaCluster(self.directory).broker(1).pid()
        self.run_command("stop")
        self.assertTrue(gone(pid))
        self.assertIn("shut down completed", self.run_command("logs").stdout)

    def test_a_start_that_fails_says_why(self) -> None:
        cluster = KafkaCluster(self.directory)
        cluster.prepare()
        with socket.create_server(("127.0.0.1", cluster.configuration.port(1, "PLAINTEXT"))):
            with self.assertRaisesRegex(StartFailed, "(?s)broker 1 ended while it started.*Address already in use"):
                cluster.start()
        self.assertEqual(cluster.running(), [])
        self.assertIn("unknown security 'tsl'", self.run_command("start", "--security", "tsl").stderr)

    def test_a_pid_of_another_process_is_not_the_broker(self) -> None:
        cluster = KafkaCluster(self.directory)
        cluster.prepare()
        (self.directory / "node-1" / "pid").write_text(f"{os.getpid()} 1", encoding="utf-8")
        self.assertEqual(cluster.running(), [])
        cluster.kill(1)  # and so this test goes on


class FetchTest(unittest.TestCase):
    """The cache, with a program in place of Maven."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.calls = self.root / "calls"
        self.environment = {**os.environ, "TIDEMILL_KAFKA_DIR": str(self.root / "cache"), "CALLS": str(self.calls)}
        self.environment["PATH"] = f"{self.root}:{self.environment['PATH']}"

    def maven(self, end: str) -> None:
        program = self.root / "mvn"
        program.write_text(MAVEN.format(end=end), encoding="utf-8")
        program.chmod(0o755)

    def fetch(self) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", FETCH], stdout=subprocess.PIPE, text=True, env=self.environment, cwd=ROOT / "tools")

    def test_two_at_once_fetch_once_and_whole(self) -> None:
        self.maven("exit 0")
        outputs = [process.communicate(timeout=60)[0].strip() for process in [self.fetch() for _ in range(3)]]
        self.assertEqual(outputs, ["whole"] * 3)
        self.assertEqual(self.calls.read_text(), "called\n")

    def test_a_failure_leaves_nothing_and_says_why(self) -> None:
        self.maven("echo '[ERROR] no route to the repository'; exit 1")
        self.assertRegex(self.fetch().communicate(timeout=60)[0], "Maven could not fetch Kafka .*no route to the repository")
        self.assertEqual(list((self.root / "cache").glob("jars-*")), [])
        self.maven("exit 0")
        self.assertEqual(self.fetch().communicate(timeout=60)[0].strip(), "whole")

    def test_without_java_it_is_unavailable(self) -> None:
        self.environment["PATH"] = str(self.root)
        self.assertIn("java is not installed", self.fetch().communicate(timeout=60)[0])
        with self.assertRaisesRegex(Unavailable, "no-such-program is not installed"):
            distribution.require_command("no-such-program")

    def test_ports_belong_to_one_cluster(self) -> None:
        first, second = ports.reserve(50, self.root), ports.reserve(50, self.root)
        self.assertEqual(len(set(first + second)), 100)


if __name__ == "__main__":
    unittest.main()
