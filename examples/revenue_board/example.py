#!/usr/bin/env python3
"""Runs the revenue board, over files or over Kafka, and compares both its tables with what these lines of Python make of the orders."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checked_run import Example, Input, Output, Row, main  # noqa: E402

FOLDER = Path(__file__).resolve().parent
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HOP = timedelta(minutes=5)
HOPS = 2  # of which a window of ten minutes is made
TOP = 5


def distinct(rows: list[Row]) -> list[Row]:
    """The first of each order."""
    return list({row["order_id"]: row for row in reversed(rows)}.values())


def time_of(row: Row) -> datetime:
    return datetime.fromisoformat(row["ts"])


def written(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


def board(rows: list[Row]) -> list[Row]:
    """For every region and day, a row for each minute from its first order to the day's end: all of the day until then."""
    expected: list[Row] = []
    by_region: dict[tuple[str, datetime], list[Row]] = defaultdict(list)
    for row in rows:
        by_region[row["region"], time_of(row).replace(hour=0, minute=0, second=0, microsecond=0)].append(row)
    for (region, midnight), day in by_region.items():
        until = midnight + MINUTE
        while until <= midnight + DAY:
            counted = [row for row in day if time_of(row) < until]
            if counted:
                revenue = sum((Decimal(row["amount"]) for row in counted), Decimal(0))
                place = {"region": region, "window_start": written(midnight), "window_end": written(until)}
                expected.append({**place, "orders": len(counted), "revenue": revenue})
            until += MINUTE
    return expected


def top_products(rows: list[Row]) -> list[Row]:
    """For each ten minutes, a new one every five: the five products that brought most."""
    revenue: dict[datetime, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        time = time_of(row)
        latest = time - (time - datetime.min) % HOP
        for hop in range(HOPS):
            revenue[latest - hop * HOP][row["product"]] += Decimal(row["amount"])
    expected: list[Row] = []
    for since, products in sorted(revenue.items()):
        ranked = sorted(products.items(), key=lambda item: (-item[1], item[0]))[:TOP]
        for place, (product, amount) in enumerate(ranked, start=1):
            window = {"window_start": written(since), "window_end": written(since + HOPS * HOP)}
            expected.append({**window, "place": place, "product": product, "revenue": amount})
    return expected


def make() -> Example:
    orders = Input("orders", FOLDER / "orders.jsonl", partitions=4)
    rows = distinct(orders.rows())
    outputs = [Output("board", board(rows)), Output("top_products", top_products(rows))]
    return Example(FOLDER, [orders], outputs)


if __name__ == "__main__":
    sys.exit(main(make, __doc__ or ""))
