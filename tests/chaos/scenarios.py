"""The scenarios of tidemill-chaos, one function each: (world, count) -> figure. They raise Difference."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, TypeVar

from lives import (
    FAULTY,
    LIVES_MAX,
    PATIENCE_SECONDS,
    PROGRAM,
    SPILL_ALL,
    Difference,
    End,
    Job,
    References,
    Result,
    parallelism,
)
from workloads import QUERIES, Query, query

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration" / "running"))
from running_job import ask, until  # noqa: E402
from states import STATE_QUERIES, state_trial  # noqa: E402
from transfers import transfers_trial  # noqa: E402

HALFWAY = "epoch.deciding:2:kill"  # of a first life that leaves a checkpoint, and one that is not decided
POINTS_MIN = 60  # that a quick run must come past: how many epochs a life has depends on the disk
AT_ONCE = max(1, os.cpu_count() or 1)

Item = TypeVar("Item")


@dataclass
class World:
    seed: int
    events: Path
    root: Path
    references: References

    def draw(self, number: int) -> random.Random:
        return random.Random(f"{self.seed} {number}")

    def job(self, of: Query, name: str, spill: bool = False, source_options: str = "") -> Job:
        settings = dict(SPILL_ALL) if spill else {}
        return Job(of, self.events, self.root / name, settings=settings, source_options=source_options)

    def check(self, job: Job, result: Result) -> None:
        job.check(result, self.references.of(job.query))
        job.remove()

    def prepare(self, queries: Iterable[Query] = QUERIES) -> None:
        for each in queries:
            self.references.of(each)

    def each(self, items: Iterable[Item], trial: Callable[[int, Item], int]) -> int:
        """Runs trials side by side; returns the sum of what they say. The first difference ends it."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(trial, number, item) for number, item in enumerate(items)]
            try:
                return sum(future.result() for future in futures)
            finally:
                for future in futures:
                    future.cancel()


def kills(world: World, count: int) -> str:
    """F01, F26: jobs killed at random times until `count` kills are together; every other one spills all its state."""
    world.prepare()
    done = jobs = 0
    while done < count:
        batch = [QUERIES[(jobs + i) % len(QUERIES)] for i in range(2 * AT_ONCE)]
        first = jobs

        def trial(number: int, of: Query) -> int:
            draw = world.draw(first + number)
            job = world.job(of, f"{first + number}", spill=draw.random() < 0.5)
            mean = draw.choice([0.02, 0.05, 0.1, 0.3])
            end, killed = job.live_until_end(draw, mean, job.check_orphans)
            world.check(job, job.result(end))
            return killed

        done += world.each(batch, trial)
        jobs += len(batch)
    return f"{done} kills in {jobs} jobs of {len(QUERIES)} queries"


# Queries that together come past every point.
POINT_QUERIES = ["wide", "totals", "session", "texts"]


def all_points() -> list[str]:
    output = subprocess.run([FAULTY, "faults"], check=True, capture_output=True, text=True).stdout
    return output.split()


def hits_of(world: World, of: Query, spill: bool, second_life: bool) -> Counter[str]:
    """How often each point is come past, at most five times."""
    job = world.job(of, f"hits-{of.name}-{spill}-{second_life}", spill)
    log = job.root / "hits"
    if second_life:
        if not job.live(faults=HALFWAY, execution__checkpointing__interval="1 ms").killed:
            job.remove()
            return Counter()
    job.live(log=log)
    job_hits = Counter(log.read_text().split())
    job.remove()
    return job_hits


