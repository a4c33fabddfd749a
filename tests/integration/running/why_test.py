"""`tidemill why FILE.sql`: what it says of scripts whose output does not come; `run --available-now`: all there is, then a checkpoint."""

from __future__ import annotations

import json
import re
import subprocess
import unittest
from pathlib import Path

from running_job import PROGRAM, JobTestCase

TABLES = """
CREATE TABLE t (k STRING, x INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '{delay}')
WITH ('connector' = 'filesystem', 'path' = '{root}/in', 'format' = 'json', 'source.monitor-interval' = '50 ms');
CREATE TABLE o (k STRING, window_end TIMESTAMP(3), n BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{root}/out', 'format' = 'csv');
"""
WINDOWS = """
INSERT INTO o SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE))
{where} GROUP BY k, window_start, window_end;
"""
MINUTES = [f"2024-01-01 00:{minute:02}:00" for minute in range(60)]


class ScriptTest(JobTestCase):
    def setUp(self) -> None:
        super().setUp()
        (self.root / "in").mkdir()

    def rows(self, name: str, times: list[str]) -> None:
        lines = [json.dumps({"k": "a", "x": number, "ts": time}) for number, time in enumerate(times)]
        (self.root / "in" / name).write_text("".join(line + "\n" for line in lines))

    def script(self, delay: str = "5' MINUTE", where: str = "") -> Path:
        path = self.root / "job.sql"
        delay, unit = delay.split("' ")
        tables = TABLES.replace("'{delay}'", f"'{delay}' {unit}").format(root=self.root)
        path.write_text(tables + WINDOWS.format(where=where))
        return path

    def tidemill(self, *arguments: object) -> str:
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout + done.stderr

    def out(self) -> list[str]:
        return sorted(line for file in (self.root / "out").glob("part-*") for line in file.read_text().splitlines())


class WhyTest(ScriptTest):
    def why(self, script: Path) -> str:
        lines = self.tidemill("why", script).splitlines()
        self.assertEqual(lines[0], "INSERT INTO o")
        self.assertFalse((self.root / "out").exists(), "why wrote something")
        return lines[1]

    def test_the_watermark_waits_longer_than_the_data_goes(self) -> None:
        self.rows("a.jsonl", MINUTES)
        self.assertEqual(
            self.why(self.script("2' DAY")),
            "Windows wait for event time: the next window of WindowAggregate TUMBLE(ts, 10 min) by k ends at 2024-01-01 "
            "00:10:00.000. Rows up to 2024-01-01 00:59:00.000 have been read, and WATERMARK FOR of t waits 2 d 0 h "
            "longer: rows 1 d 23 h newer complete it, or a shorter delay.",
        )

    def test_there_is_no_row_yet(self) -> None:
        (self.root / "in" / "a.jsonl").write_text("")
        self.assertTrue(self.why(self.script()).startswith("No row has been read yet."))

    def test_the_time_column_is_empty(self) -> None:
        (self.root / "in" / "a.jsonl").write_text('{"k": "a", "x": 1, "ts": null}\n' * 10)
        script = self.script()
        script.write_text("SET 'table.exec.source.rowtime-null-handling' = 'DROP';\n" + script.read_text())
        self.assertTrue(
            self.why(script).startswith("No row has an event time: the time column of 10 rows is NULL"), self.why(script)
        )

    def test_a_filter_drops_all(self) -> None:
        self.rows("a.jsonl", MINUTES)
        self.assertEqual(
            self.why(self.script(where="WHERE x > 1000")),
            "No row passes Calc: 60 in, none out. Its conditions may be too narrow.",
        )

    def test_all_rows_are_late(self) -> None:
        self.rows("a.jsonl", ["2024-01-01 05:00:00"])
        script = self.script("1' SECOND", "WHERE x > 0")  # the row that moves the watermark is no part of the query
        self.rows("b.jsonl", ["2024-01-01 06:00:00", *MINUTES])
        (self.root / "in" / "a.jsonl").unlink()
        self.assertEqual(
            self.why(script),
            "All 60 rows that reached WindowAggregate TUMBLE(ts, 10 min) by k came after their windows had closed. If that is "
            "not meant, let WATERMARK FOR wait longer.",
        )

    def test_a_row_is_dated_in_the_future(self) -> None:
        self.rows("a.jsonl", ["2199-01-01 00:00:00", *MINUTES])
        verdict = re.sub(r"\d+ d \d+ h", "N d", self.why(self.script("1' SECOND")))
        self.assertEqual(
            verdict,
            "A row of t is dated 2199-01-01 00:00:00.000, N d ahead of the clock: 60 rows behind it came too late. Leave "
            "such rows out before WATERMARK FOR sees them, or read the column in its unit (TO_TIMESTAMP_LTZ(x, 3) for "
            "milliseconds).",
        )

    def test_files_wait_for_a_checkpoint(self) -> None:
        self.rows("a.jsonl", MINUTES)
        self.assertTrue(
            self.why(self.script()).startswith("5 rows reached the sinks. Files of o are seen once a checkpoint completes")
        )

    def test_settings_hold_for_each_statement(self) -> None:
        self.rows("a.jsonl", MINUTES)
        script = self.script()
        tables, insert = script.read_text().split("\nINSERT", 1)
        saved = f"SET 'execution.checkpointing.dir' = '{self.checkpoints}';"
        script.write_text(f"{saved}{tables}\nINSERT{insert}\nINSERT{insert}")
        lines = self.tidemill("why", script).splitlines()
        verdicts = [lines[place + 1] for place, line in enumerate(lines) if line == "INSERT INTO o"]
        self.assertEqual(len(verdicts), 2)
        for verdict in verdicts:
            self.assertTrue(verdict.startswith("Output flows: 5 rows so far."), verdict)
        self.assertFalse(self.checkpoints.exists(), "why saved something")

    def test_an_endless_source_is_read_for_a_while(self) -> None:
        script = self.root / "endless.sql"
        script.write_text(
            "CREATE TABLE g (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');\n"
            "SELECT x FROM g WHERE x IS NULL;\n"
        )
        self.assertIn("No row passes Calc", self.tidemill("why", script, "--timeout", "1 s"))


class AvailableNowTest(ScriptTest):
    def test_each_run_takes_what_came_since_the_last_one(self) -> None:
        script = self.script()
        self.rows("a.jsonl", MINUTES[:31])
        run = ["run", script, "--available-now", "--checkpoint-dir", self.checkpoints]
        self.assertIn("stopped at checkpoint", self.tidemill(*run))
        windows = [f'a,"2024-01-01 00:{end}0:00",10' for end in range(1, 6)]
        self.assertEqual(self.out(), windows[:2])  # the third is open: the watermark is 00:25
        self.tidemill(*run)
        self.assertEqual(self.out(), windows[:2])
        self.rows("b.jsonl", MINUTES[31:])
        self.tidemill(*run)
        self.assertEqual(self.out(), windows)

    def test_statements_behind_it_are_run_too(self) -> None:
        script = self.script()
        self.rows("a.jsonl", MINUTES)
        script.write_text(script.read_text() + "SELECT 'next' AS word;\n")
        self.assertIn("next", self.tidemill("run", script, "--available-now"))


if __name__ == "__main__":
    unittest.main()
