#!/usr/bin/env python3
"""Runs the bounded cases of tests/sql/ through a real Apache Flink and compares what it gives with what they expect.

Prints 'N equal, N refused by name, N different, N not runnable on Flink' and names all but the first kind. Refused by name is
what Tidemill refuses and Flink runs: a case marked 'flink: refused REASON', which Flink must then run. A difference is allowed
only where docs/flink-compatibility.md lists the case, as a table row '| `<case>` | <reason> |'; a listed case that is equal
fails too. So does a rule that a case settles there, '| <rule> | `<case>`, … |', where the case can't be compared or differs. Not runnable are cases marked 'flink: skip REASON', and those that no Flink can be asked about.
Exits with 77, for "skipped", when Flink can't be had here; with 1 for a difference that is not listed.

With --sample N, only N cases are run, spread evenly over the names of all that can be: what CI does.
With --skipped, the cases marked 'flink: skip' are run all the same, and what Flink makes of them is printed: their reasons grow old.

With --rewrite, what a differing case expects is replaced by what Flink gives: the way to write a new case. Read the change.

Usage: conformance.py [--verbose] [--rewrite] [--sample N] [--skipped] [PART OF A CASE'S NAME]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from flink_translation import NotRunnable, translate
from sql_cases import Case, Cell, Expectation, Row, format_row, read_all

ROOT = Path(__file__).resolve().parents[1]
LISTED = ROOT / "docs/flink-compatibility.md"
SKIPPED = 77
ACCEPTED = "Flink accepts it"
NO_RESULT: dict[str, Any] = {"types": [], "rows": []}


def same_cell(expected: Cell, actual: Cell, type_text: str) -> bool:
    """Whether two texts are one value of the type: as text, but for floats by value and times by their digits."""
    if expected is None or actual is None or expected == actual:
        return expected == actual
    if re.match(r"(FLOAT|DOUBLE)\b", type_text):
        return same_number(expected, actual)
    if type_text.startswith("TIME"):
        return without_zeros(expected) == without_zeros(actual)
    if type_text.startswith("BOOLEAN"):
        return expected.upper() == actual.upper()
    return False


def same_number(expected: str, actual: str) -> bool:
    try:
        first, second = float(expected), float(actual)
    except ValueError:
        return False
    return first == second or abs(first - second) <= 1e-12 * max(abs(first), abs(second))


def without_zeros(time: str) -> str:
    return time.rstrip("0").rstrip(".") if "." in time else time


def same_row(expected: tuple[Cell, ...], actual: tuple[Cell, ...], types: list[str]) -> bool:
    return len(expected) == len(actual) and all(map(same_cell, expected, actual, types))


def fold(changes: list[Row], key: list[int]) -> list[Row]:
    """Returns the rows that remain once every change is applied. A table with a key takes the latest row of each key."""
    remaining: list[Row] = []

    def same(one: Row, other: Row) -> bool:
        return all(one.cells[column] == other.cells[column] for column in key or range(len(other.cells)))

    for change in changes:
        adds = change.kind in ("+I", "+U")
        found = next((row for row in remaining if same(row, change)), None)
        if found and (key or not adds):
            remaining.remove(found)
        elif not adds and not key:
            raise ValueError(f"a row is retracted that was never sent: {written(change)}")
        if adds:
            remaining.append(Row("+I", change.cells))
    return remaining


def canonical(rows: list[Row], like: list[Row], types: list[str]) -> list[Row]:
    """Writes each row as `like` writes it, where one there is the same: then rows compare as plain values."""
    known: dict[tuple[Cell, ...], tuple[Cell, ...]] = {}
    for row in rows:
        if row.cells not in known:
            known[row.cells] = next((one.cells for one in like if same_row(one.cells, row.cells, types)), row.cells)
    return [Row(row.kind, known[row.cells]) for row in rows]


def kinds_by_row(changes: list[Row]) -> dict[tuple[Cell, ...], list[str]]:
    """Returns the kinds of each equal row in order: across keys, no order is promised."""
    kinds: dict[tuple[Cell, ...], list[str]] = defaultdict(list)
    for change in changes:
        kinds[change.cells].append(change.kind)
    return kinds


def difference(expected: Expectation, answer: dict[str, Any], one_source: bool) -> str:
    """Returns what Flink's answer has else than `expected`, or nothing."""
    if expected.what == "error":
        return "" if "error" in answer else ACCEPTED
    if "error" in answer:
        return f"Flink fails: {answer['error']}"
    if expected.what == "late":
        return "" if answer["late"] == int(expected.of) else f"late rows: expected {expected.of}, Flink {answer['late']}"
    result = result_for(expected, answer)
    if result is None:
        return f"Flink has no table {expected.of} that rows were inserted into"
    changes = canonical(changes_of(result), expected.rows, result["types"])
    try:
        return difference_of_rows(expected, changes, result.get("key", []), one_source)
    except ValueError as error:
        return str(error)