def points(world: World, count: int) -> str:
    """F02: every point is the last of a life, at each of its first `count` hits, in memory and spilling."""
    queries = [query(name) for name in POINT_QUERIES]
    world.prepare(queries)
    trials: dict[tuple[str, int, bool], tuple[Query, bool]] = {}
    for of in queries:
        for spill in (False, True):
            for second_life in (False, True):
                for name, hits in hits_of(world, of, spill, second_life).items():
                    for nth in range(1, min(hits, count) + 1):
                        trials.setdefault((name, nth, spill), (of, second_life))
    covered = {name for name, _, _ in trials}
    missing = [name for name in all_points() if name not in covered]
    if missing and (count >= 5 or len(covered) < POINTS_MIN):
        raise Difference(f"no query comes past {missing}")

    def trial(number: int, item: tuple[tuple[str, int, bool], tuple[Query, bool]]) -> int:
        (name, nth, spill), (of, second_life) = item
        job = world.job(of, f"{number}", spill)
        if second_life and not job.live(faults=HALFWAY, execution__checkpointing__interval="1 ms").killed:
            job.remove()
            return 0
        # How often a point is come past depends on how fast checkpoints are: where it is not, the life ends well.
        end = job.live(faults=f"{name}:{nth}:kill")
        killed = end.killed
        result = job.finish(parallelism=1 + number % 3) if killed else job.result(end)
        world.check(job, result)
        return 1 if killed else 0

    killed = world.each(sorted(trials.items(), key=lambda item: item[0]), trial)
    if killed < len(trials) // 2:
        raise Difference(f"only {killed} of {len(trials)} lives ended at their point")
    return f"{killed} kills at {len(covered)} of {len(all_points())} points, hits 1 to {count}"


def recoveries(world: World, count: int) -> str:
    """F03: ten lives in a row that are killed while they recover, or soon after."""
    queries = [query(name) for name in POINT_QUERIES]
    world.prepare(queries)
    places = ["start.locked", "start.manifest_read", "start.sink_recovered", "start.splits_found", "start.state_opened"]
    places += ["start.state_restored", "start.started", "read.state", "open.state", "list.checkpoints", "list.epoch"]
    places += ["read.manifest", "sync.epoch", "epoch.beginning", "epoch.decided", "remove.part", "remove.state"]

    def trial(number: int, of: Query) -> int:
        draw = world.draw(number)
        job = world.job(of, f"{number}", spill=number % 2 == 1)
        job.live(faults=f"epoch.finished:{draw.randrange(2, 8)}:kill")
        deaths = 0
        for _ in range(10):
            end = job.live(faults=f"{draw.choice(places)}:{draw.randrange(1, 3)}:kill", parallelism=parallelism(draw))
            if end.killed:
                deaths += 1
            elif end.code == 0:
                break
            else:
                raise Difference(f"{of.name}: a recovery ended with {end.code}: {end.err}")
        world.check(job, job.result(end) if end.code == 0 else job.finish(parallelism=parallelism(draw)))
        return deaths

    deaths = world.each([queries[i % len(queries)] for i in range(count)], trial)
    return f"{count} crash loops with {deaths} kills in recoveries"


def signals(world: World, count: int) -> str:
    """F05: SIGTERM ends a life with a last checkpoint and exit code 0; the next one goes on from it."""
    world.prepare()

    def trial(number: int, of: Query) -> int:
        draw = world.draw(number)
        job = world.job(of, f"{number}", spill=number % 2 == 1)
        stopped = 0
        for life in range(LIVES_MAX):
            end = job.live(draw.expovariate(20) * (1 + life / 10), signal=signal.SIGTERM, parallelism=parallelism(draw))
            # Before the handler is there the signal kills, as it does any program that starts.
            if end.code not in (0, -signal.SIGTERM):
                raise Difference(f"{of.name}: SIGTERM gave {end.code}: {end.err}")
            # Where it came before there was a job, nothing was run.
            if "stopped at checkpoint" not in end.err and " rows in, " in end.err:
                break
            stopped += "stopped at checkpoint" in end.err
        world.check(job, job.result(end))
        return stopped

    stopped = world.each([QUERIES[i % len(QUERIES)] for i in range(count)], trial)
    return f"{count} jobs stopped {stopped} times"


def answers(job: Job) -> bool:
    try:
        return bool(ask(job.checkpoints / "control.sock", '{"command":"status"}')["ok"])
    except OSError:
        return False


