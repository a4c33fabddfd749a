"""Faults of Kafka and of a job on it. Rule: each scenario returns its figure, or raises what is different."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from kafka_lives import PATIENCE_SECONDS, RESIDUE_SECONDS, HybridJob, KafkaCluster, KafkaJob, parallelism, until
from kafka_proxy import ADD_OFFSETS_TO_TXN, ADD_PARTITIONS_TO_TXN, END_TXN, PRODUCE, TXN_OFFSET_COMMIT, KafkaProxy
from kafka_workloads import WORKLOADS, Workload
from lives import Difference

KILLS_PER_JOB = 20
MEAN_LIFE_SECONDS = 0.8


@dataclass
class World:
    kafka: KafkaCluster
    seed: int
    root: Path
    quick: bool = False
    jobs: list[KafkaJob] = field(default_factory=list)

    def close(self) -> None:
        """Ends what a scenario that failed has left running."""
        for job in self.jobs:
            job.close()

    def draw(self, name: str) -> random.Random:
        return random.Random(f"{name}-{self.seed}")

    def job(self, scenario: str, workloads: list[Workload] | None = None, **how: object) -> KafkaJob:
        number = len(self.jobs) + 1
        name = f"{scenario}-{self.seed}-{number}"
        kind = HybridJob if scenario == "switches" else KafkaJob
        job = kind(self.kafka, name, self.root / name, self.seed * 1000 + number, workloads or list(WORKLOADS), **how)  # type: ignore[arg-type]
        # Kafka's own consumer takes some seconds a topic: it looks at the first kills in any case, else in long runs.
        job.java = not self.quick or (scenario == "kills" and number == 1)
        self.jobs.append(job)
        return job


def interval(draw: random.Random) -> str:
    return draw.choice(["20 ms", "50 ms", "100 ms", "300 ms"])


def kills(world: World, count: int) -> str:
    """F01, F35, F42: kill -9 at random times, begun again at another parallelism and another interval."""
    draw = world.draw("kills")
    done = jobs = lives = 0
    while done < count:
        chosen = list(WORKLOADS) if jobs % 3 == 0 else [draw.choice(WORKLOADS)]
        job = world.job("kills", chosen)
        job.feed()
        for _ in range(min(KILLS_PER_JOB, count - done)):
            process = job.start(parallelism(draw), execution__checkpointing__interval=interval(draw))
            job.kill_after(process, draw.expovariate(1 / MEAN_LIFE_SECONDS))
            done += 1
        job.finish(parallelism=parallelism(draw))
        jobs += 1
        lives += job.lives
        job.remove()
    return f"{done} kills, {jobs} jobs, {lives} lives"


def rescales(world: World, count: int) -> str:
    """F42: killed at parallelism 4, begun again at 2, killed, and back at 4. What a killed one had open is ended by its successor."""
    draw = world.draw("rescales")
    job = world.job("rescales")
    job.feed()
    left_open: dict[str, tuple[int, int]] = {}
    ended = 0
    for life in range(count):
        process = job.start((4, 2)[life % 2], execution__checkpointing__interval=interval(draw))

        def none_left(before: dict[str, tuple[int, int]] = left_open) -> bool:
            return not before.items() & open_transactions(job).items()

        until(none_left, f"{job.name}: what life {life} had open is ended: {left_open}", RESIDUE_SECONDS)
        ended += len(left_open)
        newest = newest_epoch(job.checkpoints)
        until(lambda newest=newest: process.poll() is not None or newest_epoch(job.checkpoints) > newest, f"{job.name}: an epoch of life {life + 1}")
        job.kill_after(process, draw.expovariate(1 / MEAN_LIFE_SECONDS))
        left_open = open_transactions(job)
    figure = job.finish(parallelism=(4, 2)[count % 2])
    job.remove()
    if count >= 4 and ended == 0:
        raise Difference("no life left a transaction open: nothing was tested")
    return f"{count} kills, each begun again at the other parallelism, {ended} transactions left open and ended, {figure}"


def open_transactions(job: KafkaJob) -> dict[str, tuple[int, int]]:
    """Epoch of the producer and beginning of each open transaction, by id."""
    described = {name: job.kafka.client.describe_transaction(name) for name in job.open_transactions()}
    return {name: (one.producer_epoch, one.transaction_start_time_ms) for name, one in described.items()}


SWITCH = ["source.switching:1:kill", "source.switched:1:kill"]
BEHIND_SWITCH = ["epoch.begun", "transaction.prepared", "transaction.committing", "transaction.committed", "epoch.decided"]


def switches(world: World, count: int) -> str:
    """F02: jobs that read files and then the topic, killed at the switch and in the epochs around it."""
    draw = world.draw("switches")
    for trial in range(count):
        job = world.job("switches", None if trial % 3 == 0 else [draw.choice(WORKLOADS)])
        job.feed(800)
        behind = [f"{draw.choice(BEHIND_SWITCH)}:{draw.randrange(1, 8)}:kill" for _ in range(2)]
        for fault in [*SWITCH[:: 1 - 2 * (trial % 2)], *behind]:
            process = job.start(parallelism(draw), faults=fault, execution__checkpointing__interval=interval(draw))
            try:
                process.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                raise Difference(f"{job.name}: life {job.lives} never came to {fault}: {job.last_words()}") from None
            if process.returncode != -9:
                raise Difference(f"{job.name}: {fault}: ended with {process.returncode}: {job.last_words()}")
        job.finish(parallelism=parallelism(draw))
        job.remove()
    return f"{4 * count} kills of {count} jobs at their switch and around it"


POINTS = [
    "transaction.fencing", "transaction.fenced", "start.transaction_settled", "start.splits_found", "start.state_restored", "start.started",
    "epoch.begun", "task.sealed", "task.preparing", "task.prepared", "epoch.acknowledged", "epoch.deciding", "sync.manifest.done",
    "transaction.prepared", "transaction.recording", "transaction.committing", "transaction.committed", "rename.manifest", "rename.manifest.done",
    "epoch.decided", "epoch.sinks_finished", "epoch.finished", "epoch.completed", "remove.epoch",
]  # fmt: skip
QUICK_POINTS = [point for point in POINTS if point.startswith("transaction.") or point in ("task.prepared", "epoch.decided", "rename.manifest")]
POINT_SECONDS = 8.0


def points(world: World, hits: int) -> str:
    """F02: kill -9 at every step of an epoch and of a start, its first hits."""
    draw = world.draw("points")
    job = world.job("points")
    job.feed(800)
    killed = 0
    missed = []
    chosen = QUICK_POINTS if world.quick else POINTS
    for point in chosen:
        for hit in range(1, hits + 1):
            process = job.start(parallelism(draw), faults=f"{point}:{hit}:kill", execution__checkpointing__interval=interval(draw))
            try:
                process.wait(timeout=POINT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                missed.append(f"{point}:{hit}")
                continue
            if process.returncode != -9:
                raise Difference(f"{point}:{hit}: ended with {process.returncode}: {job.last_words()}")
            killed += 1
    job.finish(parallelism=2)
    job.remove()
    unmet = [point for point in chosen if f"{point}:1" in missed]
    if unmet:
        raise Difference(f"never came past {unmet}")
    return f"{killed} kills at {len(chosen)} points" + (f", not met: {missed}" if missed else "")


def brokers(world: World, count: int) -> str:
    """F30, F41: a broker is killed at a random time and comes back; its partitions, and its transactions, have another leader meanwhile."""
    draw = world.draw("brokers")
    job = world.job("brokers")
    job.feed(800)
    process = begin(job)
    for _ in range(count):
        wait_alive(job, process, draw.uniform(0.5, 3.0))
        node = draw.choice(world.kafka.running())
        world.kafka.kill(node)
        wait_alive(job, process, draw.uniform(0.1, 4.0))
        world.kafka.restart(node)
    figure = job.finish(process)
    job.remove()
    return f"{count} kills of brokers, {figure}"


def begin(job: KafkaJob) -> subprocess.Popen[bytes]:
    """Begins a life that lasts, and waits until it works: what fails at a first start is told at once, not tried again."""
    process = job.start(2)
    until(lambda: process.poll() is not None or newest_epoch(job.checkpoints) > 0, f"{job.name}: a first checkpoint")
    return process


def wait_alive(job: KafkaJob, process: subprocess.Popen[bytes], seconds: float) -> None:
    """Lets some time pass, in which the job must go on."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return
    raise Difference(f"{job.name}: life {job.lives} ended by itself with {process.returncode}: {job.last_words()}")


