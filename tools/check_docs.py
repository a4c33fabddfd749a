#!/usr/bin/env python3
"""Runs the commands that the documents show, and compares what they print; checks that links lead somewhere.

A block that opens with ```console test is run: each line '$ command' through bash, in the root of the tree; lines '> more' right after it
belong to the command; the lines up to the next command are what it must print, stdout and stderr together. A block that opens with
```sql test [OPTIONS] is run with `tidemill run - OPTIONS`; the block after it is what that must print. A block that opens
with ```text test is a test file, whose cases must pass. One that opens with ```sql save PATH (```text save PATH) is written to that file
first, for the commands after it. /tmp/tidemill-docs stands for a directory of this run alone. A line that is only '…' stands for
any lines, a '…' in a line for any text. `tidemill` and build/release/tidemill mean the program given by --program.

Usage: check_docs.py --program build/release/tidemill [ROOT]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterator

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]*)(?:#([^)]*))?\)")
_FILE = re.compile(r"`([\w./-]+\.(?:h|cc|py|sh|java|md))`")
_SAVE = re.compile(r"(?:sql|text) save (/tmp/tidemill-docs/[\w./-]+)")
SCRATCH = "/tmp/tidemill-docs"
SECONDS = 60


@dataclass
class Command:
    place: str  # file:line
    text: str
    output: list[str] = field(default_factory=list)
    script: str = ""  # standard input


def documents(root: Path) -> list[Path]:
    found = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md"), *root.glob("src/**/README.md")]
    found += [path for folder in ("sim", "tests", "tools", "benchmarks") for path in root.glob(f"{folder}/**/README.md")]
    return sorted(found)


def blocks(path: Path, root: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yields the fenced blocks of a document: the place of the first line, what stands behind the fence, the lines."""
    opened: tuple[str, str, list[str]] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if opened is not None and line.startswith("```"):
            yield opened
            opened = None
        elif opened is not None:
            opened[2].append(line)
        elif line.startswith("```"):
            opened = (f"{path.relative_to(root)}:{number + 1}", line[3:].strip(), [])


def console_commands(place: str, lines: list[str]) -> Iterator[Command]:
    file, first = place.rsplit(":", 1)
    current: Command | None = None
    for number, line in enumerate(lines, int(first)):
        if line.startswith("$ "):
            if current is not None:
                yield current
            current = Command(f"{file}:{number}", line[2:])
        elif current is None:
            raise ValueError(f"{file}:{number}: a tested block starts with a line '$ command'")
        elif (line == ">" or line.startswith("> ")) and not current.output:
            current.text += "\n" + line[2:]
        else:
            current.output.append(line)
    if current is None:
        raise ValueError(f"{place}: a tested block without a line '$ command'")
    yield current


def commands(path: Path, root: Path) -> Iterator[Command]:
    """Yields the commands of the tested blocks of one document. Raises ValueError for a tested block without one."""
    script: Command | None = None
    for place, info, lines in blocks(path, root):
        if script is not None:
            yield replace(script, output=lines)
            script = None
        elif info == "console test":
            yield from console_commands(place, lines)
        elif info.startswith("sql test"):
            options = info.removeprefix("sql test").strip()
            script = Command(place, f"tidemill run - {options}".strip(), script="\n".join(lines))
        elif saved := _SAVE.fullmatch(info):
            yield Command(place, f"mkdir -p {Path(saved[1]).parent} && cat > {saved[1]}", script="\n".join(lines) + "\n")
        elif info == "text test":
            yield Command(place, "tidemill test /dev/stdin", ["… passed, 0 failed"], "\n".join(lines) + "\n")
    if script is not None:
        raise ValueError(f"{script.place}: a tested script without a block of what it prints")


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the lines are the same, '…' standing for any lines, or any text in a line."""
    parts = [
        r"(?:.*\n)*" if line.strip() == "…" else ".*".join(re.escape(text) for text in line.rstrip().split("…")) + "\n" for line in expected
    ]
    return re.fullmatch("".join(parts), "".join(line.rstrip() + "\n" for line in printed)) is not None


def run(command: Command, root: Path, program: Path, scratch: str) -> str:
    """Runs a command; returns what is wrong with what it printed, or nothing."""
    text = command.text.replace("build/release/tidemill", str(program)).replace(SCRATCH, scratch)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ.get('PATH', '')}", "TERM": "dumb"}
    try:
        result = subprocess.run(
            ["bash", "-c", text],
            cwd=root,
            env=environment,
            input=command.script.replace(SCRATCH, scratch),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command.place}: '{command.text}' did not end within {SECONDS} s"
    printed = result.stdout.replace(scratch, SCRATCH)
    if matches(command.output, printed.splitlines()):
        return ""
    return f"{command.place}: '{command.text}' printed something else:\n{printed}"


def anchors(path: Path) -> set[str]:
    """Returns the anchors of a document's headings, as GitHub makes them."""
    lines = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE).splitlines()
    headings = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings}


def dead_links(path: Path, root: Path) -> Iterator[str]:
    for target, anchor in _LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        file = path.parent / target if target else path
        if not file.exists():
            yield f"{path.relative_to(root)}: the link {target} leads nowhere"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{path.relative_to(root)}: {file.name} has no heading #{anchor}"


def unknown_files(path: Path, root: Path) -> Iterator[str]:
    """Yields an error for each file that the page of a folder names and that is not there: beside it, in src/ or in the root."""
    for name in sorted(set(_FILE.findall(path.read_text(encoding="utf-8")))):
        if not any((folder / name).exists() for folder in (path.parent, root / "src", root)):
            yield f"{path.relative_to(root)}: there is no file {name}"


def check(root: Path, program: Path) -> list[str]:
    errors = [error for path in documents(root) for error in dead_links(path, root)]
    errors += [error for path in documents(root) if path.parent != root for error in unknown_files(path, root)]
    if not program.is_file():
        return [*errors, f"{program} does not exist: build it first"]
    try:
        shown = [command for path in documents(root) for command in commands(path, root)]
    except ValueError as error:
        return [*errors, str(error)]
    if not shown:
        errors.append("no document shows a tested command (```console test, ```sql test)")
    with tempfile.TemporaryDirectory() as scratch:
        return errors + [error for error in (run(command, root, program, scratch) for command in shown) if error]


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
