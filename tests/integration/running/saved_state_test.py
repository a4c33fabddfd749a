"""State read with SQL, and checkpoints compared: of a job that has ended, of one that runs, of all kinds of state."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from checkpoint_format import PRODUCTS, read_manifest
from running_job import PROGRAM, JobTestCase, RunningJob, tidemill

FIXTURE = Path(__file__).parent.parent / "checkpoint_format" / "v2" / "checkpoints"
ROWS = 5000
JOB = """
CREATE TABLE numbers (id BIGINT, k AS MOD(id, 10), name AS 'the name of ' || CAST(MOD(id, 10) AS STRING)) WITH
  ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',
   'fields.id.end' = '{rows}');
CREATE TABLE totals (k BIGINT, name STRING, n BIGINT, total BIGINT, mean BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT k, name, COUNT(*), SUM(id), AVG(id) FROM numbers GROUP BY k, name;
"""
GROUPS = "state('totals/group_aggregate')"


class SavedStateTest(JobTestCase):
    def script(self, rows: int = ROWS, rate: int = 10_000_000) -> Path:
        path = self.root / "job.sql"
        path.write_text(JOB.format(rows=rows, rate=rate))
        return path

    def saved(self, rows: int = ROWS, name: str = "ck", parallelism: int = 1) -> Path:
        """A directory with the last checkpoint of a job that has read so many rows."""
        directory = self.root / name
        options = ("--checkpoint-dir", str(directory), "--set", f"parallelism.default={parallelism}")
        code, _, err = tidemill("run", str(self.script(rows)), *options)
        self.assertEqual(code, 0, err)
        return directory

    def query(self, checkpoint: Path, sql: str) -> list[dict[str, object]]:
        code, out, err = tidemill("checkpoint", "query", str(checkpoint), sql, "--format", "json")
        self.assertEqual(code, 0, err)
        return [json.loads(line) for line in out.splitlines()]

    def refused(self, checkpoint: Path, sql: str, *texts: str) -> None:
        code, out, err = tidemill("checkpoint", "query", str(checkpoint), sql)
        self.assertEqual((code, out), (1, ""), err)
        for text in texts:
            self.assertIn(text, err)

    def expected(self, rows: int) -> list[dict[str, object]]:
        groups: dict[int, list[int]] = {}
        for number in range(1, rows + 1):
            groups.setdefault(number % 10, []).append(number)
        return [
            {
                "k": k,
                "name": f"the name of {k}",
                "COUNT(*)": len(ids),
                "SUM(id)": sum(ids),
                "AVG(id)": sum(ids) // len(ids),
            }
            for k, ids in sorted(groups.items())
        ]

    COLUMNS = "k, name, `COUNT(*)`, `SUM(id)`, `AVG(id)`"

    def test_rows_are_what_the_input_adds_up_to_at_any_parallelism(self) -> None:
        for parallelism in (1, 3):
            directory = self.saved(name=f"ck-{parallelism}", parallelism=parallelism)
            rows = self.query(directory, f"SELECT {self.COLUMNS} FROM {GROUPS} ORDER BY k")
            self.assertEqual(rows, self.expected(ROWS))
            subtasks = {row["subtask"] for row in self.query(directory, f"SELECT DISTINCT subtask FROM {GROUPS}")}
            self.assertEqual(subtasks, set(range(parallelism)))
            # Read by several subtasks, too.
            sql = f"SET 'parallelism.default' = '3'; SELECT {self.COLUMNS} FROM {GROUPS} ORDER BY k"
            self.assertEqual(self.query(directory, sql), self.expected(ROWS))

    def test_formats_filters_and_scripts(self) -> None:
        directory = self.saved()
        sql = f"SELECT k, `COUNT(*)` FROM {GROUPS} WHERE k = 3"
        code, out, err = tidemill("checkpoint", "query", f"{directory}/", sql, "--format", "csv")
        self.assertEqual((code, out), (0, "k,COUNT(*)\n3,500\n"), err)
        sql = f"SELECT COUNT(*) AS n FROM {GROUPS} WHERE k > 30"
        code, out, err = tidemill("checkpoint", "query", str(directory), sql)
        self.assertEqual((code, out), (0, "+---+\n| n |\n+---+\n| 0 |\n+---+\n1 row\n"), err)
        script = self.root / "query.sql"
        script.write_text(f"""SET 'state.checkpoint' = '{directory}';
            CREATE TABLE copy (k BIGINT, n BIGINT)
              WITH ('connector' = 'filesystem', 'path' = '{self.root}/copy', 'format' = 'csv');
            INSERT INTO copy SELECT k, `COUNT(*)` FROM state('totals/group_aggregate', 'groups') WHERE k < 2;""")
        code, _, err = tidemill("run", str(script))
        self.assertEqual(code, 0, err)
        lines = [line for file in (self.root / "copy").glob("part-*") for line in file.read_text().splitlines()]
        self.assertEqual(sorted(lines), ["0,500", "1,500"])

    def test_state_that_lives_for_a_time_says_when_it_was_written(self) -> None:
        directory = self.root / "ck"
        options = ("--checkpoint-dir", str(directory), "--set", "table.exec.state.ttl=1 h")
        code, _, err = tidemill("run", str(self.script()), *options)
        self.assertEqual(code, 0, err)
        recent = "`written at` BETWEEN NOW() - INTERVAL '10' MINUTE AND NOW()"
        rows = self.query(directory, f"SELECT {self.COLUMNS} FROM {GROUPS} WHERE {recent} ORDER BY k")
        self.assertEqual(rows, self.expected(ROWS))

    def test_rows_that_joins_keep_are_columns(self) -> None:
        script = self.root / "join.sql"
        script.write_text("""
            CREATE TABLE numbers (id INT, k AS MOD(id, 2), half AS id / CAST(2 AS DOUBLE), tag AS ARRAY[id]) WITH
              ('connector' = 'datagen', 'number-of-rows' = '4', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1',
               'fields.id.end' = '4');
            CREATE TABLE pairs (k INT, a DOUBLE, b ARRAY<INT>) WITH ('connector' = 'blackhole');
            INSERT INTO pairs SELECT a.k, a.half, b.tag FROM numbers AS a JOIN numbers AS b ON a.k = b.k AND a.id <= b.id;""")
        directory = self.root / "ck"
        code, _, err = tidemill("run", str(script), "--checkpoint-dir", str(directory))
        self.assertEqual(code, 0, err)
        rows = self.query(directory, "SELECT * FROM state('pairs/InnerJoin', 'right') ORDER BY id")
        for row in rows:
            del row["key_group"], row["subtask"]
        self.assertEqual(rows, [{"k": i % 2, "id": i, "half": i / 2, "tag": [i], "position": (i - 1) // 2} for i in (1, 2, 3, 4)])
        rows = self.query(directory, "SELECT half, id FROM state('pairs/InnerJoin', 'left') WHERE half > 1 ORDER BY id")
        self.assertEqual(rows, [{"half": 1.5, "id": 3}, {"half": 2.0, "id": 4}])

    def header(self, name: str, insert: str, table: str, *settings: str) -> str:
        """The columns of a table of the state of a job that has ended."""
        script = self.root / f"{name}.sql"
        script.write_text(f"""
            CREATE TABLE times (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH
              ('connector' = 'datagen', 'number-of-rows' = '4');
            CREATE TABLE results (a INT, t TIMESTAMP(3)) WITH ('connector' = 'blackhole');
            INSERT INTO results {insert};""")
        directory = self.root / name
        code, _, err = tidemill("run", str(script), "--checkpoint-dir", str(directory), *settings)
        self.assertEqual(code, 0, err)
        command = ("checkpoint", "query", str(directory), f"SELECT * FROM state({table})", "--format", "csv")
        code, out, err = tidemill(*command)
        self.assertEqual(code, 0, err)
        return out.splitlines()[0]

    def test_rows_that_wait_are_columns(self) -> None:
        match = """SELECT * FROM times MATCH_RECOGNIZE (PARTITION BY id ORDER BY ts MEASURES LAST(A.ts) AS t
                   ONE ROW PER MATCH PATTERN (A B) DEFINE B AS B.id > A.id)"""
        for table in ("rows", "waiting"):
            header = self.header(f"match-{table}", match, f"'results/match', '{table}'")
            self.assertRegex(header, r"^id,(time,sequence|sub_key),id0,ts,")
        live = self.header("match-live", match, "'results/match', 'live matches'")
        self.assertIn("value0", live)
        self.assertNotIn("ts", live)
        pairs = "SELECT a.id, b.ts FROM times AS a, times AS b WHERE a.id = b.id AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' DAY"
        self.assertEqual(self.header("pairs", pairs, "'results/InnerJoin', 'left'"), "id,time,ts,count,key_group,subtask")
        windows = """SELECT CAST(COUNT(*) AS INT), TUMBLE_END(ts, INTERVAL '1' DAY) FROM times
                     GROUP BY id, TUMBLE(ts, INTERVAL '1' DAY)"""
        early = ("--set", "table.exec.emit.early-fire.enabled=true", "--set", "table.exec.emit.early-fire.delay=0 ms")
        header = self.header("windows", windows, "'results/window_aggregate'", *early)
        self.assertRegex(header, r"^id,window_end,COUNT\(\*\),")

    def test_a_declared_table_must_fit(self) -> None:
        directory = self.saved()

        def table(columns: str) -> str:
            options = f"'checkpoint' = '{directory}', 'operator' = 'totals/group_aggregate'"
            return f"CREATE TABLE s ({columns}) WITH ('connector' = 'state', {options});"

        good = self.query(directory, table("k INT, `SUM(id)` BIGINT") + "SELECT SUM(`SUM(id)`) AS s FROM s")
        self.assertEqual(good, [{"s": ROWS * (ROWS + 1) // 2}])
        for columns, text in (("z BIGINT", "has no column 'z'"), ("k STRING", "is INT, but was declared as STRING")):
            self.refused(directory, table(columns) + "SELECT * FROM s", text)

    def test_errors_say_what_there_is(self) -> None:
        directory = self.saved()
        self.refused(
            directory,
            "SELECT * FROM state('totals/group_agregate')",
            "There is no operator 'totals/group_agregate'",
            "Did you mean 'totals/group_aggregate'?",
            "line 1, column 15",
        )
        self.refused(
            directory,
            "SELECT * FROM state('totals/group_aggregate', 'group')",
            "has no table 'group'",
            "Its tables: 'groups', 'scalars'",
        )
        self.refused(directory, "SELECT * FROM state()", "Its form is state('operator' [, 'table'])")
        self.refused(directory, "SELECT * FROM state('a', 'b', 'c')", "Its form is state('operator' [, 'table'])")
        self.refused(directory, f"SELECT nothing FROM {GROUPS}", "Unknown column: nothing")
        nowhere = self.root / "nowhere"
        self.refused(nowhere, f"SELECT * FROM {GROUPS}", f"There is no '{nowhere}'", "checkpoint ls")
        self.refused(self.root, f"SELECT * FROM {GROUPS}", f"'{self.root}' holds no checkpoint")
        script = self.root / "query.sql"
        script.write_text(f"SELECT * FROM {GROUPS}")
        code, _, err = tidemill("run", str(script))
        self.assertEqual(code, 1)
        self.assertIn("SET 'state.checkpoint' = 'DIR'", err)

    def test_damaged_state_is_refused_as_a_restore_refuses_it(self) -> None:
        directory = self.saved()
        manifest = read_manifest(next(directory.glob("chk-*/_metadata")))
        part = next(part for part in manifest["states"] if part["operator"].startswith("totals/group_aggregate"))
        section = part["sections"][0]
        state = directory / section["file"]
        good = state.read_bytes()
        for position in (section["offset"], section["offset"] + section["bytes"] - 1):
            state.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
            text = f"Checkpoint is damaged: '{state}' does not match its checksum"
            self.refused(directory, f"SELECT * FROM {GROUPS}", text, "Use an older checkpoint")
        state.write_bytes(good[: section["offset"] + section["bytes"] - 1])
        self.refused(directory, f"SELECT * FROM {GROUPS}", f"'{state}' ends too early")
        state.unlink()
        self.refused(directory, f"SELECT * FROM {GROUPS}", str(state))

    def peak_bytes(self, checkpoint: Path, sql: str) -> int:
        """The most memory that a query takes."""
        with (self.root / "out").open("wb") as out:
            process = subprocess.Popen([PROGRAM, "checkpoint", "query", str(checkpoint), sql], stdout=out, stderr=out)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, (self.root / "out").read_text())
        return usage.ru_maxrss * 1024

    def test_memory_does_not_grow_with_the_state(self) -> None:
        sql = JOB.replace("MOD(id, 10)", "id").format(rows=400_000, rate=100_000_000)
        (self.root / "big.sql").write_text(sql)
        directory = self.root / "big"
        code, _, err = tidemill("run", str(self.root / "big.sql"), "--checkpoint-dir", str(directory))
        self.assertEqual(code, 0, err)
        state_bytes = sum(file.stat().st_size for file in directory.rglob("*.state"))
        settings = f"SET 'state.memory.size' = '8 mb'; SET 'state.spill.dir' = '{self.root}';"
        without_state = self.peak_bytes(directory, f"{settings} SELECT * FROM state('source(numbers)')")
        with_state = self.peak_bytes(directory, f"{settings} SELECT MAX(`SUM(id)`) FROM {GROUPS}")
        self.assertLess(with_state - without_state, state_bytes / 2, f"of {state_bytes} bytes of state")

    def test_more_state_than_memory(self) -> None:
        sql = f"""SET 'state.memory.size' = '256 kb'; SET 'state.spill.dir' = '{self.root}';
            SELECT COUNT(*) AS n, COUNT(DISTINCT product) AS products FROM state('by_product/group_aggregate')"""
        self.assertEqual(self.query(FIXTURE, sql), [{"n": PRODUCTS, "products": PRODUCTS}])

    def test_a_running_job_is_not_disturbed(self) -> None:
        script = self.script(rows=1_000_000_000, rate=50_000)
        options = ("--checkpoint-dir", str(self.checkpoints), "--set", "execution.checkpointing.interval=20 ms")
        with RunningJob(script, self.checkpoints / "control.sock", *options) as job:
            job.until_rows(1_000)
            code, out, err = tidemill("savepoint", str(self.checkpoints), str(self.root / "saved"), "--json")
            self.assertEqual(code, 0, err)
            first = Path(json.loads(out)["savepoint"])
            before = sorted(str(file) for file in first.rglob("*"))
            rows = int(self.query(first, f"SELECT SUM(`COUNT(*)`) AS n FROM {GROUPS}")[0]["n"])
            self.assertGreaterEqual(rows, 1_000)
            position = self.query(first, "SELECT * FROM state('source(numbers)')")
            self.assertEqual([row["split"] for row in position], ["datagen"])
            self.assertEqual(str(position[0]["position"]).split()[-1], str(rows))
            self.assertEqual(self.query(first, f"SELECT {self.COLUMNS} FROM {GROUPS} ORDER BY k"), self.expected(rows))
            job.until_rows(rows + 1_000)
            code, out, err = tidemill("job", "stop", str(self.checkpoints), "--savepoint", str(self.root / "saved"))
            self.assertEqual(code, 0, err)
            self.assertEqual(job.finish()[0], 0)
        self.assertEqual(sorted(str(file) for file in first.rglob("*")), before)
        second = next(path for path in (self.root / "saved").iterdir() if path != first)
        code, out, err = tidemill("checkpoint", "inspect", "--diff", str(first), str(second), "--json")
        self.assertEqual(code, 0, err)
        tables = {table["table"]: table for table in json.loads(out)["tables"]}
        counts = ("added", "removed", "changed", "same")
        self.assertEqual([tables["groups"][count] for count in counts], [0, 0, 10, 0])
        self.assertEqual([tables["splits"][count] for count in counts], [0, 0, 1, 0])
        later = int(self.query(second, f"SELECT SUM(`COUNT(*)`) AS n FROM {GROUPS}")[0]["n"])
        self.assertIn(f"position={position[0]['position']}", tables["splits"]["rows"][0]["before"])
        self.assertIn(f" {later}, watermark=NULL", tables["splits"]["rows"][0]["after"])

    def test_checkpoints_are_compared_at_any_parallelism(self) -> None:
        before = self.saved(rows=5, name="before", parallelism=1)
        after = self.saved(rows=12, name="after", parallelism=3)
        code, out, err = tidemill("checkpoint", "inspect", "--diff", str(before), str(after), "--rows", "4")
        self.assertEqual(code, 0, err)
        lines = out.splitlines()
        table = lines.index("  'groups': 5 added, 0 removed, 2 changed, 3 the same")
        self.assertEqual(len([line for line in lines[table + 1 :] if line[4:5] in "+-~"]), 4)
        self.assertIn("    … and 3 more", lines)
        code, out, err = tidemill("checkpoint", "inspect", "--diff", str(before), str(after), "--json", "--rows", "100")
        rows = {row["key"]: row for row in json.loads(out)["tables"][-1]["rows"]}
        row = rows["k=1, name=the name of 1"]
        self.assertEqual(row["before"], "COUNT(*)=1, SUM(id)=1, AVG(id)=1")
        self.assertEqual(row["after"], "COUNT(*)=2, SUM(id)=12, AVG(id)=6")
        self.assertIsNone(rows["k=9, name=the name of 9"]["before"])
        # The same at another parallelism is the same.
        other = self.saved(rows=12, name="other", parallelism=2)
        code, out, err = tidemill("checkpoint", "inspect", "--diff", str(other), str(after))
        self.assertEqual(code, 0, err)
        self.assertIn("  'groups': the same, 10 rows", out)

    def test_every_kind_of_state_is_compared(self) -> None:
        code, out, err = tidemill("checkpoint", "inspect", "--diff", str(FIXTURE), str(FIXTURE / "chk-3"), "--json")
        self.assertEqual(code, 0, err)
        tables = json.loads(out)["tables"]
        self.assertEqual([table for table in tables if table["added"] + table["removed"] + table["changed"] > 0], [])
        self.assertGreater(len([table for table in tables if table["same"] > 0]), 15)

    def test_wrong_comparisons(self) -> None:
        directory = self.saved()
        for arguments, code, text in (
            (("--diff", str(self.root / "nowhere"), str(directory)), 1, "There is no '"),
            (("--diff", str(directory), str(directory), "--rows", "-1"), 2, "--rows cannot be negative"),
            (("--diff", str(directory)), 2, "path is required"),
        ):
            found, _, err = tidemill("checkpoint", "inspect", *arguments)
            self.assertEqual(found, code, err)
            self.assertIn(text, err)
        copy = self.root / "copy"
        shutil.copytree(directory, copy)
        state = max(copy.glob("chk-*/*.state"), key=lambda file: file.stat().st_size)  # the aggregate's is among its rows
        state.write_bytes(b"garbage")
        code, _, err = tidemill("checkpoint", "inspect", "--diff", str(directory), str(copy))
        self.assertEqual(code, 1)
        self.assertIn(str(state), err)


if __name__ == "__main__":
    unittest.main()
