#!/usr/bin/env python3
"""Runs the fraud detection, over files or over Kafka, and compares its alerts with what these lines of Python make of the payments."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checked_run import Example, Input, Output, Row, main  # noqa: E402

FOLDER = Path(__file__).resolve().parent


def time_of(row: Row, name: str = "ts") -> datetime:
    return datetime.fromisoformat(row[name])


def amount_of(row: Row) -> Decimal:
    return Decimal(row["amount"])


def alert(rule: str, first: Row, last: Row) -> Row:
    at_time = last["ts"].rstrip("0").rstrip(".")  # as a timestamp is written: without zeros at its end
    made_by = {"first_tx": first["tx"], "last_tx": last["tx"], "amount": amount_of(last)}
    return {"rule": rule, "card": last["card"], "at_time": at_time, **made_by}


def small_then_large(payments: list[Row]) -> Iterator[Row]:
    """Two payments in succession, less than a minute apart: under 1, then over 500. What is part of an alert is not part of another."""
    place = 0
    while place + 1 < len(payments):
        first, second = payments[place : place + 2]
        soon = time_of(second) - time_of(first) < timedelta(minutes=1)
        if soon and amount_of(first) < 1 and amount_of(second) > 500:
            yield alert("small then large", first, second)
            place += 1
        place += 1


def other_country(payments: list[Row]) -> Iterator[Row]:
    """Two payments in succession in two countries, less than half an hour apart."""
    for first, second in zip(payments, payments[1:]):
        if first["country"] != second["country"] and time_of(second) - time_of(first) < timedelta(minutes=30):
            yield alert("other country", first, second)


def too_many(payments: list[Row]) -> Iterator[Row]:
    """More than five in the ten minutes up to a payment, itself among them."""
    for payment in payments:
        since = time_of(payment) - timedelta(minutes=10)
        recent = [other for other in payments if since <= time_of(other) <= time_of(payment)]
        if len(recent) > 5:
            yield alert("too many", recent[0], payment)


def over_limit(payments: list[Row], profiles: list[Row]) -> Iterator[Row]:
    """More than the card's limit allowed at that moment."""
    for payment in payments:
        known = [profile for profile in profiles if time_of(profile, "changed_at") <= time_of(payment)]
        if known and amount_of(payment) > Decimal(known[-1]["credit_limit"]):
            yield alert("over limit", payment, payment)


def alerts(payments: list[Row], profiles: list[Row]) -> list[Row]:
    by_card: dict[str, list[Row]] = defaultdict(list)
    for payment in sorted(payments, key=time_of):
        by_card[payment["card"]].append(payment)
    versions: dict[str, list[Row]] = defaultdict(list)
    for profile in sorted(profiles, key=lambda row: time_of(row, "changed_at")):
        versions[profile["card"]].append(profile)
    found: list[Row] = []
    for card, of_card in by_card.items():
        found += [*small_then_large(of_card), *other_country(of_card), *too_many(of_card), *over_limit(of_card, versions[card])]
    return found


def make() -> Example:
    payments = Input("transactions", FOLDER / "transactions.jsonl", partitions=3)
    profiles = Input("card_profiles", FOLDER / "card_profiles.jsonl", key="card", config={"cleanup.policy": "compact"})
    return Example(FOLDER, [payments, profiles], [Output("alerts", alerts(payments.rows(), profiles.rows()))])


if __name__ == "__main__":
    sys.exit(main(make, __doc__ or ""))
