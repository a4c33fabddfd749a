"""O3: what goes from account to account is neither made nor lost. Each row moves an amount, in two branches that meet again; in every
checkpoint that a killed life leaves, the balances of all accounts add up to zero."""

from __future__ import annotations

import json
import random
from pathlib import Path

from lives import SPILL_ALL, Difference, Job
from states import tidemill
from workloads import Query

TRANSFERS = Query(
    "transfers",
    "account BIGINT, balance BIGINT",
    "SELECT account, SUM(amount) FROM (SELECT k AS account, v AS amount FROM events "
    "UNION ALL SELECT MOD(id, 97), -v FROM events) GROUP BY account",
    keys=1,
)
SUM_OF_BALANCES = "SELECT SUM(`SUM(amount)`) AS balance, COUNT(*) AS accounts FROM state('results/group_aggregate')"


def check_balance(job: Job) -> int:
    """Returns how many accounts the newest checkpoint has, 0: there is none yet."""
    if not job.manifests():
        return 0
    row = json.loads(tidemill("checkpoint", "query", str(job.checkpoints), SUM_OF_BALANCES, "--format", "json"))
    if row["accounts"] and row["balance"] != 0:
        raise Difference(f"transfers: {row['accounts']} accounts hold {row['balance']} together")
    return int(row["accounts"])


def transfers_trial(events: Path, root: Path, draw: random.Random) -> tuple[int, int]:
    """Returns how many kills there were, and how many of the checkpoints that they left held accounts."""
    job = Job(TRANSFERS, events, root, settings=dict(SPILL_ALL) if draw.random() < 0.5 else {})
    balanced: list[int] = []
    _, killed = job.live_until_end(draw, 0.1, lambda: balanced.append(check_balance(job)))
    balanced.append(check_balance(job))
    checked = sum(accounts > 0 for accounts in balanced)
    if not checked:
        raise Difference(f"transfers: no checkpoint with accounts after {killed} kills")
    job.remove()
    return killed, checked
