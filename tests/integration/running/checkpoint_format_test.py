"""Checkpoints of earlier versions (tests/integration/checkpoint_format/) are gone on from; what is no checkpoint of a known
format is refused."""

from __future__ import annotations

import ctypes
import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from checkpoint_format import FILES, NOTES, ROWS, fill_in, read_manifest, write_input
from running_job import PROGRAM, JobTestCase, tidemill

FOLDERS = sorted((Path(__file__).parent.parent / "checkpoint_format").glob("v*"))


def hash_bytes(data: bytes) -> int:
    """XXH3, as base/hash.h."""
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    library.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    return int(library.XXH3_64bits(data, len(data)))


def hash_combine(seed: int, value: int) -> int:
    """As base/hash.h."""
    mask = (1 << 64) - 1
    value = seed ^ ((value + 0x9E3779B97F4A7C15 + (seed << 6)) & mask)
    value = (value + 0x9E3779B97F4A7C15) & mask
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & mask
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & mask
    return value ^ value >> 31


def section_checksum(data: bytes) -> int:
    """As checkpoint/state_file.h."""
    checksum = 0
    for start in range(0, len(data), 1 << 16):
        checksum = hash_combine(checksum, hash_bytes(data[start : start + (1 << 16)]))
    return checksum


def write_manifest(path: Path, manifest: dict[str, object]) -> None:
    body = json.dumps(manifest, indent=1) + "\n"
    path.write_text(f"{body}checksum {hash_bytes(body.encode()):016x}\n")


class FormatTestCase(JobTestCase):
    def run_job(self, root: Path, *options: str) -> tuple[int, str]:
        """Runs the job in `root` to its end."""
        command = [PROGRAM, "run", "job.sql", "--checkpoint-dir", "checkpoints", *options]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def copy(self, folder: Path, name: str) -> Path:
        """A world with the folder's checkpoint in it."""
        root = self.root / name
        shutil.copytree(folder, root)
        (root / "job.sql").write_text(fill_in(folder / "job.sql", watched=False, rows_per_second=10_000_000))
        return root

    def left_behind(self, root: Path) -> dict[str, list[str]]:
        """The rows of each directory of output, and of each table of state, without where a row lay."""
        rows = {}
        for directory in sorted((root / "output").iterdir()):
            files = [file.read_text().splitlines() for file in directory.glob("part-*")]
            rows[directory.name] = sorted(line for lines in files for line in lines)
            self.assertEqual([file.name for file in directory.glob(".*.inprogress")], [])
        for operator, table in self.tables(root / "checkpoints"):
            query = f"SELECT * FROM state('{operator}', '{table}')"
            code, out, err = tidemill("checkpoint", "query", str(root / "checkpoints"), query, "--format", "json")
            self.assertEqual(code, 0, err)
            lines = [json.loads(line) for line in out.splitlines()]
            rows[f"{operator} {table}"] = sorted(
                json.dumps({key: value for key, value in line.items() if key != "subtask"}) for line in lines
            )
        return rows

    def tables(self, path: Path) -> list[tuple[str, str]]:
        """Operators with their tables of state."""
        code, out, err = tidemill("checkpoint", "inspect", str(path), "--json")
        self.assertEqual(code, 0, err)
        operators = json.loads(out)["operators"]
        quoted = [(op["id"].replace("'", "''"), op["tables"]) for op in operators]
        return [(operator, table["name"].replace("'", "''")) for operator, tables in quoted for table in tables]


