#!/usr/bin/env python3
"""Runs the binary as its user does: cases/*.cases, and what no such case can say (pipes that close, full disks, sizes).

command_line_test.py BINARY [--rewrite] [unittest arguments]. With --rewrite, the case files get what the binary gives
now: read the difference before committing.
"""

import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time
import unittest

import case_file

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import sql_cases  # noqa: E402

CASES = pathlib.Path(__file__).parent / "cases"
BINARY = ""


def run(args, stdin=b"", folder=None, **options):
    return subprocess.run(
        [BINARY, *args], input=stdin, cwd=folder, capture_output=True, timeout=case_file.TIMEOUT_SECONDS, check=False,
        **options,
    )


class CaseFiles(unittest.TestCase):
    maxDiff = None

    def test_every_case_gives_what_its_file_says(self):
        paths = sorted(CASES.glob("*.cases"))
        self.assertTrue(paths)
        for path in paths:
            for case in case_file.read_cases(path):
                with self.subTest(f"{path.name}:{case.line}: {case.title}"):
                    outcome = case_file.run_case(BINARY, case)
                    expected = case_file.Outcome(case.exit_code, case.stdout, case.stderr)
                    self.assertEqual(
                        f"{outcome.stdout}--- stderr\n{outcome.stderr}--- exit {outcome.exit_code}",
                        f"{expected.stdout}--- stderr\n{expected.stderr}--- exit {expected.exit_code}",
                    )