def zombies(world: World, count: int) -> str:
    """F34: a job is stopped (SIGSTOP), a copy of it goes on from a copy of its checkpoints, and the first one wakes up."""
    draw = world.draw("zombies")
    for trial in range(count):
        job = world.job("zombies", [draw.choice(WORKLOADS)] if trial % 2 else None)
        job.feed(800)
        first = job.start(parallelism(draw), execution__checkpointing__interval=interval(draw))
        until(lambda job=job: list(job.checkpoints.glob("chk-*/_metadata")), f"{job.name}: a checkpoint")
        wait_alive(job, first, draw.uniform(0.0, 1.0))
        first.send_signal(signal.SIGSTOP)
        copy = job.root / "copy"
        shutil.copytree(job.checkpoints, copy, ignore=shutil.ignore_patterns("*.sock", "control*"))
        second = job.start(parallelism(draw), checkpoints=copy, execution__checkpointing__interval=interval(draw))
        # It has taken over when it has decided an epoch of its own.
        newest = newest_epoch(copy)
        until(lambda job=job, copy=copy, newest=newest: newest_epoch(copy) > newest, f"{job.name}: the copy decides an epoch")
        first.send_signal(signal.SIGCONT)
        try:
            code = first.wait(timeout=60)
        except subprocess.TimeoutExpired:
            raise Difference(f"{job.name}: the one that was stopped goes on") from None
        words = job.log(1).read_text(errors="replace")
        if code <= 0 or "write rows twice" not in words and "taken over" not in words:
            raise Difference(f"{job.name}: the one that was stopped ended with {code}: {words[-2000:]}")
        job.checkpoints = copy
        job.finish(second)
        job.remove()
    return f"{count} stopped jobs whose copy went on"