class CheckpointFormatTest(FormatTestCase):
    def test_every_version_is_gone_on_from(self) -> None:
        self.assertTrue(FOLDERS)
        for folder in FOLDERS:
            expected = self.uninterrupted(folder)
            for parallelism in (1, 2, 3):
                with self.subTest(folder=folder.name, parallelism=parallelism):
                    root = self.copy(folder, f"{folder.name}-{parallelism}")
                    code, err = self.run_job(root, "--set", f"parallelism.default={parallelism}")
                    self.assertEqual(code, 0, err)
                    self.assertIn("goes on from checkpoint 3 in 'checkpoints'", err)
                    self.assertEqual(self.summary(err), expected[1])
                    self.assertEqual(self.left_behind(root), expected[0])

    def uninterrupted(self, folder: Path) -> tuple[dict[str, list[str]], list[str]]:
        root = self.root / f"{folder.name}-uninterrupted"
        root.mkdir()
        write_input(root / "input")
        (root / "job.sql").write_text(fill_in(folder / "job.sql", watched=False, rows_per_second=10_000_000))
        code, err = self.run_job(root, "--set", "execution.checkpointing.interval=1 h")
        self.assertEqual(code, 0, err)
        rows = self.left_behind(root)
        for name in ("by_shop", "sliding", "growing", "visits", "rows_of_visits", "notes_by_shop"):
            self.assertGreater(len(rows[name]), 10, name)
        return rows, self.summary(err)

    def summary(self, err: str) -> list[str]:
        """How many rows came in and were late, and where."""
        lines = re.findall(r"^(\d+) rows in, \d+ rows out, (\d+) late", err, re.MULTILINE)
        self.assertEqual(lines[0][0], str(ROWS + FILES * NOTES), err)
        return [*lines[0], *sorted(re.findall(r"^  \d+ rows? w.* late for .*$", err, re.MULTILINE))]

    def test_a_checkpoint_has_all_there_is_to_a_format(self) -> None:
        """Whole sections and sections of changes, every kind of table, splits in their midst, prepared output."""
        for folder in FOLDERS:
            manifest = read_manifest(folder / "checkpoints" / "chk-3" / "_metadata")
            sections = {len(part["sections"]) for part in manifest["states"]}
            self.assertTrue(1 in sections and max(sections) >= 2, sections)
            self.assertTrue(any(part["prepared"] for part in manifest["sinks"]))
            positions = [split["position"] for source in manifest["sources"] for split in source["splits"]]
            self.assertTrue(any(positions), positions)
            code, out, err = tidemill("checkpoint", "inspect", str(folder / "checkpoints"), "--json")
            self.assertEqual(code, 0, err)
            tables = [table for op in json.loads(out)["operators"] for table in op["tables"]]
            kinds = {table["kind"] for table in tables if table["records"] > 0}
            expected = {"a record table", "slice tables", "an ordered table", "timers", "distinct counts"}
            self.assertEqual(kinds, expected | {"ordered values", "an ordered sequence"})


class RefusedCheckpointTest(FormatTestCase):
    """Nothing of these is used, and nothing is deleted."""

    def files(self, root: Path) -> set[tuple[str, int]]:
        """All but the lock, which holds the number of the last process."""
        files = (root / "checkpoints").rglob("*")
        return {(str(file), file.stat().st_size) for file in files if file.name != "lock"}

    def refused(self, root: Path, path: str, reason: str, advice: str) -> None:
        before = self.files(root)
        code, err = self.run_job(root, "--from", "checkpoints/chk-3", "--fresh")
        self.assertEqual(code, 1, err)
        for text in (path, reason, advice):
            self.assertIn(text, err)
        self.assertEqual(before - self.files(root), set())
        # The tools that look at checkpoints say the same.
        checkpoint = str(root / "checkpoints" / "chk-3")
        commands = [("checkpoint", "inspect", checkpoint)]
        if "_metadata" in path:
            commands.append(("checkpoint", "query", checkpoint, "SELECT * FROM state('sales', 'x')"))
        for command in commands:
            code, _, err = tidemill(*command)
            self.assertEqual(code, 1, err)
            self.assertIn(reason, err)

    def test_a_newer_manifest(self) -> None:
        root = self.copy(FOLDERS[-1], "newer-manifest")
        path = root / "checkpoints" / "chk-3" / "_metadata"
        manifest = read_manifest(path)
        newer = int(str(manifest["version"])) + 1
        write_manifest(path, {**manifest, "version": newer, "operators": "something else"})
        self.refused(root, "chk-3/_metadata", f"has format {newer}", "Use the newer version of tidemill that wrote it")

    def test_a_newer_part(self) -> None:
        root = self.copy(FOLDERS[-1], "newer-part")
        manifest = read_manifest(root / "checkpoints" / "chk-3" / "_metadata")
        section = manifest["states"][0]["sections"][0]
        file = root / "checkpoints" / section["file"]
        data = bytearray(file.read_bytes())
        version = data[section["offset"] + 8]
        data[section["offset"] + 8] = version + 1  # behind the eight letters that a section begins with
        file.write_bytes(data)
        section["checksum"] = section_checksum(bytes(data[section["offset"] :][: section["bytes"]]))
        write_manifest(root / "checkpoints" / "chk-3" / "_metadata", manifest)
        reason = f"is of snapshot format {version + 1}, this program knows"
        self.refused(root, section["file"], reason, "Use the version of the program")

    def test_garbage(self) -> None:
        root = self.copy(FOLDERS[-1], "garbage")
        (root / "checkpoints" / "chk-3" / "_metadata").write_bytes(bytes(range(256)) * 9)
        self.refused(root, "chk-3/_metadata", "has no checksum line", "Use an older checkpoint")

    def test_garbage_in_state(self) -> None:
        root = self.copy(FOLDERS[-1], "garbage-in-state")
        manifest = read_manifest(root / "checkpoints" / "chk-3" / "_metadata")
        name = manifest["states"][0]["sections"][0]["file"]
        file = root / "checkpoints" / name
        file.write_bytes(bytes(len(file.read_bytes())))
        self.refused(root, name, "does not match its checksum", "Use an older checkpoint")


if __name__ == "__main__":
    unittest.main()
