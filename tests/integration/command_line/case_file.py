"""Cases of the command line: what is typed and what is there, and what must come out.

A file holds cases. A case starts with `=== title`; its parts start with `--- name` and hold the lines up to the next part:

  --- args      the command line; without it: run script.sql
  --- script    becomes script.sql
  --- stdin     goes to standard input; without it, that is empty
  --- file P    becomes the file P; a path that ends in / is a directory
  --- hex P     the same, written as hexadecimal digits
  --- exit N    the exit code; without it, 0
  --- stdout, --- stderr    all of it; without them: nothing

A case runs in an empty directory. Times in the closing summary read "N s".
"""

import dataclasses
import pathlib
import re
import shlex
import subprocess
import tempfile

TIMEOUT_SECONDS = 60  # a case takes milliseconds; whoever needs this long hangs


@dataclasses.dataclass
class Case:
    title: str
    line: int
    args: list = dataclasses.field(default_factory=lambda: ["run", "script.sql"])
    stdin: str = ""
    files: dict = dataclasses.field(default_factory=dict)
    exit_code: int = 0
    stdout: str = ""
    stderr: str = ""


@dataclasses.dataclass
class Outcome:
    exit_code: int
    stdout: str
    stderr: str


def add_part(case, name, argument, body):
    text = "".join(line + "\n" for line in body)
    if name == "args":
        case.args = shlex.split(text)
    elif name == "script":
        case.files["script.sql"] = text.encode()
    elif name == "file":
        case.files[argument] = text.encode()
    elif name == "hex":
        case.files[argument] = bytes.fromhex(text)
    elif name == "exit":
        case.exit_code = int(argument)
    elif name in ("stdin", "stdout", "stderr"):
        setattr(case, name, text)
    else:
        raise ValueError(f"{case.title}: no such part: {name}")


def read_cases(path):
    cases = []
    part = None

    def finish_case():
        if part is None:
            return
        if part[2] and part[2][-1] == "":
            part[2].pop()  # the line that parts cases
        add_part(cases[-1], *part)

    for number, line in enumerate(pathlib.Path(path).read_text().split("\n"), start=1):
        if line.startswith("=== "):
            finish_case()
            part = None
            cases.append(Case(line[4:], number))
        elif line.startswith("--- "):
            if part is not None:
                add_part(cases[-1], *part)
            name, _, argument = line[4:].partition(" ")
            part = (name, argument, [])
        elif part is not None:
            part[2].append(line)
        elif line and not line.startswith("#"):
            raise ValueError(f"{path}:{number}: text outside a part")
    finish_case()
    return cases


def without_times(text):
    return re.sub(r"late, \d+\.\d\d s$", "late, N s", text, flags=re.MULTILINE)


def run_case(binary, case):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in case.files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith("/"):
                path.mkdir()
            else:
                path.write_bytes(content)
        done = subprocess.run(
            [binary, *case.args], cwd=folder, input=case.stdin.encode(), capture_output=True, timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), without_times(done.stderr.decode()))


def rewritten(path, outcomes):
    """Returns the file's text with what the cases gave in place of their exit, stdout and stderr."""
    lines = []
    skipping = False
    pending = None

    def close():
        if pending is None:
            return
        while lines and lines[-1] == "":
            lines.pop()
        if pending.exit_code != 0:
            lines.append(f"--- exit {pending.exit_code}")
        for name in ("stdout", "stderr"):
            text = getattr(pending, name)
            if text:
                lines.extend([f"--- {name}", *text.removesuffix("\n").split("\n")])
        lines.append("")

    remaining = iter(outcomes)
    for line in pathlib.Path(path).read_text().removesuffix("\n").split("\n"):
        if line.startswith("=== "):
            close()
            pending = next(remaining)
            skipping = False
        elif line.startswith("--- "):
            skipping = line.split(" ")[1] in ("exit", "stdout", "stderr")
        if not skipping:
            lines.append(line)
    close()
    return "\n".join(lines)  # the last line is the empty one that ends the last case
