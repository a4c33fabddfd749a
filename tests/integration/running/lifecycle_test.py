"""The life of a job with the real binary: savepoints, where it begins, a query that has changed, checkpoints on disk."""

from __future__ import annotations

import json
import subprocess
import unittest
from pathlib import Path

from running_job import PROGRAM, JobTestCase, RunningJob, tidemill

TABLES = """
CREATE TABLE numbers (
  id BIGINT,
  ts AS TO_TIMESTAMP_LTZ(id, 3),
  WATERMARK FOR ts AS ts
) WITH ('connector' = 'datagen', 'rows-per-second' = '20000', 'fields.id.kind' = 'sequence',
        'fields.id.start' = '0', 'fields.id.end' = '4000000000');
CREATE TABLE windows (since STRING, k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE sums (since STRING, k BIGINT, n BIGINT, total BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE seen (id BIGINT) WITH ('connector' = 'blackhole');
"""
WINDOW = """FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' HOUR))"""
QUERY = f"SELECT CAST(window_start AS STRING), MOD(id, 10), COUNT(*) {WINDOW} GROUP BY window_start, window_end, MOD(id, 10)"
JOB = f"INSERT INTO windows {QUERY};"


class LifecycleTest(JobTestCase):
    def script(self, job: str = JOB, name: str = "job") -> Path:
        path = self.root / f"{name}.sql"
        path.write_text(TABLES + job)
        return path

    def start(self, script: Path, *options: str, directory: Path | None = None) -> RunningJob:
        directory = directory or self.checkpoints
        return RunningJob(script, directory / "control.sock", "--checkpoint-dir", str(directory), *options)

    def stopped_at(self, rows: int) -> None:
        """Runs the job until it has read some rows, and stops it."""
        with self.start(self.script()) as job:
            job.until_rows(rows)
            self.assertEqual(tidemill("job", "stop", str(self.checkpoints))[0], 0)
            self.assertEqual(job.finish()[0], 0)

    def began(self, job: str, *options: str) -> tuple[int, str]:
        """Runs a job until it runs, stops it, and returns exit code and standard error."""
        with self.start(self.script(job, "other"), *options) as running:
            if running.until_status(lambda status: status["job"]["state"] == "RUNNING", "a running job"):
                tidemill("job", "stop", str(self.checkpoints))
            code, _, err = running.finish()
        return code, err


class SavepointTest(LifecycleTest):
    def test_a_savepoint_is_gone_on_from_in_another_directory(self) -> None:
        with self.start(self.script()) as job:
            job.until_rows(1_000)
            code, out, err = tidemill("savepoint", str(self.checkpoints), str(self.root / "saved"), "--json")
            self.assertEqual(code, 0, err)
            savepoint = json.loads(out)["savepoint"]
            code, out, err = tidemill("job", "stop", str(self.checkpoints), "--savepoint")
            self.assertEqual(code, 0, err)
            self.assertIn(f"its savepoint is {self.checkpoints}/savepoints/savepoint-", out)
            self.assertEqual(job.finish()[0], 0)
        self.assertTrue(savepoint.startswith(f"{self.root}/saved/savepoint-"), savepoint)
        self.assertEqual(tidemill("checkpoint", "verify", savepoint)[0], 0)
        other = self.root / "other"
        for run in range(2):
            with self.start(self.script(), "--from", savepoint, directory=other) as job:
                status = job.until_status(lambda status: status["rows"]["in"] >= 1_000, "rows of before")
                self.assertIsNotNone(status)
                tidemill("job", "stop", str(other))
                _, _, err = job.finish()
            expected = "begins from savepoint" if run == 0 else f"goes on from checkpoint"
            self.assertIn(expected, err)

    def test_a_relative_place_is_that_of_who_asks(self) -> None:
        with self.start(self.script()) as job:
            job.until_rows(1)
            place = self.root / "here"
            place.mkdir()
            done = subprocess.run([PROGRAM, "savepoint", self.checkpoints, "s"], cwd=place, check=False)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(len(list((place / "s").glob("savepoint-*/_metadata"))), 1)
            job.kill()

    def test_without_a_running_job_it_is_refused(self) -> None:
        code, _, err = tidemill("savepoint", str(self.checkpoints))
        self.assertEqual(code, 1)
        self.assertIn("hint:", err)


