#!/usr/bin/env python3
"""Checks that every header stands alone: compiled by itself, and with its standard headers reached by its own includes.

A header that a source of its name includes first was compiled alone with that source, by every build. The others
under src/ are compiled after the precompiled header, as everywhere in the build, which makes this fast; since
that one would hide a missing standard header, those are looked for in the text. Public headers are compiled without it.

Usage: check_headers.py [--compiler g++] [ROOT]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import style_rules
from cpp_source import without_comments_and_strings

_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


@cache
def code_of(path: Path) -> str:
    return without_comments_and_strings(path.read_text(encoding="utf-8"))


@cache
def reached(path: Path, root: Path) -> frozenset[str]:
    """Returns every include that `path` reaches through headers of this tree."""
    names: set[str] = set()
    waiting, seen = [path], {path}
    while waiting:
        for name in _INCLUDE.findall(code_of(waiting.pop())):
            names.add(name)
            ours = [folder / name for folder in (root / "src", root / "include") if (folder / name).is_file()]
            waiting += [one for one in ours if one not in seen]
            seen.update(ours)
    return frozenset(names)


def missing_standard_headers(path: Path, root: Path) -> list[str]:
    code, names = code_of(path), set(reached(path, root))
    if names & style_rules.UTILITY_FROM:
        names.add("utility")
    return [header for header, use in style_rules.STANDARD_HEADERS.items() if header not in names and re.search(use, code)]


def compile_command(compiler: str, root: Path, header: Path, precompiled: Path | None) -> list[str]:
    command = [compiler, "-std=c++20", f"-I{root / 'src'}", f"-I{root / 'include'}", "-fsyntax-only"]
    if precompiled:
        command += ["-include", str(precompiled)]
    return [*command, "-include", str(header), "-x", "c++", os.devnull]


def is_first_in_its_source(header: Path, root: Path) -> bool:
    source = header.with_suffix(".cc")
    first = _INCLUDE.search(code_of(source)) if source.is_file() else None
    return first is not None and root / "src" / first.group(1) == header


def check_header(header: Path, root: Path, compiler: str, precompiled: Path | None) -> list[str]:
    name = header.relative_to(root)
    errors = [f"{name}: includes no <{one}>, which it uses" for one in missing_standard_headers(header, root)]
    if is_first_in_its_source(header, root):
        return errors
    run = subprocess.run(compile_command(compiler, root, header, precompiled), capture_output=True, text=True, check=False)
    if run.returncode != 0:
        errors.append(f"{name}: does not compile alone:\n{run.stderr}")
    return errors


def precompile(compiler: str, root: Path, folder: Path) -> Path:
    """Compiles base/pch.h into `folder`; returns the name to include it by."""
    name = folder / "pch.h"
    name.write_text(f'#include "{root / "src/base/pch.h"}"\n', encoding="utf-8")
    subprocess.run([compiler, "-std=c++20", "-x", "c++-header", str(name), "-o", f"{name}.gch"], check=True)
    return name


def check(root: Path, compiler: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        precompiled = precompile(compiler, root, Path(folder))
        checks = [pool.submit(check_header, one, root, compiler, precompiled) for one in sorted((root / "src").rglob("*.h"))]
        checks += [pool.submit(check_header, one, root, compiler, None) for one in sorted((root / "include").rglob("*.h"))]
        return [error for one in checks for error in one.result()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("root", nargs="?", default=".")
    arguments = parser.parse_args()
    errors = check(Path(arguments.root).resolve(), arguments.compiler)
    print("\n".join(errors) if errors else "Every header stands alone.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