def result_for(expected: Expectation, answer: dict[str, Any]) -> dict[str, Any] | None:
    if expected.of:
        return answer["sinks"].get(expected.of)
    return (answer["results"] or [NO_RESULT])[-1]


def changes_of(result: dict[str, Any]) -> list[Row]:
    return [Row(row[0], tuple(row[1:])) for row in result["rows"]]


def difference_of_rows(expected: Expectation, changes: list[Row], key: list[int], one_source: bool) -> str:
    if expected.what == "changelog" and one_source:
        same = kinds_by_row(changes) == kinds_by_row(expected.rows)
        return "" if same else describe(expected.rows, changes)
    wanted = fold(expected.rows, key) if expected.what == "changelog" else expected.rows
    rows = fold(changes, key)
    same = rows == wanted if expected.what == "rows" else Counter(rows) == Counter(wanted)
    return "" if same else describe(wanted, rows)


def written(row: Row) -> str:
    return f"{row.kind} " + " | ".join("NULL" if cell is None else cell for cell in row.cells)


def describe(wanted: list[Row], rows: list[Row]) -> str:
    only_wanted = [f"- {written(row)}" for row in (Counter(wanted) - Counter(rows)).elements()]
    only_flink = [f"+ {written(row)}" for row in (Counter(rows) - Counter(wanted)).elements()]
    return "rows differ (- expected, + Flink):\n" + "\n".join(only_wanted + only_flink or ["the order differs"])


def differences(case: Case, answer: dict[str, Any]) -> str:
    # When a mini-batch ends hangs on the clock: only what is left in the end is promised.
    gathers = case.settings.get("table.exec.mini-batch.enabled") == "true"
    one_source = len(case.inputs) <= 1 and not gathers
    return "\n".join(filter(None, (difference(one, answer, one_source) for one in case.expectations)))


def rewritten(expected: Expectation, answer: dict[str, Any]) -> list[str]:
    """Returns the lines that stand for what Flink gives in place of `expected`."""
    if expected.what == "late":
        return [f"expect late {answer['late']}"]
    head = "expect" if expected.what == "table" and not expected.of else f"expect {expected.what} {expected.of}".rstrip()
    result = result_for(expected, answer)
    changes = changes_of(result or NO_RESULT)
    rows = changes if expected.what == "changelog" else fold(changes, (result or {}).get("key", []))
    return [head, *map(format_row, rows)]


def rewrite(cases: list[tuple[Case, dict[str, Any]]]) -> None:
    """Replaces the expectations of these cases in their files, from the last line up."""
    expectations = [(case.path, one, answer) for case, answer in cases for one in case.expectations if one.what not in ("error", "text")]
    for path, one, answer in sorted(expectations, key=lambda item: -item[1].line):
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[one.line - 1 : one.last_line] = rewritten(one, answer)
        path.write_text("\n".join(lines), encoding="utf-8")


def listed_reasons(text: str) -> dict[str, str]:
    """Reads the rows '| `<case>` | <reason> |' of docs/flink-compatibility.md."""
    return dict(re.findall(r"^\| `([^`]*: [^`]*)` \| (.+?) \|$", text, re.MULTILINE))


def settling_cases(text: str) -> list[str]:
    """Reads the cases of the rows '| <rule> | `<case>`, … |' of docs/flink-compatibility.md."""
    rows = re.findall(r"^\| [^`|][^|]* \| (`[^`|]*: [^`|]*`(?:, `[^`|]*: [^`|]*`)*) \|$", text, re.MULTILINE)
    return [case for row in rows for case in re.findall(r"`([^`]*)`", row)]


def unsettled(settling: list[str], cases: dict[str, Case], left_out: dict[str, str], listed: dict[str, str]) -> list[str]:
    """Returns those of the settling cases that do not compare anything, though a rule rests on them."""
    compared = {name for name, case in cases.items() if name not in left_out and name not in listed and not case.flink_refused}
    return [name for name in settling if name not in compared]


