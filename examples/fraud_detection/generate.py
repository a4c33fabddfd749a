#!/usr/bin/env python3
"""Makes transactions.jsonl and card_profiles.jsonl: an afternoon of card payments, with frauds among them. The same every time."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
SEED = 20260310
BEGIN = datetime(2026, 3, 10, 14, 0)
MINUTES = 120
CARDS = 60
PARTITIONS = 3
PAYMENTS = 900
DELAY_SECONDS = 9.5  # the most between a payment and its arrival: the watermark waits 10
COUNTRIES = ("DE", "FR", "PL", "ES")
MERCHANTS = ("bakery", "bookshop", "cinema", "grocer", "pharmacy", "station")

Row = dict[str, object]


class Afternoon:
    """Draws payments. Only random(): what the other methods give has changed between versions of Python."""

    def __init__(self) -> None:
        self.numbers = random.Random(SEED)
        self.payments: list[tuple[float, Row]] = []
        self.home = [self.pick(COUNTRIES) for _ in range(CARDS)]

    def pick(self, values: tuple[str, ...]) -> str:
        return values[int(len(values) * self.numbers.random())]

    def pay(self, card: int, seconds: float, amount: float, country: str = "") -> None:
        """One payment. Its milliseconds are its number, so that no two of a card have the same time."""
        number = len(self.payments)
        time = BEGIN + timedelta(seconds=int(seconds), milliseconds=number % 1000)
        row: Row = {
            "tx": f"t{number:05}",
            "card": f"c{card:03}",
            "amount": f"{amount:.2f}",
            "merchant": self.pick(MERCHANTS),
            "country": country or self.home[card],
            "ts": time.isoformat(sep=" ", timespec="milliseconds"),
            "partition": card % PARTITIONS,  # payments of a card stay in order of their arrival
        }
        self.payments.append((seconds + DELAY_SECONDS * self.numbers.random(), row))

    def honest(self) -> None:
        for _ in range(PAYMENTS):
            card = int(CARDS * self.numbers.random())
            self.pay(card, 60 * MINUTES * self.numbers.random(), 1 + 180 * self.numbers.random() ** 3)

    def frauds(self) -> None:
        for attack in range(24):
            card = int(CARDS * self.numbers.random())
            begin = 60 * (MINUTES - 15) * self.numbers.random()
            kind = attack % 4
            if kind == 0:  # a small amount to see whether the card works, then a large one: in a minute, or a little too late
                self.pay(card, begin, 0.5)
                self.pay(card, begin + 35 + 60 * (attack % 8 == 4), 501 + 900 * self.numbers.random())
            elif kind == 1:  # many in a short time
                for step in range(8):
                    self.pay(card, begin + 50 * step, 20 + 10 * self.numbers.random())
            elif kind == 2:  # in another country, sooner than one can travel
                abroad = COUNTRIES[(COUNTRIES.index(self.home[card]) + 1) % len(COUNTRIES)]
                self.pay(card, begin, 40)
                self.pay(card, begin + 600, 45, abroad)
            else:  # more than the card allows
                self.pay(card, begin, 2000 + 900 * self.numbers.random())

    def profiles(self) -> list[Row]:
        """Each card's limit, and for some cards another one from a moment in the afternoon on."""
        changes: list[tuple[float, Row]] = []
        for card in range(CARDS):
            limits = [(-3600.0 - card, 500 + 100 * int(5 * self.numbers.random()))]
            if card % 3 == 0:
                limits.append((60 * MINUTES * self.numbers.random(), 100))
            if card % 5 == 0:
                limits.append((60 * MINUTES * self.numbers.random(), 3000))
            for seconds, limit in limits:
                time = (BEGIN + timedelta(seconds=int(seconds))).isoformat(sep=" ", timespec="milliseconds")
                row: Row = {"card": f"c{card:03}", "credit_limit": f"{limit}.00", "home": self.home[card], "changed_at": time}
                changes.append((seconds, {**row, "partition": 0}))
        return [row for _, row in sorted(changes, key=lambda change: (change[0], str(change[1]["card"])))]


def texts() -> dict[str, str]:
    """Returns by file name what is in it."""
    afternoon = Afternoon()
    afternoon.honest()
    afternoon.frauds()
    payments = [row for _, row in sorted(afternoon.payments, key=lambda payment: (payment[0], str(payment[1]["tx"])))]
    tables = {"transactions.jsonl": payments, "card_profiles.jsonl": afternoon.profiles()}
    return {name: "".join(json.dumps(row) + "\n" for row in rows) for name, rows in tables.items()}


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