def twice(world: World, count: int) -> str:
    """F06: of two programs for one directory the second refuses, and the first is not disturbed."""
    of = query("totals")
    world.prepare([of])

    def trial(number: int, _: int) -> int:
        job = world.job(of, f"{number}")
        job.live(faults="epoch.finished:3:kill")
        # The first one holds the directory until its pipe is read: it has more to print than that holds.
        first = job.start(execution__checkpointing__interval="1 h")
        until(lambda: first.poll() is not None or answers(job), "the first of two")
        second = subprocess.run(job.command(PROGRAM), capture_output=True, text=True, check=False)
        out, err = first.communicate(timeout=60)
        job.printed += out.decode()
        if first.returncode != 0:
            raise Difference(f"the first of two ended with {first.returncode}: {err.decode()}")
        refused = second.returncode == 1 and "cannot be used" in second.stderr and "hint:" in second.stderr
        if not refused:
            raise Difference(f"the second of two: {second.returncode}: {second.stderr}")
        world.check(job, job.result(End(0, err.decode())))
        return 1

    return f"{world.each(range(count), trial)} times the second of two refused"


class SmallDisk:
    """A file system of its own in memory."""

    def __init__(self, path: Path, size: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
        self.mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def __enter__(self) -> SmallDisk:
        return self

    def __exit__(self, *_: object) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.path)], check=True)


def full(world: World, count: int) -> str:
    """F11: while checkpoints are written the disk is full; then there is room again, and the next one succeeds."""
    of = query("totals")
    world.prepare([of])
    with SmallDisk(world.root / "probe", "1m") as probe:
        if not probe.mounted:
            return "SKIP: a file system of a size of its own cannot be mounted here"

    def trial(number: int, _: int) -> int:
        job = world.job(of, f"{number}", spill=number % 2 == 1)
        job.settings["execution.checkpointing.tolerable-failed-checkpoints"] = "1000000"
        with SmallDisk(job.checkpoints, "24m"):
            ballast = job.checkpoints / "ballast"
            # A first checkpoint fits; then there is room for a part of one.
            job.live(faults="epoch.finished:1:kill")
            free = os.statvfs(job.checkpoints).f_bavail * os.statvfs(job.checkpoints).f_frsize
            with ballast.open("wb") as file:
                file.write(b"x" * (free - world.draw(number).randrange(200_000)))
            printed = job.root / "printed"
            with printed.open("wb") as stdout:
                process = job.start(stdout=stdout)
            failed = False
            try:
                until(lambda: process.poll() is not None or failures(job) > 0, "a failed checkpoint")
                failed = process.poll() is None
            finally:
                ballast.unlink()
            _, err = process.communicate(timeout=PATIENCE_SECONDS)
            job.printed += printed.read_text() + "\n"
            if process.returncode == 1 and "No space left" in err.decode():
                failed = True  # the last one failed, which cannot be put off
                end = job.live()
            else:
                end = End(process.returncode, err.decode())
            if end.code != 0:
                raise Difference(f"a full disk ended the job with {end.code}: {end.err}")
            job.check(job.result(end), world.references.of(of))
        job.remove()
        return 1 if failed else 0

    failed = world.each(range(count), trial)
    if failed < count // 2:
        raise Difference(f"the disk was full in {failed} of {count} lives only")
    return f"{failed} full disks"


def failures(job: Job) -> int:
    try:
        return int(ask(job.checkpoints / "control.sock", '{"command":"status"}')["checkpoints"]["failed"])
    except (OSError, KeyError):
        return 0


def calls(world: World, count: int) -> str:
    """F15: the N-th file call fails, every `count`-th N, until a run has no such call; F14: syncs fail once and for ever."""
    of = query("wide")
    world.prepare([of])
    failed = 0
    trials = 0

    def trial(number: int, faults: str) -> int:
        job = world.job(of, f"{number}-{faults.replace(':', '-')}", spill=number % 2 == 1)
        # Most end there and then; some are started again by the program itself, a second later. (What fails for ever
        # would be tried again for ever.)
        if number % 16 != 0 or faults.endswith(":errors"):
            job.settings["restart-strategy.type"] = "none"
        end = job.live(faults=faults)
        if end.code not in (0, 1):
            raise Difference(f"{faults}: ended with {end.code}: {end.err}")
        if end.code == 1 and "error:" not in end.err:
            raise Difference(f"{faults}: ended without saying why: {end.err}")
        struck = end.code == 1 or "injected" in end.err
        result = job.finish() if end.code == 1 else job.result(end)
        if "could not be removed" in end.err:
            job.finish()  # a start removes what the last checkpoint could not
        world.check(job, result)
        return 1 if struck else 0

    step = 8 * AT_ONCE
    first = 1
    while True:
        numbers = [first + count * i for i in range(step)]
        struck = world.each([f"any.call:{number}:error" for number in numbers], trial)
        failed += struck
        trials += step
        first = numbers[-1] + count
        if struck < step // 2 or trials > 3000:
            break
    for name in [point for point in all_points() if point.startswith("sync.")]:
        for how in ("error", "errors"):
            for nth in (1, 2, 3):
                failed += trial(trials, f"{name}:{nth}:{how}")
                trials += 1
    return f"{trials} runs with a failing call, {failed} of them struck"


