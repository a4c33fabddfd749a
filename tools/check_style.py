#!/usr/bin/env python3
"""Checks what the compiler and clang-format do not: banned calls, names that say nothing, sizes, opening comments.

Limits are ratchets: tools/style_exceptions.txt lists what was let through, with the number it may not exceed, and an
entry that is no longer needed, or is far too generous, fails too. So the list can only shrink.

Usage: check_style.py [ROOT]
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import style_rules
from check_layers import read_order
from cpp_source import comments_only, functions, line_of, without_comments_and_strings

CPP_FOLDERS = ("src", "include", "tests", "benchmarks", "examples")
TEXT_SUFFIXES = {".h", ".cc", ".cpp", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".sql", ".test", ".xml", ".java", ""}
SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", ".cache"}
EXCEPTIONS = "tools/style_exceptions.txt"
SLACK = 20  # lines by which a file or function may be below its exception before the entry must be lowered


@dataclass(frozen=True)
class Finding:
    """One offence. `count` is what a ratchet limits: lines of a file or function, or occurrences of a token."""

    path: str
    rule: str
    count: int
    message: str
    limit: int = 0


def cpp_files(root: Path) -> Iterator[Path]:
    for folder in CPP_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc") and path.is_file():
                yield path


def text_files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and path.suffix in TEXT_SUFFIXES and not SKIPPED_FOLDERS.intersection(inside.parts):
            yield path


def find_tokens(relative: str, code: str) -> Iterator[Finding]:
    rules = style_rules.BANNED_TOKENS + (style_rules.BANNED_IN_HEADERS if relative.endswith(".h") else ())
    for rule in rules:
        if not relative.startswith(rule.scope) or (rule.allowed and relative.startswith(rule.allowed)):
            continue
        hits = [match for match in rule.pattern.finditer(code) if match.group().strip()]
        if rule.name == "new":
            hits = [hit for hit in hits if not re.match(r"[ \t]*#", code[code.rfind("\n", 0, hit.start()) + 1 :])]
        if hits:
            lines = ", ".join(str(line_of(code, hit.end())) for hit in hits)
            token = " ".join(hits[0].group().split())
            yield Finding(relative, rule.name, len(hits), f"{relative}:{lines}: {token}: use {rule.instead}")


def find_names(relative: str, code: str) -> Iterator[Finding]:
    stem = Path(relative).name.split(".")[0]
    words = [part.split("_")[-1] for part in (*Path(relative).parent.parts, re.sub(r"_test$", "", stem))]
    for word in words:
        if word in style_rules.BANNED_NAMES:
            yield Finding(relative, "name", 1, f"{relative}: a name ending in '{word}' says nothing: name the concept")
    for match in re.finditer(r"\b(?:class|struct|enum(?:\s+class)?|concept|namespace)\s+([A-Za-z_]\w*)", code):
        last = re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", match.group(1))[-1:]
        if last and last[0].lower() in style_rules.BANNED_NAMES:
            line = line_of(code, match.start())
            yield Finding(relative, "name", 1, f"{relative}:{line}: {match.group(1)} says nothing: name the concept")


def find_sizes(relative: str, text: str) -> Iterator[Finding]:
    if relative.startswith(("src/", "include/")):
        lines, limit = text.count("\n"), style_rules.FILE_LINES[Path(relative).suffix]
        if lines > limit:
            message = f"{relative}: {lines} lines, at most {limit}: split it by concept"
            yield Finding(relative, "file-lines", lines, message, limit)
    long = [one for one in functions(text) if one.lines > style_rules.FUNCTION_LINES]
    if long:
        worst = max(long, key=lambda one: one.lines)
        places = ", ".join(f"{one.first} ({one.lines} lines)" for one in long)
        message = f"{relative}:{places}: a function has at most {style_rules.FUNCTION_LINES} lines: branches above, loops below"
        yield Finding(relative, "function-lines", worst.lines, message, style_rules.FUNCTION_LINES)


def find_opening(relative: str, text: str, has_header: bool) -> Iterator[Finding]:
    if not relative.startswith("src/"):
        return
    name = relative.removeprefix("src/")
    if relative.endswith(".h"):
        if not re.search(r"^#pragma once$", text, re.MULTILINE):
            yield Finding(relative, "pragma-once", 1, f"{relative}: no #pragma once")
        if not text.startswith(f"// {name} - "):
            yield Finding(relative, "opening", 1, f"{relative}:1: opens with '// {name} - what it is. Rule: …'")
    elif has_header:
        first = re.search(r'^#include ["<]([^">]+)[">]', text, re.MULTILINE)
        if not first or first.group(1) != name.removesuffix(".cc") + ".h":
            yield Finding(relative, "own-header", 1, f"{relative}: includes its own header first")
    elif not text.startswith("// "):
        yield Finding(relative, "opening", 1, f"{relative}:1: has no header of its own, so it opens with what it is: '// …'")


def find_in_comments(relative: str, text: str) -> Iterator[Finding]:
    hits = list(style_rules.UNFINISHED.finditer(comments_only(text)))
    if hits:
        lines = ", ".join(str(line_of(text, hit.start())) for hit in hits)
        yield Finding(relative, "unfinished", len(hits), f"{relative}:{lines}: {hits[0].group()}: finish it, or open an issue")


def find_private_paths(root: Path) -> Iterator[Finding]:
    for path in text_files(root):
        relative = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        hits = list(style_rules.PRIVATE_PATHS.finditer(text))
        if hits:
            lines = ", ".join(str(line_of(text, hit.start())) for hit in hits)
            yield Finding(relative, "private-path", len(hits), f"{relative}:{lines}: {hits[0].group()} exists on one machine only")


def find_missing_readmes(root: Path) -> Iterator[Finding]:
    for folder in read_order((root / "src/CMakeLists.txt").read_text(encoding="utf-8")):
        path = root / "src" / folder
        if any(path.glob("*.h")) or any(path.glob("*.cc")):
            if not (path / "README.md").is_file():
                yield Finding(f"src/{folder}", "readme", 1, f"src/{folder}/README.md is missing: one page, what to read first")


def find_all(root: Path) -> Iterator[Finding]:
    for path in cpp_files(root):
        relative = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        code = without_comments_and_strings(text)
        yield from find_tokens(relative, code)
        yield from find_names(relative, code)
        yield from find_sizes(relative, text)
        yield from find_opening(relative, text, path.with_suffix(".h").is_file())
        yield from find_in_comments(relative, text)
    yield from find_private_paths(root)
    yield from find_missing_readmes(root)


def read_exceptions(root: Path) -> dict[tuple[str, str], int]:
    """Reads lines `path rule number # reason`. Raises ValueError on any other."""
    path = root / EXCEPTIONS
    entries: dict[tuple[str, str], int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.is_file() else [], 1):
        words, _, reason = line.partition("#")
        if not words.strip():
            continue
        match = re.fullmatch(r"(\S+)\s+(\S+)\s+(\d+)\s*", words)
        if not match or not reason.strip():
            raise ValueError(f"{EXCEPTIONS}:{number}: wants 'path rule number  # reason', has '{line}'")
        entries[match.group(1), match.group(2)] = int(match.group(3))
    return entries


def judge(findings: list[Finding], exceptions: dict[tuple[str, str], int]) -> list[str]:
    """Returns the errors that remain: findings above their exception, and exceptions above their findings."""
    counts: dict[tuple[str, str], int] = {}
    limits: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = (finding.path, finding.rule)
        counts[key] = counts.get(key, 0) + finding.count
        limits[key] = finding.limit
    errors = [one.message for one in findings if counts[one.path, one.rule] > exceptions.get((one.path, one.rule), 0)]
    for key, allowed in exceptions.items():
        count = counts.get(key, 0)
        if count == 0:
            errors.append(f"{EXCEPTIONS}: '{key[0]} {key[1]}' is not needed any more: delete the line")
        elif count < allowed - (SLACK if limits[key] else 0):
            errors.append(f"{EXCEPTIONS}: '{key[0]} {key[1]} {allowed}' may go down to {count}")
    return errors


def check(root: Path) -> list[str]:
    try:
        return judge(list(find_all(root)), read_exceptions(root))
    except ValueError as error:
        return [str(error)]


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    errors = check(root)
    print("\n".join(errors) if errors else "The source keeps to the style rules.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
