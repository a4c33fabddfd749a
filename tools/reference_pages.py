#!/usr/bin/env python3
"""Compares the reference tables of docs/ with what the engine knows about itself, and runs every example of a function.

A part between '<!-- generated: NAME -->' and '<!-- generated end -->' is made from the output of tests/registry_json. It must be as this
program would write it, and every part that there is must stand in some page.

Usage: reference_pages.py --registry build/release/tests/registry_json [--write] [ROOT]
       reference_pages.py --registry build/release/tests/registry_json --examples build/release/tidemill
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

_PART = re.compile(r"(?P<open><!-- generated: (?P<name>[^>]*?) -->\n)(?P<body>.*?)(?P<end><!-- generated end -->)", re.DOTALL)
_VALUES = " for x in "

# Every example runs over this table, on the row with id 1, at this time of the clock.
_EXAMPLES_HEAD = """\
set table.local-time-zone = UTC
sql
  CREATE TABLE examples (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'test');
"""
_EXAMPLES_STEPS = """\
clock 2024-01-01 00:00:30.123
input examples
  0 | 2024-01-01 00:00:30
  1 | 2024-01-01 00:00:31
"""


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def code(text: str) -> str:
    return f"`{cell(text)}`" if text else ""


def table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def forms(syntax: str) -> list[str]:
    """Splits 'a | b' into the forms of a call; a | in brackets separates nothing."""
    parts, depth = [""], 0
    for i, character in enumerate(syntax):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and syntax[max(i - 1, 0) : i + 2] == " | ":
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def has_name(syntax: str, name: str) -> bool:
    return re.search(rf"(?<![A-Z_]){re.escape(name)}(?![A-Z_])", syntax) is not None


def split_example(example: str) -> tuple[str, str, str]:
    """Returns the call, what it gives, and the values of x for an aggregate: 'MAX(x) = 2 for x in 1, 2'."""
    example, _, values = example.partition(_VALUES)
    call, _, result = example.rpartition(" = ")
    return call, result, values


def functions_by_doc(family: dict[str, Any]) -> dict[tuple[str, str, str], list[str]]:
    """Returns the documented forms of a family, each with the names that have it."""
    names: dict[tuple[str, str, str], list[str]] = {}
    for function in family["functions"]:
        for doc in function["docs"]:
            holders = names.setdefault((doc["syntax"], doc["text"], doc["example"]), [])
            if function["name"] not in holders:
                holders.append(function["name"])
    return names


def family_part(family: dict[str, Any]) -> str:
    rows = []
    for (syntax, text, example), names in functions_by_doc(family).items():
        others = [name for name in names if not has_name(syntax, name)]
        call, result, values = split_example(example)
        written = "<br>".join(code(form) for form in forms(syntax))
        if others:
            written += f"<br>also {', '.join(code(name) for name in others)}"
        over = f" over {code(values)}" if values else ""
        rows.append([written, cell(text), code(call) + over, code(result)])
    return f"## {family['title']}\n\n" + table(["call", "what it gives", "example", "result"], rows)


def default_text(option: dict[str, Any]) -> str:
    if option["default"]:
        return code(option["default"])
    return "required" if option.get("required") else "none"


def options_part(options: list[dict[str, Any]]) -> str:
    if not options:
        return "No options of its own.\n"
    rows = []
    for option in options:
        kind = option["type"] if not option["choices"] else ", ".join(code(choice) for choice in option["choices"])
        rows.append([code(option["name"]), kind, default_text(option), cell(option["doc"])])
    return table(["option", "type", "default", "meaning"], rows)


def metadata_part(keys: list[dict[str, Any]]) -> str:
    rows = [[code(key["key"]), code(key["type"]), cell(key["doc"])] for key in keys]
    return table(["metadata key", "type", "meaning"], rows)


def settings_part(settings: list[dict[str, Any]], in_use: bool) -> str:
    rows = []
    for setting in settings:
        if bool(setting["note"]) == in_use:
            continue
        key = code(setting["key"])
        if setting["aliases"]:
            key += "<br>also " + ", ".join(code(alias) for alias in setting["aliases"].split("|"))
        kind = setting["type"]
        if setting["choices"]:
            kind = ", ".join(code(choice) for choice in setting["choices"].split("|"))
        text = setting["doc"] if in_use else f"{setting['doc']} {setting['note']}"
        rows.append([key, kind, default_text(setting), cell(text)])
    return table(["setting", "type", "default", "meaning"], rows)


def casts_part(casts: list[dict[str, Any]]) -> str:
    names = [row["type"] for row in casts]

    def listed(row: dict[str, Any], way: str) -> str:
        return ", ".join(name for name, to in zip(names, row["to"]) if to == way and name != row["type"])

    rows = [[f"`{row['type']}`", listed(row, "implicit"), listed(row, "cast")] for row in casts]
    return table(["from", "to, without being written", "to, with `CAST`"], rows)


def extensions_part(extensions: list[dict[str, Any]]) -> str:
    rows = []
    for one in extensions:
        owner = f" of {code(one['owner'])}" if one["owner"] else " of records that cannot be read" if one["kind"] == "option" else ""
        rows.append([f"{one['kind']} {code(one['name'])}{owner}", f"{one['effect']} it", cell(one["hint"])])
    return table(["", "Flink", "for Flink"], rows)


def parts(registry: dict[str, Any]) -> dict[str, str]:
    """Returns every part by its name, without the lines around it."""
    made = {"functions": "\n".join(family_part(family) for family in registry["functions"])}
    made["casts"] = casts_part(registry["casts"])
    for connector in registry["connectors"]:
        made[f"options of connector {connector['name']}"] = options_part(connector["options"])
        if connector["metadata"]:
            made[f"metadata of connector {connector['name']}"] = metadata_part(connector["metadata"])
    for encoding in registry["formats"]:
        made[f"options of format {encoding['name']}"] = options_part(encoding["options"])
        if encoding["metadata"]:
            made[f"metadata of format {encoding['name']}"] = metadata_part(encoding["metadata"])
    made["options for records that cannot be read"] = options_part(registry["record_errors"])
    made["what Flink does not have"] = extensions_part(registry["extensions"])
    made["settings in use"] = settings_part(registry["settings"], True)
    made["settings without effect"] = settings_part(registry["settings"], False)
    return made


def unread_settings(root: Path, settings: list[dict[str, Any]]) -> list[str]:
    """Returns an error for each setting that claims to do something and that nothing outside src/base/ reads."""
    handles = {}
    for name, key in re.findall(r'ConfigOption<[^>]*> (k\w+)\{"([^"]+)"\}', (root / "src/base/config_options.h").read_text(encoding="utf-8")):
        handles[key] = name
    sources = [path for path in (root / "src").rglob("*.cc") if path.parent.name != "base"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    return [
        f"src/base/config_definitions.cc: nothing reads the setting {setting['key']}; give it a note that says so"
        for setting in settings
        if not setting["note"] and f'"{setting["key"]}"' not in text and not re.search(rf"\b{handles.get(setting['key'], '-')}\b", text)
    ]


def check_pages(root: Path, made: dict[str, str], write: bool) -> list[str]:
    errors, seen = [], set()
    for path in sorted((root / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(root)
        for part in _PART.finditer(text):
            name = part["name"]
            seen.add(name)
            if name not in made:
                errors.append(f"{place}: there is no generated part '{name}'; there are: {', '.join(made)}")
            elif part["body"] != made[name] and not write:
                errors.append(f"{place}: the part '{name}' is not what the engine says: run tools/reference_pages.py --write")
        if write:
            new = _PART.sub(lambda part: part["open"] + made.get(part["name"], part["body"]) + part["end"], text)
            path.write_text(new, encoding="utf-8")
    errors += [f"docs/: no page has '<!-- generated: {name} -->'" for name in made if name not in seen]
    return errors


def example_cases(registry: dict[str, Any]) -> Iterator[str]:
    """Yields a case of a test file for each example."""
    for family in registry["functions"]:
        for (syntax, _, example), _ in functions_by_doc(family).items():
            if not example:
                continue
            call, result, values = split_example(example)
            source = "examples WHERE id = 1"
            if values:
                source = "(VALUES " + ", ".join(f"({value})" for value in values.split(", ")) + ") AS t(x)"
            steps = "" if values else _EXAMPLES_STEPS
            query = f"  SELECT CAST({call} AS STRING) FROM {source}"
            expected = result if result.startswith("'") else f"'{result}'"
            if result == "NULL":
                expected = "NULL"
            yield f"case {syntax}: {example}\nquery\n{query}\n{steps}expect\n  {expected}\n"


def run_examples(registry: dict[str, Any], program: Path) -> int:
    cases = list(example_cases(registry))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "examples.test"
        path.write_text(_EXAMPLES_HEAD + "\n" + "\n".join(cases), encoding="utf-8")
        result = subprocess.run([str(program), "test", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(result.stdout, end="")
    if f"{len(cases)} passed, 0 failed" in result.stdout:
        return result.returncode
    print(f"Of {len(cases)} examples of functions, not all are true.")
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", required=True, type=Path, help="the program registry_json")
    parser.add_argument("--write", action="store_true", help="write the parts instead of comparing them")
    parser.add_argument("--examples", type=Path, metavar="TIDEMILL", help="run the examples of functions through this binary")
    parser.add_argument("root", nargs="?", default=".")
    arguments = parser.parse_args()
    output = subprocess.run([str(arguments.registry.resolve())], stdout=subprocess.PIPE, text=True, check=True).stdout
    registry = json.loads(output)
    if arguments.examples:
        return run_examples(registry, arguments.examples.resolve())
    root = Path(arguments.root).resolve()
    errors = check_pages(root, parts(registry), arguments.write) + unread_settings(root, registry["settings"])
    print("\n".join(errors) if errors else "The reference pages say what the engine says.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