class Pipes(unittest.TestCase):
    ENDLESS = (
        "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000');\n"
        "CREATE TABLE p (id BIGINT) WITH ('connector' = 'print');\n"
    )

    def read_one_line(self, script):
        """Returns the first line of standard output, the exit code, and standard error, the reader having gone."""
        with subprocess.Popen(
            [BINARY, "run", "-", "--format", "csv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            process.stdin.write((self.ENDLESS + script).encode())
            process.stdin.close()
            line = process.stdout.readline()
            process.stdout.close()
            stderr = process.stderr.read().decode()
            return line, process.wait(case_file.TIMEOUT_SECONDS), stderr

    def test_a_reader_that_goes_ends_a_query(self):
        line, exit_code, stderr = self.read_one_line("SELECT id FROM g;")
        self.assertEqual(line, b"op,id\n")
        self.assertEqual(exit_code, 1)
        self.assertTrue(stderr.startswith("error: Standard output was closed by the program that reads it"), stderr)

    def test_a_reader_that_goes_ends_a_print_sink(self):
        line, exit_code, stderr = self.read_one_line("INSERT INTO p SELECT id FROM g;")
        self.assertTrue(line.startswith(b"+I["), line)
        self.assertEqual(exit_code, 1)
        self.assertTrue(stderr.startswith("error: Standard output was closed by the program that reads it"), stderr)

    def test_input_that_never_ends_shows_each_change(self):
        script = (
            "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.min' = '1', 'fields.id.max' = '1');\n"
            "SELECT id, COUNT(*) AS n FROM g GROUP BY id;"
        )
        table = [
            "+----+----------------------+----------------------+",
            "| op | id                   | n                    |",
            "+----+----------------------+----------------------+",
            "| +I |                    1 |                    1 |",
            "| -U |                    1 |                    1 |",
            "| +U |                    1 |                    2 |",
        ]
        expected = {
            "json": ['{"op":"+I","id":1,"n":1}', '{"op":"-U","id":1,"n":1}', '{"op":"+U","id":1,"n":2}'],
            "csv": ["op,id,n", "+I,1,1", "-U,1,1", "+U,1,2"],
            "table": table,
            "changelog": table,
        }
        for result_format, lines in expected.items():
            with self.subTest(result_format), subprocess.Popen(
                [BINARY, "run", "-", "--format", result_format], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as process:
                process.stdin.write(script.encode())
                process.stdin.close()
                self.assertEqual([process.stdout.readline().decode().rstrip("\n") for _ in lines], lines)
                process.terminate()
                process.stdout.read()
                self.assertEqual(process.wait(case_file.TIMEOUT_SECONDS), 0, process.stderr.read())

    def test_a_full_device_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [BINARY, "run", "-"], input=b"SELECT 1;", stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn("Cannot write to standard output: No space left on device", done.stderr.decode())

    def test_standard_output_that_is_closed_is_an_error(self):
        done = subprocess.run(
            ["sh", "-c", 'exec "$0" run - >&-', BINARY], input=b"SELECT 1;", stderr=subprocess.PIPE, timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("Cannot write to standard output", done.stderr.decode())

    def test_a_signal_ends_an_endless_job_cleanly(self):
        with subprocess.Popen(
            [BINARY, "run", "-", "--format", "csv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            process.stdin.write((self.ENDLESS + "SELECT id FROM g;").encode())
            process.stdin.close()
            process.stdout.readline()
            process.terminate()
            process.stdout.read()
            stderr = process.stderr.read().decode()
            self.assertEqual(process.wait(case_file.TIMEOUT_SECONDS), 0, stderr)
            self.assertIn("rows in", stderr)


class Files(unittest.TestCase):
    SINK = (
        "CREATE TABLE f (id BIGINT, t STRING) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');\n"
        "CREATE TABLE g (id BIGINT, t STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '100000');\n"
        "INSERT INTO f SELECT id, t FROM g;\n"
    )

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def as_nobody(self):
        """Options that make the binary obey file permissions: root reads everything."""
        if os.getuid() != 0:
            return {}
        os.chmod(self.folder, 0o755)
        return {"user": 65534, "group": 65534, "extra_groups": []}

    def run_as_nobody(self, script):
        try:
            (self.folder / "script.sql").write_text(script)
            return run(["run", "script.sql", "--format", "csv"], folder=self.folder, **self.as_nobody())
        except PermissionError:
            self.skipTest("the binary is in a folder that only root can enter")

    def test_a_file_that_may_not_be_read(self):
        path = self.folder / "secret.csv"
        path.write_text("a,1\n")
        path.chmod(0o000)
        done = self.run_as_nobody(
            "CREATE TABLE v (k STRING, x INT) WITH ('connector' = 'filesystem', 'path' = 'secret.csv', "
            "'format' = 'csv');\nSELECT * FROM v;"
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("secret.csv", done.stderr.decode())
        self.assertIn("ermission", done.stderr.decode())
        self.assertIn("hint: ", done.stderr.decode())

    def test_a_sink_directory_that_may_not_be_written(self):
        (self.folder / "out").mkdir()
        (self.folder / "out").chmod(0o555)
        done = self.run_as_nobody(self.SINK)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("out", done.stderr.decode())
        self.assertIn("ermission", done.stderr.decode())
        self.assertIn("hint: ", done.stderr.decode())

    def test_a_disk_that_is_full(self):
        # A limit on the size of files fails a write as a full disk does, and needs no disk to be filled.
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

        done = run(["run", "-"], self.SINK.encode(), self.folder, preexec_fn=small_files, restore_signals=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("out", done.stderr.decode())
        self.assertIn("hint: ", done.stderr.decode())
        visible = [path.name for path in (self.folder / "out").glob("*") if not path.name.startswith((".", "_"))]
        self.assertEqual(visible, [], "rows of a job that failed are not published")


class Sizes(unittest.TestCase):
    """Text of any size and depth ends in an error with a place, soon."""

    def assert_refused(self, script, expected, command="check"):
        start = time.monotonic()
        done = run([command, "-"], script)
        seconds = time.monotonic() - start
        self.assertEqual(done.returncode, 1, done.stderr[:500])
        self.assertIn(expected, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        self.assertLess(len(done.stderr), 100_000)
        self.assertLess(seconds, 20, "milliseconds, but for a machine that is busy")

    def test_depth(self):
        depth = 10_000
        for script in (
            "SELECT " + "(" * depth + "1" + ")" * depth,
            "SELECT * FROM " + "(SELECT * FROM " * depth + "t" + ")" * depth,
            "SELECT " + "CASE WHEN TRUE THEN " * depth + "1" + " END" * depth,
            "SELECT " + "NOT " * depth + "TRUE",
            "SELECT " + "- " * depth + "1",
            "SELECT " + "UPPER(" * depth + "'a'" + ")" * depth,
            "CREATE TABLE t (a " + "ARRAY<" * depth + "INT" + ">" * depth + ")",
        ):
            with self.subTest(script[:40]):
                self.assert_refused(script.encode(), "nests deeper than 500 levels")

    def test_a_long_chain(self):
        self.assert_refused(b"SELECT " + b"1 + " * 10_000 + b"1", "More than 1000 operators")

    def test_many_views_over_each_other(self):
        text = "WITH v0 AS (SELECT 1 AS x)"
        text += "".join(f", v{i} AS (SELECT x FROM v{i - 1} WHERE x > {i})" for i in range(1, 10_000))
        self.assert_refused((text + " SELECT * FROM v9999").encode(), "more than 1000 steps")

    def test_noise(self):
        noise = random.Random(1)
        self.assert_refused(noise.randbytes(1 << 20), "The SQL text is not UTF-8")
        characters = "SELECT FROM ();,'`\"-/*+ab1\n"
        text = "".join(noise.choice(characters) for _ in range(1 << 20))
        self.assert_refused(text.encode(), "error: Expected")

    def test_a_script_that_is_too_large(self):
        self.assert_refused(b"SELECT 1;" * 200_000, "more than the limit of 1048576")

    def test_forty_levels_read_twice(self):
        text = "WITH v0 AS (SELECT 1 AS x)"
        text += "".join(
            f", v{i} AS (SELECT x FROM v{i - 1} UNION ALL SELECT x + 1 FROM v{i - 1})" for i in range(1, 41)
        )
        done = run(["explain", "-"], (text + " SELECT * FROM v40").encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(done.stdout.count(b"\n"), 1_000)


class CheckForFlink(unittest.TestCase):
    """`check --target flink` over the SQL cases: what real Flink runs has no finding."""

    MAY_BE_FOUND = ("connector 'test'", "setting '")  # of every case; a setting is taken, and ignored

    @staticmethod
    def findings(case):
        script = "".join(f"SET '{key}' = '{value}';\n" for key, value in case.settings.items())
        script += "".join(f"{part.strip().rstrip(';')};\n" for part in [*case.statements, case.query])
        batch = any(expected.what == "rows" for expected in case.expectations)
        mode = ["--set", "execution.runtime-mode=BATCH"] if batch else []
        lines = run(["check", "--target", "flink", *mode, "-"], script.encode()).stderr.decode().split("\n")
        found = [line.removeprefix("error: Not in Flink: ") for line in lines if line.startswith("error: Not in Flink: ")]
        return [one for one in found if not one.startswith(CheckForFlink.MAY_BE_FOUND)]

    def test_what_flink_runs_has_no_finding(self):
        cases = sql_cases.read_all(ROOT / "tests/sql")
        runs = {
            name: case for name, case in cases.items()
            if not case.flink_skip and not any(one.what in ("text", "error") for one in case.expectations)
        }
        for name in sorted(runs)[::4]:
            self.assertEqual(self.findings(runs[name]), [], name)

    def test_what_flink_cannot_do_is_found(self):
        cases = sql_cases.read_all(ROOT / "tests/sql")
        for name, what in (
            ("over/event_time: FILTER", "FILTER before OVER"),
            ("over/event_time: the current row alone", "a frame from CURRENT ROW"),
            ("aggregate/json_aggregates: JSON inside, and only some", "FILTER behind a JSON aggregate"),
            ("aggregate/row_order: HOP with rows that are late for some windows", "FIRST_VALUE in windows"),
            ("functions/sql_functions: calls", "CREATE FUNCTION"),
        ):
            self.assertIn(what, "\n".join(self.findings(cases[name])), name)


def rewrite():
    for path in sorted(CASES.glob("*.cases")):
        outcomes = [case_file.run_case(BINARY, case) for case in case_file.read_cases(path)]
        path.write_text(case_file.rewritten(path, outcomes))


if __name__ == "__main__":
    BINARY = str(pathlib.Path(sys.argv.pop(1)).resolve())
    if "--rewrite" in sys.argv:
        rewrite()
    else:
        unittest.main()
