"""Faults of Kafka and of a job on it. Rule: each scenario returns its figure, or raises what is different."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from kafka_lives import KafkaCluster, KafkaJob, parallelism
from kafka_workloads import WORKLOADS, Workload
from lives import Difference

KILLS_PER_JOB = 20
MEAN_LIFE_SECONDS = 0.8


@dataclass
class World:
    kafka: KafkaCluster
    seed: int
    root: Path
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
        job = KafkaJob(self.kafka, name, self.root / name, self.seed * 1000 + number, workloads or list(WORKLOADS), **how)  # type: ignore[arg-type]
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
        job.finish(java=True, parallelism=parallelism(draw))
        jobs += 1
        lives += job.lives
        job.remove()
    return f"{done} kills, {jobs} jobs, {lives} lives"


POINTS = [
    "transaction.fencing", "transaction.fenced", "start.transaction_settled", "start.splits_found", "start.state_restored", "start.started",
    "epoch.begun", "task.sealed", "task.preparing", "task.prepared", "epoch.acknowledged", "epoch.deciding", "sync.manifest.done",
    "transaction.prepared", "transaction.recording", "transaction.committing", "transaction.committed", "rename.manifest", "rename.manifest.done",
    "epoch.decided", "epoch.sinks_finished", "epoch.finished", "epoch.completed", "remove.epoch",
]  # fmt: skip
POINT_SECONDS = 8.0


def points(world: World, hits: int) -> str:
    """F02: kill -9 at every step of an epoch and of a start, its first hits."""
    draw = world.draw("points")
    job = world.job("points")
    job.feed(800)
    killed = 0
    missed = []
    for point in POINTS:
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
    unmet = [point for point in POINTS if f"{point}:1" in missed]
    if unmet:
        raise Difference(f"never came past {unmet}")
    return f"{killed} kills at {len(POINTS)} points" + (f", not met: {missed}" if missed else "")


def brokers(world: World, count: int) -> str:
    """F30, F41: a broker is killed at a random time and comes back; its partitions, and its transactions, have another leader meanwhile."""
    draw = world.draw("brokers")
    job = world.job("brokers")
    job.feed(800)
    process = job.start(2)
    for _ in range(count):
        wait_alive(job, process, draw.uniform(0.5, 3.0))
        node = draw.choice(world.kafka.running())
        world.kafka.kill(node)
        wait_alive(job, process, draw.uniform(0.1, 4.0))
        world.kafka.restart(node)
    figure = job.finish(process)
    job.remove()
    return f"{count} kills of brokers, {figure}"


def wait_alive(job: KafkaJob, process: subprocess.Popen[bytes], seconds: float) -> None:
    """Lets some time pass, in which the job must go on."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return
    raise Difference(f"{job.name}: life {job.lives} ended by itself with {process.returncode}: {job.last_words()}")
