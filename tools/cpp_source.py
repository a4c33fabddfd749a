"""A light reading of C++ source for the checks: text without comments and strings, comments alone, function spans.

Not a parser: enough for formatted code. Every result keeps the line numbers of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<line_comment>//[^\n]*)
  | (?P<block_comment>/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
  | (?P<include>^[ \t]*\#[ \t]*include[ \t]*"[^"\n]*")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<number>\b\d[\w.']*)
  | (?P<char>'(?:[^'\\\n]|\\.)+')
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments_and_strings(text: str) -> str:
    """Returns `text` with comments and the insides of literals blanked, lines and columns unchanged."""

    def replace(match: re.Match[str]) -> str:
        kind = match.lastgroup if match.lastgroup != "delimiter" else "raw"
        return match.group() if kind in ("number", "include") else _blank(match.group())

    return _TOKEN.sub(replace, text)


def comments_only(text: str) -> str:
    """Returns `text` with everything but comments blanked."""
    result: list[str] = []
    position = 0
    for match in _TOKEN.finditer(text):
        if match.group("line_comment") or match.group("block_comment"):
            result.append(_blank(text[position : match.start()]))
            result.append(match.group())
            position = match.end()
    result.append(_blank(text[position:]))
    return "".join(result)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


@dataclass(frozen=True)
class Function:
    """The first and last line of a function with a body; functions inside a function count with it."""

    first: int
    last: int

    @property
    def lines(self) -> int:
        return self.last - self.first + 1


_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_BOUNDARY = re.compile(r"[;{}]")
_LEADING = re.compile(r"\A(?:\s|(?:public|private|protected):)+")


def functions(text: str) -> list[Function]:
    """Returns the functions of a file, outermost only, in order."""
    code = _PREPROCESSOR.sub(lambda match: _blank(match.group()), without_comments_and_strings(text))
    found: list[Function] = []
    depth_inside = 0  # braces open inside the current function, or in an initialiser
    start = 0
    head_start = 0
    for match in _BOUNDARY.finditer(code):
        character = match.group()
        head = code[head_start : match.start()]
        if depth_inside > 0:
            depth_inside += {"{": 1, "}": -1, ";": 0}[character]
            if depth_inside == 0:
                found.append(Function(line_of(code, start), line_of(code, match.start())))
                head_start = match.end()
            continue
        if character == "{" and _opens_function(head):
            depth_inside = 1
            start = head_start + len(head) - len(_LEADING.sub("", head, count=1))
        head_start = match.end()
    return found


def _opens_function(head: str) -> bool:
    """Whether `{` after `head` opens a function's body, and not a scope, an initialiser or a type."""
    if "(" not in head or head.count("(") != head.count(")"):
        return False
    declaration = re.sub(r"\btemplate\s*<[^{;]*?>\s*(?=\w)", "", head.strip())
    if re.match(r"(inline\s+)?(namespace|enum|extern\s*$)", declaration):
        return False
    is_type = re.match(r"(class|struct|union)\b", declaration) and ")" not in declaration.split(":")[0]
    return not is_type and not re.search(r"[^=!<>]=\s*$", head)