class ChangedQueryTest(LifecycleTest):
    def test_changes_that_keep_the_windows_state(self) -> None:
        self.stopped_at(5_000)
        aggregate = QUERY.replace("COUNT(*)", "COUNT(*), SUM(id)")
        column = QUERY.replace("COUNT(*)", "COUNT(*) + 1")
        filtered = f"SELECT * FROM ({QUERY}) AS q (since, k, n) WHERE n > 3"
        kept = {
            "a filter": f"INSERT INTO windows {filtered};",
            "an output column": f"INSERT INTO windows {column};",
            "a second sink": f"EXECUTE STATEMENT SET BEGIN {JOB} INSERT INTO seen SELECT id FROM numbers; END;",
        }
        for change, job in kept.items():
            with self.subTest(change):
                code, err = self.began(job)
                self.assertEqual(code, 0, err)
                self.assertIn("goes on from checkpoint", err)
                self.assertNotIn("lost", err)
        with self.subTest("another aggregate"):
            code, err = self.began(f"INSERT INTO windows SELECT since, k, n + total FROM ({aggregate}) AS q (since, k, n, total);")
            self.assertEqual(code, 0, err)
            self.assertIn("new: ", err)
            self.assertIn("counts from here on", err)

    def test_changes_that_lose_it_are_refused_with_a_table(self) -> None:
        self.stopped_at(5_000)
        changes = {
            "another key": JOB.replace("MOD(id, 10)", "MOD(id, 7)"),
            "another window": JOB.replace("'1' HOUR", "'2' HOUR"),
        }
        for change, job in changes.items():
            with self.subTest(change):
                code, err = self.began(job)
                self.assertEqual(code, 1, err)
                self.assertIn("state would be lost:", err)
                self.assertRegex(err, r"(?m)^  lost  .*Window")
                self.assertRegex(err, r"(?m)^  new   .*Window")
                self.assertIn("--allow-state-loss", err)
        code, err = self.began(changes["another key"], "--allow-state-loss")
        self.assertEqual(code, 0, err)
        self.assertIn("warning: The query has changed", err)

    def test_windows_that_no_row_has_opened_are_no_loss(self) -> None:
        nothing = JOB.replace("GROUP BY", "WHERE id < 0 GROUP BY")
        with self.start(self.script(nothing)) as job:
            job.until_rows(5_000)
            self.assertEqual(tidemill("job", "stop", str(self.checkpoints))[0], 0)
            self.assertEqual(job.finish()[0], 0)
        code, err = self.began(nothing.replace("'1' HOUR", "'2' HOUR"))
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r"(?m)^  lost  .*Window")
        self.assertIn("empty: state 'slices'", err)
        self.assertNotIn("lost: ", err)


class DiskTest(LifecycleTest):
    def test_checkpoints_are_listed_verified_shown_and_removed(self) -> None:
        self.stopped_at(5_000)
        self.stopped_at(1)
        directory = str(self.checkpoints)
        code, out, _ = tidemill("checkpoint", "ls", directory, "--json")
        listed = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([entry["state"] for entry in listed], ["complete"] * len(listed))
        self.assertGreaterEqual(len(listed), 2)
        newest = listed[-1]
        self.assertIn("complete", tidemill("checkpoint", "ls", directory)[1])
        code, out, _ = tidemill("checkpoint", "inspect", newest["path"], "--json")
        shown = json.loads(out)
        self.assertEqual(code, 0)
        self.assertTrue(any(table["records"] > 0 for op in shown["operators"] for table in op["tables"]), out)
        self.assertEqual(len(shown["sources"][0]["splits"]), 1)
        self.assertIn("split ", tidemill("checkpoint", "inspect", directory)[1])
        # One bit of the newest one's state.
        state = max(Path(newest["path"]).glob("*.state"), key=lambda file: file.stat().st_size)
        content = bytearray(state.read_bytes())
        content[len(content) // 2] ^= 4
        state.write_bytes(content)
        code, out, _ = tidemill("checkpoint", "verify", directory)
        self.assertEqual(code, 1)
        self.assertIn(f"{newest['path']}: damaged", out)
        self.assertRegex(out, rf"'{state}' does not match its checksum \(\d+ bytes at \d+\)")
        # The other one is the last good one now.
        good = listed[-2]
        code, _, err = tidemill("checkpoint", "rm", directory, str(good["epoch"]))
        self.assertEqual(code, 1)
        self.assertIn("is the last good one", err)
        self.assertEqual(tidemill("checkpoint", "rm", directory, str(newest["epoch"]))[0], 0)
        self.assertFalse(Path(newest["path"]).exists())
        with self.start(self.script()) as job:
            job.until_rows(1)
            code, _, err = tidemill("checkpoint", "rm", directory, str(good["epoch"]))
            self.assertEqual(code, 1)
            self.assertIn("A job runs in", err)
            job.kill()


if __name__ == "__main__":
    unittest.main()
