"""Turns a case of tests/sql/ into what a real Flink can run: tables over files, statements, settings.

A table with 'connector' = 'test' becomes a filesystem table over the case's rows: as JSON, or as Debezium changes where rows
carry kinds. A case that Flink can't run is left out: NotRunnable says why.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sql_cases import Case, Cell, Row
from sql_text import Column, CreateTable, parse_create_table, split_statements, tokens

CAPTURED = "captured"  # the connector of tests/conformance/CapturedSink.java


class NotRunnable(Exception):
    """Why Flink can't run this case."""


def translate(name: str, case: Case, folder: Path) -> dict[str, Any]:
    """Writes the case's rows into `folder` and returns the job for FlinkRunner.java. Raises NotRunnable."""
    leave_out_what_flink_cannot(case)
    folder.mkdir(parents=True)
    statements = [one for text in [*case.statements, case.query] for one in split_statements(text)]
    sinks = {sink for one in statements for sink in insert_targets(one)}
    zone = case.settings.get("table.local-time-zone", "UTC")
    return {
        "name": name,
        "config": case.settings,
        "statements": [translate_statement(one, case, folder, sinks, zone) for one in statements],
        "batch": case.settings.get("execution.runtime-mode", "").lower() == "batch" or expects(case, "rows"),
    }


def expects(case: Case, what: str) -> bool:
    return any(one.what == what for one in case.expectations)


def leave_out_what_flink_cannot(case: Case) -> None:
    if case.flink_skip:
        raise NotRunnable(case.flink_skip)
    for step, reason in (("watermark", "watermarks written by hand"), ("clock", "a virtual clock")):
        if step in case.steps:
            raise NotRunnable(reason)
    if expects(case, "text"):
        raise NotRunnable("text that each engine words in its own way")


def insert_targets(statement: str) -> list[str]:
    """Returns the tables that the statement inserts into."""
    words = tokens(statement)
    return [words[i + 2].name for i in range(len(words) - 2) if words[i].is_word("INSERT") and words[i + 1].is_word("INTO", "OVERWRITE")]


def translate_statement(statement: str, case: Case, folder: Path, sinks: set[str], zone: str) -> str:
    table = parse_create_table(statement)
    if table is None or table.options.get("connector") != "test":
        return statement
    if table.name in sinks:
        options = {"connector": CAPTURED}
    else:
        rows = case.inputs.get(table.name, [])
        options = write_rows(table, rows, folder, zone)
    written = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    return f"{statement[: table.with_start]}WITH ({written}){statement[table.with_end :]}"


def write_rows(table: CreateTable, rows: list[Row], folder: Path, zone: str) -> dict[str, str]:
    """Writes the rows as one file and returns the options of a table over it."""
    appends = all(row.kind == "+I" for row in rows)
    objects = [json_object(table.columns, row, zone) for row in rows]
    lines = objects if appends else debezium_changes(rows, objects)
    path = folder / f"{table.name}.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return {"connector": "filesystem", "path": path.as_uri(), "format": "json" if appends else "debezium-json"}


def debezium_changes(rows: list[Row], objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    before = None
    for row, value in zip(rows, objects):
        if (before is not None) != (row.kind == "+U"):
            raise NotRunnable("a -U or +U that is no pair with its neighbour")
        if row.kind == "-U":
            before = value
            continue
        change = {"+I": ("c", None, value), "-D": ("d", value, None), "+U": ("u", before, value)}[row.kind]
        changes.append(dict(zip(("op", "before", "after"), change)))
        before = None
    if before is not None:
        raise NotRunnable("a -U or +U that is no pair with its neighbour")
    return changes


def json_object(columns: tuple[Column, ...], row: Row, zone: str) -> dict[str, Any]:
    if len(columns) != len(row.cells):
        raise NotRunnable(f"a row of {len(row.cells)} cells for {len(columns)} columns")
    return {column.name: json_value(column.type, cell, zone) for column, cell in zip(columns, row.cells)}


def json_value(type_text: str, cell: Cell, zone: str) -> Any:
    """Returns the JSON value of a cell. Flink's JSON format reads every simple type from a string."""
    if cell is None:
        return None
    if re.match(r"(ARRAY|MAP|ROW|MULTISET)\b", type_text):
        return nested_value(type_text, cell)
    if re.match(r"VARIANT\b", type_text):
        raise NotRunnable("rows with a VARIANT, which Flink's JSON format does not read")
    if re.match(r"(BYTES|BINARY|VARBINARY)\b", type_text):
        hexadecimal = re.fullmatch(r"[xX]'([0-9a-fA-F]*)'", cell)
        data = bytes.fromhex(hexadecimal.group(1)) if hexadecimal else cell.encode()
        return base64.b64encode(data).decode()
    if re.match(r"TIMESTAMP(_LTZ|\s*\(\d\)\s+WITH LOCAL|\s+WITH LOCAL)", type_text):
        return instant(cell, zone)
    return cell


def nested_value(type_text: str, cell: str) -> Any:
    """Returns the JSON that stands in the cell; numbers as strings, so that no digit is lost."""
    if re.search(r"(MAP|MULTISET)\s*<\s*(?!STRING|CHAR|VARCHAR)", type_text):
        raise NotRunnable("maps with keys that are not text, which Flink's JSON format does not read")
    if re.search(r"\b(BYTES|BINARY|VARBINARY|TIMESTAMP_LTZ|VARIANT)\b|LOCAL TIME ZONE", type_text):
        raise NotRunnable("nested values that Flink's JSON format reads from other texts")
    try:
        return json.loads(cell, parse_float=str, parse_int=str)
    except ValueError:
        raise NotRunnable("nested values that are not JSON") from None


def instant(cell: str, zone: str) -> str:
    """Returns the moment that `cell` names in the session's zone as Flink's JSON wants it: in UTC, with a Z."""
    if cell.endswith("Z"):
        return cell
    seconds, dot, fraction = cell.partition(".")
    moment = datetime.fromisoformat(seconds).replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M:%S") + dot + fraction + "Z"
