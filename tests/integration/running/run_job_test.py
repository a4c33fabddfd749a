"""The real binary: killed and started again, stopped by signals, asked by others, watched on a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import re
import signal
import subprocess
import unittest
from pathlib import Path

from running_job import PROGRAM, JobTestCase, RunningJob, ask, until

# Numbers from a sequence, so that what must come out is known: each window of 1,000 counts 100 a key.
SOURCE = """
CREATE TABLE numbers (
  id BIGINT,
  ts AS TO_TIMESTAMP_LTZ(id, 3),
  WATERMARK FOR ts AS ts
) WITH ('connector' = 'datagen', 'rows-per-second' = '{pace}', 'fields.id.kind' = 'sequence',
        'fields.id.start' = '0', 'fields.id.end' = '{last}');
CREATE TABLE files (since STRING, k BIGINT, n BIGINT, total BIGINT)
WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv');
INSERT INTO files
SELECT CAST(window_start AS STRING), MOD(id, 10), COUNT(*), SUM(id)
FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' SECOND))
GROUP BY window_start, window_end, MOD(id, 10);
"""
ENDLESS = 4_000_000_000
ROWS = 60_000


class JobTest(JobTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.control = self.checkpoints / "control.sock"
        self.number = 0

    def script(self, last: int = ENDLESS, pace: int = 20_000, out: str = "out") -> Path:
        path = self.root / f"{out}.sql"
        path.write_text(SOURCE.format(pace=pace, last=last, out=self.root / out))
        return path

    def start(self, script: Path, *options: str, **streams: object) -> RunningJob:
        return RunningJob(
            script,
            self.control,
            "--checkpoint-dir",
            str(self.checkpoints),
            "--set",
            "execution.checkpointing.interval=100 ms",
            *options,
            **streams,
        )

    def lines(self, out: str = "out") -> list[str]:
        found: list[str] = []
        for file in (self.root / out).glob("part-*"):
            found += file.read_text().splitlines()
        return sorted(found)


class KillTest(JobTest):
    def test_a_killed_job_goes_on_and_its_files_are_as_without_a_kill(self) -> None:
        with RunningJob(self.script(ROWS - 1, 1_000_000, "plain"), self.control) as plain:
            code, _, err = plain.finish()
        self.assertEqual(code, 0, err)
        expected = self.lines("plain")
        self.assertEqual(len(expected), ROWS // 1000 * 10)
        kills = restored = 0
        draw = random.Random(7)
        while kills < 20:
            self.number += 1
            out = f"out{self.number}"
            self.checkpoints = self.root / f"ck{self.number}"
            self.control = self.checkpoints / "control.sock"
            script = self.script(ROWS - 1, 40_000, out)
            ended = False
            while not ended:
                with self.start(script) as job:
                    seen = job.until_rows(draw.randrange(ROWS // 2))
                    first = job.status() if seen else None
                    # A few more rows each time, so that every life comes further than the one before.
                    target = (first["rows"]["in"] if first else 0) + draw.randrange(ROWS // 4)
                    if seen and target < ROWS and job.until_rows(target):
                        job.kill()
                        kills += 1
                    else:
                        code, _, err = job.finish()
                        self.assertEqual(code, 0, err)
                        restored += "goes on from checkpoint" in err
                        ended = True
            self.assertEqual(self.lines(out), expected, f"after {kills} kills")
        self.assertGreaterEqual(kills, 20)
        self.assertGreater(restored, 0)


PARTITIONS = SOURCE.partition("CREATE TABLE files")[0] + """
CREATE TABLE files (id BIGINT, since STRING) PARTITIONED BY (since) WITH (
  'connector' = 'filesystem', 'path' = '{out}', 'format' = 'csv',
  'sink.partition-commit.policy.kind' = 'success-file', 'sink.partition-commit.trigger' = 'partition-time',
  'sink.partition-commit.delay' = '1 s');
