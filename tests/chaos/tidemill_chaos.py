#!/usr/bin/env python3
"""tidemill-chaos: the real program under faults. Each scenario prints one line with its figure and the seed that repeats it.

  tidemill_chaos.py kills --count 1000          F01: kill -9 at random times, restarted at a random parallelism
  tidemill_chaos.py points --hits 5             F02: kill -9 at every fault point, its first hits
  tidemill_chaos.py recoveries --count 200      F03: killed again and again while it recovers
  tidemill_chaos.py signals --count 200         F05: SIGTERM at random times
  tidemill_chaos.py twice --count 20            F06: two programs for one directory
  tidemill_chaos.py full --count 100            F11: the disk is full while a checkpoint is written, and freed
  tidemill_chaos.py calls                       F14, F15: each file call fails, one after the other; then all syncs
  tidemill_chaos.py damage                      F18, F19: every file of a checkpoint altered, cut, emptied, removed, swapped
  tidemill_chaos.py refusals                    F23 to F25: directories that cannot be used, or hold something else
  tidemill_chaos.py rescales                    F53 to F55: stopped at p, gone on with at q, late rows on both sides
  tidemill_chaos.py states --count 100          O4: after kills, the state in a savepoint is that of a job never killed
  tidemill_chaos.py actions --count 50          random lists of actions on a job that does not end; a failing list is shrunk
  tidemill_chaos.py all [--quick]               all of these

Rule: what a job leaves after its faults is what one life without faults leaves: rows, late counters, and no residue.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import scenarios
from lives import Difference, References
from scenarios import World
from workloads import write_events

# By scenario: how many trials, in full and in a quick run.
COUNTS = {
    "kills": (1000, 150),
    "points": (5, 1),
    "recoveries": (200, 6),
    "signals": (200, 10),
    "twice": (20, 2),
    "full": (100, 4),
    "calls": (1, 17),
    "damage": (64, 4096),
    "refusals": (1, 1),
    "rescales": (5, 1),
    "states": (100, 10),
    "transfers": (100, 4),
    "actions": (100, 4),
}


def run(name: str, world: World, count: int) -> bool:
    began = time.monotonic()
    try:
        figure = getattr(scenarios, name)(world, count)
    except Difference as difference:
        print(f"FAIL {name}: {difference}\n     seed {world.seed}; files in {world.root}", flush=True)
        return False
    print(f"ok   {name}: {figure}, 0 differences, seed {world.seed}, {time.monotonic() - began:.0f} s", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=[*COUNTS, "all"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", "--hits", type=int)
    parser.add_argument("--quick", action="store_true", help="a few trials of each")
    options = parser.parse_args()
    names = list(COUNTS) if options.scenario == "all" else [options.scenario]
    root = Path(tempfile.mkdtemp(prefix="tidemill-chaos-"))
    events = root / "events"
    write_events(events, options.seed)
    good = True
    for name in names:
        world = World(options.seed, events, root / name, References(events, root))
        good = run(name, world, options.count or COUNTS[name][1 if options.quick else 0]) and good
    if good:
        shutil.rmtree(root)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