def run_flink(jobs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Returns Flink's answers by case. Exits the process where Flink can't be had."""
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    run = subprocess.run([ROOT / "tests/conformance/flink.sh"], input=lines, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode == SKIPPED:
        print("SKIPPED: no Flink to compare with, for the reason above")
        sys.exit(SKIPPED)
    if run.returncode != 0:
        sys.exit(f"tests/conformance/flink.sh failed with {run.returncode}")
    # Flink prints code that it could not compile between the answers.
    answers = [json.loads(line) for line in run.stdout.split("\n") if line.startswith('{"name"')]
    return {answer["name"]: answer for answer in answers}


def check(case: Case, answer: dict[str, Any]) -> str:
    """Returns what is wrong with Flink's answer: a difference, or a mark of the case that does not hold."""
    what = differences(case, answer)
    if not case.flink_refused:
        return what
    return "" if set(what.split("\n")) == {ACCEPTED} else f"marked 'flink: refused', but Flink does not run it: {answer.get('error', what)}"


def report(cases: dict[str, Case], left_out: dict[str, str], found: dict[str, str], listed: dict[str, str], verbose: bool) -> int:
    """Prints what came out; returns the exit code."""
    refused = {name: case.flink_refused for name, case in cases.items() if case.flink_refused and name not in left_out}
    for title, reasons in (("not runnable", left_out), ("refused by name", refused)):
        for name, reason in reasons.items():
            if verbose:
                print(f"{title}: {name}: {reason}")
        for reason, count in [] if verbose else Counter(reasons.values()).most_common():
            print(f"{title}: {count} × {reason}")
    for name, what in found.items():
        print(f"different{' (listed)' if name in listed else ''}: {name}: {listed.get(name, what)}")
    stale = [name for name in listed if name in cases and name not in found]
    for name in stale:
        print(f"listed in docs/flink-compatibility.md, but not different: {name}")
    named = len(refused.keys() - found.keys())
    equal = len(cases) - len(left_out) - named - len(found)
    print(f"{equal} equal, {named} refused by name, {len(found)} different, {len(left_out)} not runnable on Flink")
    return 1 if stale or found.keys() - listed.keys() else 0


def spread(jobs: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Returns `count` of them, evenly spaced in the order of their names; all where there are no more."""
    if len(jobs) <= count:
        return jobs
    ordered = sorted(jobs, key=lambda job: job["name"])
    return [ordered[index * len(jobs) // count] for index in range(count)]


def print_skipped(cases: dict[str, Case], reasons: dict[str, str], answers: dict[str, dict[str, Any]]) -> None:
    for name, answer in answers.items():
        print(f"{name} ({reasons[name]}): {differences(cases[name], answer) or 'equal'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbose", action="store_true", help="name every refused case")
    parser.add_argument("--rewrite", action="store_true", help="replace what differing cases expect by what Flink gives")
    parser.add_argument("--sample", type=int, metavar="N", help="run N of the cases, evenly spread")
    parser.add_argument("--skipped", action="store_true", help="run the cases marked 'flink: skip', and print what Flink makes of them")
    parser.add_argument("part", nargs="?", default="", help="only cases whose name has this part")
    arguments = parser.parse_args()
    cases = {name: case for name, case in read_all(ROOT / "tests/sql").items() if arguments.part in name}
    if arguments.skipped:
        cases = {name: case for name, case in cases.items() if case.flink_skip}
    if not cases:
        sys.exit("no case to compare under tests/sql/")
    reasons = {name: case.flink_skip for name, case in cases.items()}
    left_out: dict[str, str] = {}
    jobs = []
    text = LISTED.read_text(encoding="utf-8") if LISTED.is_file() else ""
    listed = listed_reasons(text)
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, case) in enumerate(cases.items()):
            case.flink_skip = "" if arguments.skipped else case.flink_skip
            try:
                jobs.append(translate(name, case, Path(folder) / str(number)))
            except NotRunnable as reason:
                left_out[name] = str(reason)
        whole = not arguments.part and not arguments.skipped
        idle = unsettled(settling_cases(text), cases, left_out, listed) if whole else []
        if arguments.sample:
            jobs = spread(jobs, arguments.sample)
            cases = {job["name"]: cases[job["name"]] for job in jobs}
            left_out = {}
        answers = run_flink(jobs)
    if arguments.skipped:
        print_skipped(cases, reasons, answers)
        return 0
    found = {name: check(cases[name], answers[name]) for name in answers}
    if arguments.rewrite:
        differing = [name for name in answers if found[name] and "error" not in answers[name] and not cases[name].flink_refused]
        rewrite([(cases[name], answers[name]) for name in differing])
        found = {name: what for name, what in found.items() if name not in differing}
    missing = [job["name"] for job in jobs if job["name"] not in answers]
    found.update((name, "Flink gave no answer") for name in missing)
    for name in idle:
        print(f"docs/flink-compatibility.md rests a rule on a case that is not compared: {name}")
    code = report(cases, left_out, {name: what for name, what in found.items() if what}, listed, arguments.verbose)
    return 1 if idle else code


if __name__ == "__main__":
    sys.exit(main())
