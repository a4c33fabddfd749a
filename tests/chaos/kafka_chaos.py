#!/usr/bin/env python3
"""kafka-chaos: jobs from topic to topic, exactly once, on a real Kafka of three brokers, under faults.

  kafka_chaos.py all                            200 kills of the job, 30 of a broker, and all other scenarios
  kafka_chaos.py all --quick                    20 and 4
  kafka_chaos.py kills --process-kills 1000     F01, F35, F42: kill -9 at random times, begun again at another parallelism
  kafka_chaos.py rescales --count 20            F42: kill -9 at parallelism 4, begun again at 2, and back
  kafka_chaos.py switches --count 12            F02: files first, then the topic: kill -9 at the switch and around it
  kafka_chaos.py points                         F02: kill -9 at every step of an epoch and of a start
  kafka_chaos.py brokers --broker-kills 100     F30, F41: a broker is killed and comes back
  kafka_chaos.py zombies --count 20             F34: stopped, replaced by a copy, and woken up
  kafka_chaos.py outages --count 8              F31: all brokers are away, shorter and longer than a transaction may be open
  kafka_chaos.py late_requests --count 40       F33: requests that arrive after a newer transaction
  kafka_chaos.py networks --count 30            F32: cut, hanging, half open, slow connections

Rule: what a committed reader sees is what the input comes to by plain Python, by two clients; the group's offsets are the checkpoint's;
no transaction is open 10 s after the end. A seed repeats the queries, parallelisms, intervals and times.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from kafka_lives import KafkaCluster
from lives import Difference

import kafka_scenarios
from kafka_scenarios import World
from kafka_service import Unavailable

# By scenario: how many trials, in full and in a quick run.
COUNTS = {
    "kills": (200, 20),
    "rescales": (20, 4),
    "switches": (12, 1),
    "points": (2, 1),
    "brokers": (30, 4),
    "zombies": (20, 1),
    "outages": (8, 1),
    "late_requests": (40, 2),
    "networks": (30, 2),
}


def run(name: str, world: World, count: int) -> bool:
    began = time.monotonic()
    try:
        figure = getattr(kafka_scenarios, name)(world, count)
    except Exception as problem:  # a client's errors too: the other scenarios are still to run
        kind = "" if isinstance(problem, Difference) else f"{type(problem).__name__}: "
        print(f"FAIL {name}: {kind}{problem}\n     seed {world.seed}; files in {world.root}", flush=True)
        return False
    finally:
        world.close()
    print(f"ok   {name}: {figure}, 0 differences, seed {world.seed}, {time.monotonic() - began:.0f} s", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=[*COUNTS, "all"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--process-kills", type=int, help="of the scenario kills")
    parser.add_argument("--broker-kills", type=int, help="of the scenario brokers")
    parser.add_argument("--count", type=int, help="of the other scenarios")
    parser.add_argument("--quick", action="store_true", help="a few trials of each")
    options = parser.parse_args()
    given = {"kills": options.process_kills, "brokers": options.broker_kills}
    root = Path(tempfile.mkdtemp(prefix="tidemill-kafka-chaos-"))
    good = True
    try:
        with KafkaCluster(nodes=3, proxied=True) as kafka:
            for name in COUNTS if options.scenario == "all" else [options.scenario]:
                count = given.get(name, options.count) or COUNTS[name][1 if options.quick else 0]
                good = run(name, World(kafka, options.seed, root / name, options.quick), count) and good
    except Unavailable as reason:
        print(f"SKIPPED: no Kafka to test with: {reason}", file=sys.stderr, flush=True)
        return 0
    if good:
        shutil.rmtree(root)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
