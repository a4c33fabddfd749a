#!/usr/bin/env python3
"""Runs the commands that the documents show, and compares what they print; checks that links to files lead somewhere.

A block that opens with ```console test is run: each line '$ command' through bash, in the root of the tree; the lines up to the
next command are what it must print, stdout and stderr together. A line that is only '…' stands for any lines. `tidemill` and
build/release/tidemill mean the program given by --program.

Usage: check_docs.py --program build/release/tidemill [ROOT]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
SECONDS = 60


@dataclass
class Command:
    place: str  # file:line
    text: str
    output: list[str] = field(default_factory=list)


def documents(root: Path) -> list[Path]:
    found = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md"), *root.glob("src/**/README.md")]
    return sorted(found)


def commands(path: Path, root: Path) -> Iterator[Command]:
    """Yields the commands of the tested blocks of one document. Raises ValueError for a tested block without one."""
    current: Command | None = None
    inside = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{path.relative_to(root)}:{number}"
        if not inside:
            inside = line.strip() == "```console test"
        elif line.startswith("```"):
            if current is None:
                raise ValueError(f"{place}: a tested block without a line '$ command'")
            yield current
            current, inside = None, False
        elif line.startswith("$ "):
            if current is not None:
                yield current
            current = Command(place, line[2:])
        elif current is None:
            raise ValueError(f"{place}: a tested block starts with a line '$ command'")
        else:
            current.output.append(line)


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the lines are the same, '…' standing for any."""
    parts = [re.escape(line.rstrip()) + "\n" if line.strip() != "…" else r"(?:.*\n)*" for line in expected]
    return re.fullmatch("".join(parts), "".join(line.rstrip() + "\n" for line in printed)) is not None


def run(command: Command, root: Path, program: Path) -> str:
    """Runs a command; returns what is wrong with what it printed, or nothing."""
    text = command.text.replace("build/release/tidemill", str(program))
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ.get('PATH', '')}", "TERM": "dumb"}
    try:
        result = subprocess.run(
            ["bash", "-c", text],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command.place}: '{command.text}' did not end within {SECONDS} s"
    if matches(command.output, result.stdout.splitlines()):
        return ""
    return f"{command.place}: '{command.text}' printed something else:\n{result.stdout}"


def dead_links(path: Path, root: Path) -> Iterator[str]:
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
            yield f"{path.relative_to(root)}: the link {target} leads nowhere"


def check(root: Path, program: Path) -> list[str]:
    errors = [error for path in documents(root) for error in dead_links(path, root)]
    if not program.is_file():
        return [*errors, f"{program} does not exist: build it first"]
    try:
        shown = [command for path in documents(root) for command in commands(path, root)]
    except ValueError as error:
        return [*errors, str(error)]
    if not shown:
        errors.append("no document shows a tested command (```console test)")
    return errors + [error for error in (run(command, root, program) for command in shown) if error]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=Path)
    parser.add_argument("root", nargs="?", default=".")
    arguments = parser.parse_args()
    errors = check(Path(arguments.root).resolve(), arguments.program.resolve())
    print("\n".join(errors) if errors else "The documents show what the commands print.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
