"""Reads the *.test files of `tidemill test`: the same grammar as src/testing/test_file.cc, described in docs/testing-your-sql.md.

Only what a comparison with another engine needs: a file that `tidemill test` refuses is not refused again here.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path

Cell = str | None
KINDS = ("+I", "-U", "+U", "-D")
STEPS = ("watermark", "clock", "checkpoint", "crash")


@dataclass(frozen=True)
class Row:
    kind: str
    cells: tuple[Cell, ...]


@dataclass
class Expectation:
    """What a case expects. `what` is table, rows, changelog, error, late or text; `of` a sink table, the error's text, the count."""

    what: str
    of: str
    rows: list[Row] = field(default_factory=list)
    line: int = 0  # of the `expect` line, from 1
    last_line: int = 0  # of its body, or `line` where it has none


@dataclass
class Case:
    name: str
    settings: dict[str, str] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)  # the texts of the sections `sql`, in order
    query: str = ""
    inputs: dict[str, list[Row]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)  # those that are not rows
    expectations: list[Expectation] = field(default_factory=list)
    flink_skip: str = ""  # why it cannot be compared
    flink_refused: str = ""  # why it expects an error where Flink gives a result
    path: Path = Path()


def parse_cells(line: str) -> list[Cell]:
    """Splits "a | 'b | c' | NULL" into cells; quotes are taken off, NULL becomes None."""
    cells: list[Cell] = []
    rest = line.strip()
    while True:
        if rest.startswith("'"):
            value, rest = _quoted(rest)
            cells.append(value)
        else:
            text, bar, after = rest.partition("|")
            cells.append(None if text.strip() == "NULL" else text.strip())
            rest = bar + after
        if not rest:
            return cells
        rest = rest[1:].strip()


def _quoted(text: str) -> tuple[str, str]:
    """Reads a quoted cell; returns its value and what follows, from the next bar on."""
    at = 1
    while at < len(text):
        if text[at] == "'" and text[at + 1 : at + 2] != "'":
            return text[1:at].replace("''", "'"), text[at + 1 :].strip()
        at += 2 if text[at] == "'" else 1
    raise ValueError(f"unterminated quote in the row: {text}")


def format_cell(cell: Cell) -> str:
    """Writes a cell so that parse_cells reads it back."""
    if cell is None:
        return "NULL"
    plain = cell and cell != "NULL" and cell.strip() == cell and not set("|\n") & set(cell) and cell[0] not in "'#"
    return cell if plain else "'" + cell.replace("'", "''") + "'"


def format_row(row: Row) -> str:
    cells = [*([row.kind] if row.kind != "+I" else []), *map(format_cell, row.cells)]
    return "  " + " | ".join(cells)


def parse_row(line: str) -> Row:
    cells = parse_cells(line)
    if cells[0] in KINDS:
        return Row(str(cells[0]), tuple(cells[1:]))
    return Row("+I", tuple(cells))


class _Reader:
    """The lines of one file, read section by section."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._next = 0
        self._shared = Case("")
        self.cases: list[Case] = []

    def read(self) -> list[Case]:
        while self._next < len(self._lines):
            line = self._lines[self._next]
            self._next += 1
            if line.strip() and not line.startswith("#"):
                self._section(line)
        return self.cases

    def _body(self) -> list[str]:
        body = []
        while self._next < len(self._lines) and (not self._lines[self._next].strip() or self._lines[self._next][0] in " \t"):
            body.append(self._lines[self._next])
            self._next += 1
        return body

    def _rows(self) -> list[Row]:
        lines = [line.strip() for line in self._body()]
        return [parse_row(line) for line in lines if line and not line.startswith("#")]

    def _section(self, line: str) -> None:
        keyword, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        case = self.cases[-1] if self.cases else self._shared
        if keyword == "case":
            self.cases.append(copy.deepcopy(self._shared))
            self.cases[-1].name = rest
        elif keyword == "flink:":
            how, _, reason = rest.partition(" ")
            if how == "refused":
                case.flink_refused = reason.strip()
            else:
                case.flink_skip = reason.strip()
        elif keyword == "set":
            key, _, value = rest.partition("=")
            case.settings[key.strip()] = value.strip()
        elif keyword == "sql":
            case.statements.append("\n".join(self._body()))
        elif keyword == "query":
            case.query = "\n".join(self._body())
        elif keyword == "input":
            case.inputs.setdefault(rest, []).extend(self._rows())
        elif keyword == "expect":
            case.expectations.append(self._expectation(rest))
        elif keyword in STEPS:
            case.steps.append(keyword)
        else:
            raise ValueError(f"line {self._next}: unknown section '{keyword}'")

    def _expectation(self, rest: str) -> Expectation:
        what, _, of = rest.partition(" ")
        expected = Expectation(what or "table", of.strip(), line=self._next, last_line=self._next)
        if what == "text":
            self._body()
        elif what not in ("error", "late"):
            expected.rows = self._rows()
        if what not in ("error", "late"):
            expected.last_line = self._last_written_line()
        return expected

    def _last_written_line(self) -> int:
        last = self._next
        while not self._lines[last - 1].strip():
            last -= 1
        return last


def parse_cases(text: str) -> list[Case]:
    return _Reader(text).read()


def read_all(folder: Path) -> dict[str, Case]:
    """Returns the cases of every *.test under `folder`, by '<file without .test>: <case>'."""
    cases: dict[str, Case] = {}
    for path in sorted(folder.rglob("*.test")):
        for case in parse_cases(path.read_text(encoding="utf-8")):
            case.path = path
            cases[f"{path.relative_to(folder).with_suffix('').as_posix()}: {case.name}"] = case
    return cases
