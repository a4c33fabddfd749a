"""What the queries of Nexmark cost on two engines, and by how much: medians, ratios, geometric means. Rule: nothing is left out in silence."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Cost:
    """The runs of a query on one engine. `rows`: what is left of its changes; None where it is not known."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    peak_mib: float = 0.0
    changes: int | None = None
    rows: int | None = None


@dataclass
class Result:
    """A query on both engines: what it cost, or why it did not run, which `refusals` has by engine."""

    query: str
    tidemill: Cost | None = None
    flink: Cost | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    not_compared: str = ""  # why the rows of the two are not held against each other

    def differs(self) -> bool:
        """Says whether both ran, and what must be the same number of rows is not."""
        if not self.tidemill or not self.flink or self.not_compared:
            return False
        return self.tidemill.rows is None or self.tidemill.rows != self.flink.rows


def geometric_mean(values: list[float]) -> float | None:
    """Returns the geometric mean of numbers above 0; None where there are none."""
    return math.exp(statistics.fmean(map(math.log, values))) if values else None


def figures(cost: Cost, events: int) -> dict[str, Any]:
    """Returns the medians of the runs."""
    return {
        "cpu_s_a_million": statistics.median(cost.cpu_s) / (events / 1e6),
        "events_a_second": events / statistics.median(cost.wall_s),
        "peak_mib": cost.peak_mib,
        "changes": cost.changes,
        "rows": cost.rows,
        "runs": [{"wall_s": wall_s, "cpu_s": cpu_s} for wall_s, cpu_s in zip(cost.wall_s, cost.cpu_s)],
    }


def row_of(result: Result, events: int) -> dict[str, Any]:
    """Returns a query's line: of each engine its figures or None, and how many times more Tidemill does where both ran."""
    row: dict[str, Any] = {"query": result.query, "refusals": result.refusals, "not_compared": result.not_compared, "differs": result.differs()}
    row["tidemill"] = figures(result.tidemill, events) if result.tidemill else None
    row["flink"] = figures(result.flink, events) if result.flink else None
    row["cpu_ratio"] = row["wall_ratio"] = None
    if result.tidemill and result.flink:
        row["cpu_ratio"] = row["flink"]["cpu_s_a_million"] / row["tidemill"]["cpu_s_a_million"]
        row["wall_ratio"] = row["tidemill"]["events_a_second"] / row["flink"]["events_a_second"]
    return row


def summary(results: list[Result], events: int) -> dict[str, Any]:
    """Returns all lines, and the means over the queries that ran on both."""
    table = [row_of(result, events) for result in results]
    both = [row for row in table if row["cpu_ratio"] is not None]
    return {
        "queries": table,
        "compared": len(both),
        "cpu_ratio": geometric_mean([row["cpu_ratio"] for row in both]),
        "cpu_ratio_least": min(((row["cpu_ratio"], row["query"]) for row in both), default=None),
        "wall_ratio": geometric_mean([row["wall_ratio"] for row in both]),
    }


def notes(row: dict[str, Any]) -> list[str]:
    """Returns what must be said of a line."""
    said = [f"{engine} does not run it: {reason}" for engine, reason in row["refusals"].items()]
    if row["differs"]:
        said.append(f"THE RESULTS DIFFER: {row['tidemill']['rows']} rows of Tidemill, {row['flink']['rows']} of Flink")
    if row["not_compared"]:
        said.append(f"rows are not compared: {row['not_compared']}")
    return [f"{row['query']}: {what}" for what in said]


def text(report: dict[str, Any]) -> str:
    """Returns the table of a summary as text."""
    lines = [f"{'':6}{'CPU s a million events':^29}{'events a second':^33}",
             f"{'query':6}{'Tidemill':>10}{'Flink':>10}{'ratio':>9}{'Tidemill':>13}{'Flink':>12}{'ratio':>8}{'rows':>12}"]  # fmt: skip
    for row in report["queries"]:
        cells = [(row["tidemill"], "cpu_s_a_million", "10.3f"), (row["flink"], "cpu_s_a_million", "10.3f"), (row, "cpu_ratio", "9.2f"),
                 (row["tidemill"], "events_a_second", "13,.0f"), (row["flink"], "events_a_second", "12,.0f"), (row, "wall_ratio", "8.2f"),
                 (row["flink"] if not row["not_compared"] else None, "rows", "12,")]  # fmt: skip
        lines.append(f"{row['query']:6}" + "".join(map(_cell, *zip(*cells))))
    if report["compared"]:
        least, query = report["cpu_ratio_least"]
        lines.append(f"geometric mean of {report['compared']} queries: {report['cpu_ratio']:.2f} times less CPU (least: {least:.2f}, {query}), "
                     f"{report['wall_ratio']:.2f} times the events a second")  # fmt: skip
    return "\n".join(lines + [note for row in report["queries"] for note in notes(row)])


def _cell(of: dict[str, Any] | None, key: str, form: str) -> str:
    value = of[key] if of else None
    return f"{value:{form}}" if value is not None else "–".rjust(int(form.split(".")[0].rstrip(",")))