def rescales(world: World, count: int) -> str:
    """F53 to F55: stopped at parallelism p, gone on with at q, for all p and q from 1 to 4."""
    queries = [query(name) for name in ["tumble", "session", "wide", "totals", "texts"]]
    world.prepare(queries)
    pairs = [(p, q) for p in range(1, 5) for q in range(1, 5)]
    items = [(of, p, q) for index, of in enumerate(queries) for p, q in (pairs if index < count else pairs[::5])]

    def trial(number: int, item: tuple[Query, int, int]) -> int:
        of, p, q = item
        job = world.job(of, f"{number}", spill=number % 2 == 1)
        end = job.live(faults=HALFWAY, parallelism=p, execution__checkpointing__interval="1 ms")
        world.check(job, job.finish(parallelism=q) if end.killed else job.result(end))
        return 1 if end.killed else 0

    moved = world.each(items, trial)
    return f"{moved} jobs of {len(items)} gone on with at another parallelism"


def transfers(world: World, count: int) -> str:
    """O3: in every checkpoint that a kill leaves, what all accounts hold adds up to zero."""
    checked = []

    def trial(number: int, _: int) -> int:
        killed, checkpoints = transfers_trial(world.events, world.root / f"{number}", world.draw(number))
        checked.append(checkpoints)
        return killed

    done = world.each(range(count), trial)
    return f"{sum(checked)} checkpoints balanced after {done} kills of {count} jobs"


def states(world: World, count: int) -> str:
    """O4: state after kills is state without them."""
    compared = []

    def trial(number: int, of: Query) -> int:
        killed, rows = state_trial(of, world.events, world.root / f"{number}", world.draw(number))
        compared.append(rows)
        return killed

    done = world.each([query(STATE_QUERIES[i % len(STATE_QUERIES)]) for i in range(count)], trial)
    return f"{sum(compared)} rows of state after {done} kills of {count} jobs"