def newest_epoch(directory: Path) -> int:
    return max((int(file.parent.name.removeprefix("chk-")) for file in directory.glob("chk-*/_metadata")), default=0)


TIMEOUT_SECONDS = 8  # of transactions, in outages
OUTAGE_OPTIONS = f", 'properties.transaction.timeout.ms' = '{TIMEOUT_SECONDS * 1000}'"


def outages(world: World, count: int) -> str:
    """F31: all brokers are away for some seconds, and once in a while longer than a transaction may stay open."""
    draw = world.draw("outages")
    settings = {"execution.checkpointing.interval": "100 ms", "execution.checkpointing.timeout": "5 s"}
    job = world.job("outages", sink_options=OUTAGE_OPTIONS, settings=settings)
    job.feed(500)
    process = begin(job)
    longer = 0
    for trial in range(count):
        wait_alive(job, process, draw.uniform(1.0, 3.0))
        away = TIMEOUT_SECONDS + 4 if trial % 4 == 1 else draw.uniform(0.5, 4.0)
        longer += away > TIMEOUT_SECONDS
        hard = draw.randrange(2) == 1
        nodes = world.kafka.running()
        for node in nodes:
            world.kafka.kill(node) if hard else world.kafka.pause(node)
        wait_alive(job, process, away)
        for node in nodes:
            world.kafka.restart(node, wait=False) if hard else world.kafka.resume(node)
        world.kafka.wait_until_serving()
    figure = job.finish(process)
    job.remove()
    return f"{count} outages, {longer} of them longer than a transaction may be open, {figure}"


def late_requests(world: World, count: int) -> str:
    """F32, F33: a request is held back, its client is killed or cut off, and it arrives after a newer transaction was committed."""
    draw = world.draw("late_requests")
    with KafkaProxy(world.kafka) as proxy:
        job = world.job("late", servers=world.kafka.proxied_bootstrap)
        job.feed(800)
        delivered = 0
        for _ in range(count):
            process = job.start(parallelism(draw), execution__checkpointing__interval=interval(draw))
            wait_alive(job, process, draw.uniform(0.5, 1.5))
            key = draw.choice([END_TXN, END_TXN, PRODUCE, ADD_PARTITIONS_TO_TXN, ADD_OFFSETS_TO_TXN, TXN_OFFSET_COMMIT])
            held = proxy.hold(key)
            held.wait()
            if draw.randrange(2):
                process.kill()
                process.wait()
                process = job.start(parallelism(draw), execution__checkpointing__interval=interval(draw))
            else:
                for link in proxy.links.values():
                    link.reset()
            newest = newest_epoch(job.checkpoints)
            until(lambda job=job, newest=newest: newest_epoch(job.checkpoints) > newest + 2, f"{job.name}: newer epochs are decided")
            held.deliver()
            delivered += 1
            job.kill_after(process, draw.uniform(0.2, 1.0))
        figure = job.finish(parallelism=2)
        job.remove()
    return f"{delivered} requests that came late, {figure}"


def networks(world: World, count: int) -> str:
    """F32: connections are cut, hang in one direction or both, are slow, or lose their broker's end."""
    draw = world.draw("networks")
    with KafkaProxy(world.kafka) as proxy:
        # A connection whose other end is gone is noticed by an answer that does not come.
        options = ", 'properties.request.timeout.ms' = '5000'"
        job = world.job("networks", servers=world.kafka.proxied_bootstrap, source_options=options, sink_options=options)
        job.feed(800)
        process = begin(job)
        for _ in range(count):
            wait_alive(job, process, draw.uniform(0.5, 2.0))
            for link in draw.sample(list(proxy.links.values()), draw.choice([1, 1, 3])):
                fault = draw.choice(["cut", "reset", "half_open", "hang", "deaf", "mute", "delay", "throttle"])
                {
                    "cut": link.cut, "reset": link.reset, "half_open": link.half_open, "hang": link.hang,
                    "deaf": lambda link=link: link.hang(to_broker=True, to_client=False),
                    "mute": lambda link=link: link.hang(to_broker=False, to_client=True),
                    "delay": lambda link=link: link.delay(0.3), "throttle": lambda link=link: link.throttle(20_000),
                }[fault]()  # fmt: skip
            wait_alive(job, process, draw.uniform(0.5, 4.0))
            proxy.heal()
        figure = job.finish(process)
        job.remove()
    return f"{count} faults of the network, {figure}"
