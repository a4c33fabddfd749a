"""A light reading of SQL text: statements, and the columns of a CREATE TABLE. Knows quotes, comments and brackets, no grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<word>[A-Za-z_][\w$]*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    kind: str  # string, quoted, word or other
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words

    @property
    def name(self) -> str:
        """The identifier, quotes taken off."""
        return self.text[1:-1].replace("``", "`") if self.kind == "quoted" else self.text


def tokens(sql: str) -> list[Token]:
    found = (Token(str(one.lastgroup), one.group(), one.start(), one.end()) for one in _TOKEN.finditer(sql))
    return [one for one in found if one.kind != "space"]


def split_statements(sql: str) -> list[str]:
    """Splits at semicolons, but not inside a BEGIN … END; returns the statements without their semicolons."""
    statements: list[str] = []
    start, inside = 0, False
    all_tokens = tokens(sql)
    for index, token in enumerate(all_tokens):
        if token.is_word("BEGIN") and index > 0 and all_tokens[index - 1].is_word("SET"):
            inside = True
        elif token.is_word("END") and index > 0 and all_tokens[index - 1].text == ";":
            inside = False
        elif token.text == ";" and not inside:
            statements.append(sql[start : token.start])
            start = token.end
    statements.append(sql[start:])
    return [one.strip() for one in statements if tokens(one)]


@dataclass(frozen=True)
class Column:
    name: str
    type: str


@dataclass(frozen=True)
class CreateTable:
    """A CREATE TABLE: its physical columns, its options, and where `WITH (…)` stands in the text."""

    name: str
    columns: tuple[Column, ...]
    options: dict[str, str]
    with_start: int
    with_end: int


def parse_create_table(sql: str) -> CreateTable | None:
    """Returns what `sql` declares, or None where it is no CREATE TABLE with columns and options."""
    all_tokens = tokens(sql)
    words = [token.text.upper() for token in all_tokens[:8]]
    if not words or words[0] != "CREATE" or "TABLE" not in words[:3]:
        return None
    at = words.index("TABLE") + 1
    if words[at : at + 3] == ["IF", "NOT", "EXISTS"]:
        at += 3
    opening = next((i for i in range(at, len(all_tokens)) if all_tokens[i].text == "("), None)
    if opening is None:
        return None
    closing = _closing(all_tokens, opening)
    options_at = next((i for i in range(closing, len(all_tokens)) if all_tokens[i].is_word("WITH")), None)
    if options_at is None:
        return None
    options_end = _closing(all_tokens, options_at + 1)
    return CreateTable(
        name=all_tokens[opening - 1].name,
        columns=tuple(_columns(sql, all_tokens[opening + 1 : closing])),
        options=_options(all_tokens[options_at + 2 : options_end]),
        with_start=all_tokens[options_at].start,
        with_end=all_tokens[options_end].end,
    )


def _closing(all_tokens: list[Token], opening: int) -> int:
    depth = 0
    for index in range(opening, len(all_tokens)):
        depth += {"(": 1, ")": -1}.get(all_tokens[index].text, 0)
        if depth == 0:
            return index
    raise ValueError("unbalanced parentheses in a CREATE TABLE")


def _split_at_commas(body: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in body:
        depth += {"(": 1, "<": 1, ")": -1, ">": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _columns(sql: str, body: list[Token]) -> list[Column]:
    """Returns the physical columns: no computed ones, no metadata, no constraints."""
    columns = []
    for part in _split_at_commas(body):
        is_clause = part[0].is_word("WATERMARK", "PRIMARY", "CONSTRAINT", "UNIQUE")
        if is_clause or len(part) == 1 or part[1].is_word("AS") or any(token.is_word("METADATA") for token in part):
            continue
        columns.append(Column(part[0].name, sql[part[1].start : part[-1].end].upper()))
    return columns


def _options(body: list[Token]) -> dict[str, str]:
    strings = [token.text[1:-1].replace("''", "'") for token in body if token.kind == "string"]
    return dict(zip(strings[::2], strings[1::2]))