def damage_ways(bytes_: bytes, step: int) -> Iterable[tuple[str, bytes | None]]:
    for at in range(0, len(bytes_), step):
        yield f"bit at {at}", bytes_[:at] + bytes([bytes_[at] ^ (1 << at // step % 8)]) + bytes_[at + 1 :]
    yield "cut", bytes_[: len(bytes_) // 2]
    yield "emptied", b""
    yield "zeros", b"\0" * len(bytes_)
    yield "removed", None


def damage(world: World, count: int) -> str:
    """F18, F19: a bit of every `count`-th byte flipped in every file of the newest checkpoint; files cut, emptied, zeroed,
    removed, swapped. The older checkpoint is used instead, loudly."""
    of = query("tumble")
    world.prepare([of])
    job = world.job(of, "damaged")
    if not job.live(faults="epoch.finished:2:kill", execution__checkpointing__interval="1 ms").killed:
        return "SKIP: the job came to its end with its first checkpoint"
    newest = max(job.checkpoints.glob("chk-*/_metadata"), key=lambda path: int(path.parent.name[4:]))
    files = sorted(file for file in newest.parent.iterdir())
    keep = world.root / "kept"
    (job.checkpoints / "control.sock").unlink(missing_ok=True)
    shutil.copytree(job.root, keep)
    detected = 0

    def look(what: str) -> None:
        nonlocal detected
        before = job.printed
        end = job.live()
        # Without its manifest a checkpoint is none: like one that was never completed, it is not gone on from.
        named = "damaged" in end.err and str(newest.parent) in end.err
        if end.code != 0 or not (named or what == "_metadata: removed" and "goes on from checkpoint" in end.err):
            raise Difference(f"{what}: {end.code}: {end.err}")
        job.check(job.result(end), world.references.of(of))
        detected += 1
        job.printed = before
        shutil.rmtree(job.root)
        shutil.copytree(keep, job.root)

    for file in files:
        for what, bytes_ in damage_ways(file.read_bytes(), count):
            file.unlink()
            if bytes_ is not None:
                file.write_bytes(bytes_)
            look(f"{file.name}: {what}")
    states = [file for file in files if file.suffix == ".state"]
    if len(states) > 1:
        first, second = states[0].read_bytes(), states[1].read_bytes()
        states[0].write_bytes(second)
        states[1].write_bytes(first)
        look("swapped")
    return f"{detected} damages in {len(files)} files, each detected and named"


def refusals(world: World, count: int) -> str:
    """F23 to F25: what cannot be a checkpoint directory is refused with path and reason, and nothing in it is touched."""
    of = query("tumble")
    world.prepare([of])
    refused = 0

    def refuse(job: Job, what: str, *texts: str) -> None:
        nonlocal refused
        before = {path: path.read_bytes() for path in job.checkpoints.rglob("*") if path.is_file() and path.name != "lock"}
        end = job.live()
        after = {path: path.read_bytes() for path in job.checkpoints.rglob("*") if path.is_file() and path.name != "lock"}
        if end.code != 1 or "hint:" not in end.err or not all(text in end.err for text in (str(job.root), *texts)):
            raise Difference(f"{what}: {end.code}: {end.err}")
        if before != after:
            raise Difference(f"{what}: files were changed")
        refused += 1

    job = world.job(of, "file")
    job.checkpoints.write_text("no directory")
    refuse(job, "a file for a directory")
    job = world.job(of, "garbage")
    (job.checkpoints / "chk-3").mkdir(parents=True)
    (job.checkpoints / "chk-3" / "_metadata").write_text("garbage")
    refuse(job, "garbage", "chk-3/_metadata")
    job = world.job(of, "loop")
    job.checkpoints.symlink_to(job.checkpoints)
    end = job.live()
    if end.code != 1 or str(job.checkpoints) not in end.err:
        raise Difference(f"a symlink loop: {end.code}: {end.err}")
    # F23: the directory for spilled state is wiped between two lives.
    job = world.job(query("tumble"), "wiped", spill=True)
    job.live(faults="epoch.finished:3:kill")
    shutil.rmtree(job.spill, ignore_errors=True)
    world.check(job, job.finish())
    return f"{refused + 1} directories refused"


# Queries whose result does not depend on which file is read first.
ACTION_QUERIES = ["rows", "union", "totals", "counts_of_counts"]
CHUNKS = 12  # that the events are added in


@dataclass(frozen=True)
class Action:
    """add: a file appears. advance: all that is there is read. kill, stop: the life ends. fault: the life that begins next
    has it. restart: the life ends by a kill and the next one has this parallelism. check: everything must be right."""

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}({self.detail})" if self.detail else self.kind


def draw_actions(draw: random.Random, names: list[str]) -> list[Action]:
    actions: list[Action] = []
    for _ in range(draw.randrange(8, 20)):
        kind = draw.choice(["add", "add", "add", "advance", "kill", "stop", "fault", "restart", "check"])
        detail = ""
        if kind == "fault":
            detail = f"{draw.choice(names)}:{draw.randrange(1, 6)}:{draw.choice(['kill', 'kill', 'error'])}"
        if kind == "restart":
            detail = f"p={draw.randrange(1, 5)}"
        actions.append(Action(kind, detail))
    return actions + [Action("check")]


class ActionRun:
    """A job over a directory that is looked at again and again, as a list of actions wants it."""

    def __init__(self, world: World, of: Query, name: str, spill: bool) -> None:
        self.world = world
        self.input = world.root / f"{name}-input"
        shutil.rmtree(self.input, ignore_errors=True)
        self.input.mkdir(parents=True)
        self.job = Job(
            of,
            self.input,
            world.root / name,
            source_options=", 'source.monitor-interval' = '10 ms'",
            settings=dict(SPILL_ALL) if spill else {},
        )
        self.stdout = self.job.root / "printed"
        self.process: subprocess.Popen[bytes] | None = None
        self.parallelism = 1
        self.faults = ""
        self.chunks = self.rows = 0

    def act(self, action: Action) -> None:
        getattr(self, action.kind)(action.detail)

    def add(self, _: str = "") -> None:
        if self.chunks == CHUNKS:
            return
        lines = (self.world.events / f"events-{self.chunks % 3}.jsonl").read_text().splitlines(keepends=True)
        size = len(lines) // (CHUNKS // 3)
        part = lines[self.chunks // 3 * size :][:size]
        unfinished = self.input / f".chunk-{self.chunks}"
        unfinished.write_text("".join(part))
        unfinished.rename(self.input / f"chunk-{self.chunks}.jsonl")
        self.chunks += 1
        self.rows += len(part)

    def begin(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            self.collect()
        if self.process is None:
            # A file, not a pipe: nobody reads along while the job goes on.
            with self.stdout.open("wb") as stdout:
                self.process = self.job.start(faults=self.faults, parallelism=self.parallelism, stdout=stdout)
            self.faults = ""

    def collect(self) -> End:
        assert self.process is not None
        _, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.job.printed += self.stdout.read_text() + "\n"
        end = End(self.process.returncode, err.decode())
        self.process = None
        if end.code > 1 or (end.code == 1 and "error:" not in end.err):
            raise Difference(f"a life ended with {end.code}: {end.err}")
        return end

    def advance(self, _: str = "") -> None:
        if self.chunks == 0:
            return
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.begin()
            try:
                if ask(self.job.checkpoints / "control.sock", '{"command":"status"}')["rows"]["in"] == self.rows:
                    return
            except (OSError, KeyError):
                pass  # not there yet, or not there any more
        raise Difference(f"{self.rows} rows are there, and were not read")

    def kill(self, _: str = "") -> None:
        self.begin()
        assert self.process is not None
        self.process.kill()
        self.collect()

    def stop(self, _: str = "") -> End:
        self.begin()
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.collect()

    def fault(self, fault: str) -> None:
        self.faults = fault

    def restart(self, detail: str) -> None:
        self.kill()
        self.parallelism = int(detail[2:])

    def check(self, _: str = "") -> None:
        if self.chunks == 0:
            return
        for _ in range(LIVES_MAX):
            self.advance()
            end = self.stop()
            if end.code == 0 and "stopped at checkpoint" in end.err:
                break
        reference = Job(self.job.query, self.input, self.world.root / f"{self.job.root.name}-reference")
        expected = reference.finish(execution__checkpointing__interval="1 h")
        self.job.check(self.job.result(end), expected)
        reference.remove()

    def clear(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        self.job.remove()
        shutil.rmtree(self.input, ignore_errors=True)


def failure_of(world: World, of: Query, actions: list[Action], name: str, spill: bool) -> Difference | None:
    run = ActionRun(world, of, name, spill)
    try:
        for action in actions:
            run.act(action)
        return None
    except Difference as difference:
        return difference
    finally:
        run.clear()


def shrunk(world: World, of: Query, actions: list[Action], name: str, spill: bool) -> list[Action]:
    """Leaves out actions as long as the rest still fails."""
    index = 0
    while index < len(actions):
        fewer = actions[:index] + actions[index + 1 :]
        if any(failure_of(world, of, fewer, name, spill) for _ in range(3)):
            actions = fewer
        else:
            index += 1
    return actions


def actions(world: World, count: int) -> str:
    """Random lists of actions; a list that fails is shrunk before it is told."""
    names = [name for name in all_points() if name != "any.call"]

    def trial(number: int, of: Query) -> int:
        draw = world.draw(number)
        steps = draw_actions(draw, names)
        spill = draw.random() < 0.5
        difference = failure_of(world, of, steps, f"{number}", spill)
        if difference is None:
            return len(steps)
        steps = shrunk(world, of, steps, f"{number}", spill)
        raise Difference(
            f"{of.name}{', spilling' if spill else ''}: {difference}\n     actions: {' '.join(map(str, steps))}"
        )

    done = world.each([query(ACTION_QUERIES[i % len(ACTION_QUERIES)]) for i in range(count)], trial)
    return f"{count} lists of {done} actions"