INSERT INTO files SELECT id, DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm:ss') FROM numbers;
"""


class PartitionTest(JobTest):
    def committed(self) -> list[Path]:
        return [file.parent for file in (self.root / "out").glob("since=*/_SUCCESS")]

    def check_complete(self) -> None:
        """A partition that is committed has all its rows, once."""
        for partition in self.committed():
            ids = [int(line) for file in partition.glob("part-*") for line in file.read_text().splitlines()]
            self.assertEqual(sorted(ids), list(range(min(ids), min(ids) + 1000)), partition)

    def test_partitions_are_committed_as_time_goes_and_after_a_kill(self) -> None:
        script = self.root / "job.sql"
        script.write_text(PARTITIONS.format(pace=5_000, last=ENDLESS, out=self.root / "out"))
        before = 0
        for _ in range(3):
            with self.start(script) as job:
                until(lambda wanted=before + 3: len(self.committed()) >= wanted, "partitions are committed")
                self.check_complete()
                job.kill()
            before = len(self.committed())
            waiting = list((self.root / "out").glob(".pending-*"))
            # Two where the kill came between a new file and the removal of the one before; the next life removes that.
            self.assertIn(len(waiting), (1, 2), "the partitions of the last second wait, and no earlier file is left")
        self.check_complete()
        begun = sorted((self.root / "out").glob("since=*"))
        self.assertEqual(sorted(self.committed()), begun[: before], "in the order of time, none left out")


class StopTest(JobTest):
    def check_numbers(self) -> None:
        """Closed windows are whole, and none is there twice."""
        rows = [line.split(",") for line in self.lines()]
        self.assertTrue(rows)
        self.assertEqual(len({(row[0], row[1]) for row in rows}), len(rows))
        self.assertEqual({row[2] for row in rows}, {"100"})

    def test_signals_take_a_last_checkpoint_and_the_next_run_goes_on(self) -> None:
        read = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.start(self.script()) as job:
                status = job.until_rows(read + 5000)
                assert status is not None
                self.assertEqual(status["checkpoints"]["restored_epoch"] > 0, read > 0)
                job.process.send_signal(number)
                code, _, err = job.finish()
            self.assertEqual(code, 0, err)
            self.assertRegex(err, r"(?m)^stopped at checkpoint \d+ in '.*ck'; the next run goes on from it$")
            summary = re.search(r"(?m)^(\d+) rows in, \d+ rows out, 0 late, \d+\.\d\d s$", err)
            assert summary is not None, err
            self.assertGreater(int(summary[1]), read)
            read = int(summary[1])
        self.check_numbers()

    def test_stop_command_waits_for_the_last_checkpoint(self) -> None:
        with self.start(self.script()) as job:
            job.until_rows(3000)
            result = subprocess.run([PROGRAM, "job", "stop", str(self.checkpoints)], capture_output=True, text=True, check=True)
            match = re.fullmatch(r"The job is stopped; its last epoch is (\d+)\.\n", result.stdout)
            assert match is not None, result.stdout
            self.assertTrue((self.checkpoints / f"chk-{match[1]}" / "_metadata").exists())
            self.assertEqual(job.finish()[0], 0)
        self.assertFalse(self.control.exists())
        self.check_numbers()

    def test_a_second_signal_ends_at_once(self) -> None:
        script = self.root / "stuck.sql"
        script.write_text(
            "CREATE TABLE t (x STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000');\n"
            "CREATE TABLE p (x STRING) WITH ('connector' = 'print');\nINSERT INTO p SELECT x FROM t;\n"
        )
        # Its output is full from the start, and nobody reads it: what it printed cannot go out, so it cannot come to a clean end.
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        for size in (65536, 1):
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(writing, b"x" * size)
        os.set_blocking(writing, True)
        with RunningJob(script, self.root / "c", "--control", str(self.root / "c"), stdout=writing) as job:
            job.until_rows(1)

            def ended() -> bool:
                job.process.send_signal(signal.SIGINT)
                return job.process.poll() is not None

            until(ended, "a second signal to end it")
            self.assertEqual(job.process.wait(timeout=60), -signal.SIGINT)
        os.close(reading)
        os.close(writing)

    def test_signals_of_one_moment_are_one(self) -> None:
        with self.start(self.script()) as job:
            job.until_rows(3000)
            for _ in range(20):
                job.process.send_signal(signal.SIGINT)
            code, _, err = job.finish()
        self.assertEqual(code, 0, err)
        self.check_numbers()

    def test_cancel_ends_without_a_checkpoint(self) -> None:
        with self.start(self.script()) as job:
            job.until_status(lambda status: status["checkpoints"]["completed"] > 0, "a checkpoint")
            result = subprocess.run([PROGRAM, "job", "cancel", str(self.checkpoints)], capture_output=True, text=True, check=True)
            self.assertEqual(result.stdout, "The job is cancelled.\n")
            code, _, err = job.finish()
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r"(?m)^cancelled$")


class ControlTest(JobTest):
    def test_one_process_a_directory(self) -> None:
        with self.start(self.script()) as job:
            job.until_rows(1)
            with self.start(self.script()) as second:
                code, _, err = second.finish()
            self.assertEqual(code, 1)
            self.assertIn(f"is locked by another process (process {job.process.pid})", err)
            self.assertIn("tidemill job stop", err)
            self.assertIsNotNone(job.status())

    def test_the_channel_answers_and_bad_input_disturbs_nobody(self) -> None:
        with self.start(self.script()) as job:
            status = job.until_rows(2000)
            assert status is not None
            self.assertEqual(status["job"]["state"], "RUNNING")
            for line in ("", "stop", "{", '{"command":"format disk"}', '{"command":["stop"]}', "\x00\x01"):
                answer = ask(self.control, line)
                self.assertFalse(answer["ok"], line)
                self.assertTrue(answer["error"])
            why = ask(self.control, '{"command":"why"}')
            self.assertIn("split 'datagen'", why["text"])
            self.assertEqual(why["windows"][0]["next_end_ms"] % 1000, 0)
            metrics = ask(self.control, '{"command":"metrics"}')
            self.assertGreaterEqual(metrics["operators"][0]["counters"]["numRecordsOut"], 2000)
            taken = ask(self.control, '{"command":"checkpoint"}')
            self.assertTrue((self.checkpoints / f"chk-{taken['epoch']}").exists())
            self.assertEqual(os.stat(self.control).st_mode & 0o777, 0o600)
            for verb in ("status", "why", "metrics"):
                shown = subprocess.run([PROGRAM, "job", verb, str(self.control)], capture_output=True, text=True, check=True)
                self.assertGreater(len(shown.stdout.splitlines()), 4)

    def test_a_socket_of_its_own_without_checkpoints(self) -> None:
        path = self.root / "my.sock"
        with RunningJob(self.script(), path, "--control", str(path)) as job:
            job.until_status(lambda status: status["rows"]["out"] > 0, "rows out")
            why = ask(path, '{"command":"why"}')
            self.assertEqual(why["cause"], "checkpoint")
            self.assertIn("this job takes none before its end", why["verdict"])
            refused = subprocess.run([PROGRAM, "job", "checkpoint", str(path)], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("The job keeps no checkpoints", refused.stderr)
            self.assertTrue(ask(path, '{"command":"stop"}')["ok"])
            code, _, err = job.finish()
        self.assertEqual(code, 0)
        self.assertIn("without --checkpoint-dir the next run begins anew", err)

    def test_nobody_there(self) -> None:
        for path, text in ((self.root, "No job runs in"), (self.root / "none", "there is no such socket")):
            result = subprocess.run([PROGRAM, "job", "status", str(path)], capture_output=True, text=True)
            self.assertEqual(result.returncode, 1)
            self.assertIn(text, result.stderr)

    def test_a_control_path_that_cannot_be_used_is_an_error_and_nothing_hangs(self) -> None:
        (self.root / "file").write_text("x")
        with RunningJob(self.script(), self.root / "file", "--control", str(self.root / "file")) as job:
            code, _, err = job.finish()
        self.assertEqual(code, 1)
        self.assertIn("exists and is no socket", err)


class OutputTest(JobTest):
    def test_a_reader_of_a_pipe_sees_rows_soon(self) -> None:
        script = self.root / "slow.sql"
        script.write_text(
            "CREATE TABLE t (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');\nSELECT x FROM t;\n"
        )
        with RunningJob(script, self.root / "c", "--format", "json") as job:
            assert job.process.stdout is not None
            self.assertRegex(job.process.stdout.readline().decode(), r'^\{"op": ?"\+I", ?"x": ?-?\d+\}$')
            self.assertIsNone(job.process.poll())

    def test_a_progress_line_on_a_terminal_and_a_summary_after_it(self) -> None:
        terminal, end = pty.openpty()
        with self.start(self.script(), stderr=end) as job:
            os.close(end)
            shown = b""
            while b"ckpt #" not in shown:
                shown += os.read(terminal, 4096)
            job.process.send_signal(signal.SIGINT)
            try:
                while part := os.read(terminal, 4096):
                    shown += part
            except OSError:  # the other end has closed
                pass
            self.assertEqual(job.process.wait(), 0)
        os.close(terminal)
        text = shown.decode()
        self.assertRegex(
            text,
            r"\r\x1b\[KRUNNING 00:00:0\d \| in [\d.]+k? \([\d.]+k?/s\) \| out \d+ \| wm 1970-01-01 00:\d\d:\d\d\.\d{3}"
            r" \| state [\d.]+ KB \| ckpt #\d+ [\d.]+ s ago \d+ ms",
        )
        # The line is gone before anything else is said.
        self.assertRegex(text, r"\r\x1b\[K\d+ rows in, \d+ rows out, 0 late, \d+\.\d\d s\r\n")

    def test_no_progress_line_elsewhere(self) -> None:
        with self.start(self.script()) as job:
            job.until_status(lambda status: status["job"]["uptime_ms"] > 2000, "two seconds")
            job.process.send_signal(signal.SIGINT)
            _, _, err = job.finish()
        self.assertNotIn("RUNNING", err)
        self.assertNotIn("\x1b", err)


class LargeFileTest(JobTest):
    """A file of several chunks, decoded by one thread and by several."""

    def run_at(self, parallelism: int, script: Path) -> tuple[list[str], str]:
        done = subprocess.run(
            [PROGRAM, "run", str(script), "--format", "csv", "--set", f"parallelism.default={parallelism}"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        errors = re.search(r"^.*could not be read.*$", done.stderr, re.MULTILINE)
        self.assertIsNotNone(errors, done.stderr)
        return sorted(done.stdout.splitlines()), errors.group()

    def test_rows_and_errors_are_the_same_at_any_parallelism(self) -> None:
        draw = random.Random(7)
        for name, header, line, bad in (
            ("json", "", '{{"k":"{k}","n":{n},"note":"{note}"}}\n', '{{"k":"{k}","n":"none"}}\n'),
            ("csv", "n,note,k\n", '{n},"{note}, ""quoted""\n in two lines",{k}\n', "none,x,{k}\n"),
        ):
            data = self.root / f"large.{name}"
            with data.open("w") as file:
                file.write(header)
                for n in range(80_000):
                    row = bad if draw.random() < 0.0002 else line
                    file.write(row.format(k=f"key {n % 7}", n=n, note="x" * draw.randrange(40)))
            self.assertGreater(data.stat().st_size, 4 << 20)
            script = self.root / f"{name}.sql"
            script.write_text(
                f"""CREATE TABLE t (k STRING, n BIGINT, note STRING) WITH ('connector' = 'filesystem', 'path' = '{data}',
                    'format' = '{name}', 'record.error-policy' = 'skip'{", 'csv.header' = 'true'" if header else ""});
                SELECT k, COUNT(*) AS c, SUM(n) AS s, SUM(CHAR_LENGTH(note)) AS l, MAX(CHAR_LENGTH(note)) AS m FROM t GROUP BY k;"""
            )
            alone = self.run_at(1, script)
            self.assertEqual(len(alone[0]), 8)
            for parallelism in (2, 3):
                self.assertEqual(self.run_at(parallelism, script), alone, name)


if __name__ == "__main__":
    unittest.main()
