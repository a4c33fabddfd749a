#!/usr/bin/env python3
"""Checks every #include under src/ and include/ against the order of the folders.

The order is written once, in src/CMakeLists.txt: a folder may include itself and what its DEPENDS reach, and nothing
else. Connectors and formats are edges: only builtins/ wires them. Public headers include public headers only.

Usage: check_layers.py [ROOT]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cpp_source import without_comments_and_strings

_FOLDER = re.compile(r"^\s*tidemill_(?:folder|shared_library)\(\s*([^)]*)\)", re.MULTILINE)
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
_KEYWORDS = {"DEPENDS", "LIBRARIES", "WITHOUT", "OUTPUT"}
_EDGE = re.compile(r"^(connectors/(?!spi$)|formats/)")


def read_order(cmake: str) -> dict[str, set[str]]:
    """Returns, for each folder, itself and all it may include. Raises ValueError where a folder names a later one."""
    allowed: dict[str, set[str]] = {}
    for match in _FOLDER.finditer(re.sub(r"#[^\n]*", "", cmake)):
        words = match.group(1).split()
        name, keyword = words[0], ""
        reach = {name}
        for word in words[1:]:
            if word in _KEYWORDS:
                keyword = word
            elif keyword == "DEPENDS":
                if word not in allowed:
                    raise ValueError(f"src/CMakeLists.txt: {name} depends on {word}, which is not above it")
                reach |= allowed[word]
        allowed[name] = reach
    return allowed


def folder_of(path: str, folders: dict[str, set[str]]) -> str | None:
    """Returns the innermost declared folder that holds `path` (relative to src/)."""
    holding = [folder for folder in folders if path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def refuse(including: str, included: str, allowed: dict[str, set[str]]) -> str | None:
    """Returns why `including` (a folder) must not include from `included`, or None where it may."""
    if included not in allowed[including]:
        return f"{including}/ may include only {', '.join(sorted(allowed[including]))}"
    if _EDGE.match(included) and including not in (included, "builtins") and not including.startswith(included + "/"):
        return f"{included}/ is an edge: only builtins/ may include it"
    return None


def check_file(path: Path, source_root: Path, allowed: dict[str, set[str]]) -> list[str]:
    relative = path.relative_to(source_root).as_posix()
    folder = folder_of(relative, allowed)
    if folder is None:
        return [f"src/{relative}: its folder is not declared in src/CMakeLists.txt"]
    errors = []
    text = path.read_text(encoding="utf-8")
    for match in _INCLUDE.finditer(without_comments_and_strings(text)):
        target = match.group(1)
        if target.startswith("tidemill/"):
            continue
        line = text.count("\n", 0, match.start(1)) + 1
        included = folder_of(target, allowed)
        if included is None or not (source_root / target).is_file():
            errors.append(f'src/{relative}:{line}: "{target}" is no file under src/ (write folder/file.h, or <…>)')
            continue
        reason = refuse(folder, included, allowed)
        if reason:
            errors.append(f'src/{relative}:{line}: must not include "{target}": {reason}')
    return errors


def check_public(path: Path, root: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [
        f'{path.relative_to(root)}: must not include "{target}": a public header includes only "tidemill/…" and <…>'
        for target in _INCLUDE.findall(without_comments_and_strings(text))
        if not target.startswith("tidemill/")
    ]


def check(root: Path) -> list[str]:
    source_root = root / "src"
    try:
        allowed = read_order((source_root / "CMakeLists.txt").read_text(encoding="utf-8"))
    except ValueError as error:
        return [str(error)]
    errors: list[str] = []
    for path in sorted([*source_root.rglob("*.h"), *source_root.rglob("*.cc")]):
        errors += check_file(path, source_root, allowed)
    for path in sorted((root / "include").rglob("*.h")):
        errors += check_public(path, root)
    return errors


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    errors = check(root)
    print("\n".join(errors) if errors else "Every include keeps to the order of the folders.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
