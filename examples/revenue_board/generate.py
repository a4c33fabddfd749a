#!/usr/bin/env python3
"""Makes orders.jsonl: the orders of a shop around midnight, in the order in which they arrive. The same every time."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

FILE = Path(__file__).parent / "orders.jsonl"
SEED = 20260301
BEGIN = datetime(2026, 3, 1, 23, 30)
MINUTES = 60
ORDERS = 2000
PARTITIONS = 4
SILENT = 3  # this partition has its last order
SILENT_FROM = BEGIN + timedelta(minutes=35)
DELAY_SECONDS = 29.5  # the most between an order and its arrival: the watermark waits 30
DUPLICATES = 0.01
REGIONS = ("north", "south", "east", "west")
PRODUCTS = ("kettle", "teapot", "cup", "saucer", "tray", "strainer", "caddy", "spoon", "scale")


def pick(random_numbers: random.Random, values: tuple[str, ...]) -> str:
    """Some more often than others, so that there is a top five."""
    return values[int(len(values) * random_numbers.random() ** 1.5)]


def orders() -> list[dict[str, object]]:
    # Only random(): what the other methods give has changed between versions of Python.
    numbers = random.Random(SEED)
    arrivals: list[tuple[float, dict[str, object]]] = []
    for number in range(ORDERS):
        seconds = round(MINUTES * 60 * numbers.random(), 3)
        time = BEGIN + timedelta(seconds=seconds)
        partition = int(PARTITIONS * numbers.random())
        if partition == SILENT and time >= SILENT_FROM:
            partition = 0
        order: dict[str, object] = {
            "order_id": f"o{number:05}",
            "region": pick(numbers, REGIONS),
            "product": pick(numbers, PRODUCTS),
            "amount": f"{1 + 99 * numbers.random():.2f}",
            "ts": time.isoformat(sep=" ", timespec="milliseconds"),
            "partition": partition,
        }
        arrival = seconds + DELAY_SECONDS * numbers.random()
        arrivals.append((arrival, order))
        if numbers.random() < DUPLICATES:
            # Sent again by a producer that had no answer: seconds or minutes later, long behind the watermark.
            arrivals.append((arrival + 200 * numbers.random(), order))
    arrivals.sort(key=lambda item: (item[0], str(item[1]["order_id"])))
    return [order for _, order in arrivals]


def text() -> str:
    return "".join(json.dumps(order) + "\n" for order in orders())


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
