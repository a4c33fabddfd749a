"""Tests of what benchmarks/nexmark/against_flink.py makes of its figures, and of the scripts that it gives Flink: without a Flink."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools_path import ROOT

sys.path.insert(0, str(ROOT / "benchmarks/nexmark"))
import against_flink
import comparison
import nexmark
from comparison import Cost, Result, geometric_mean, summary, text

EVENTS = 2_000_000


def result(query: str, ours: float, flinks: float, rows: tuple[int, int] = (7, 7)) -> Result:
    """Two runs of each engine whose medians are so many CPU seconds; on the clock each takes twice that."""
    costs = [Cost([cpu_s, 3 * cpu_s], [0.5 * cpu_s, 1.5 * cpu_s], 10.0, changes=9, rows=number) for cpu_s, number in zip((ours, flinks), rows)]
    return Result(query, *costs)


class Arithmetic(unittest.TestCase):
    def test_geometric_mean(self) -> None:
        mean = geometric_mean([2.0, 8.0])
        assert mean
        self.assertAlmostEqual(mean, 4.0)
        self.assertIsNone(geometric_mean([]))
        self.assertRaises(ValueError, geometric_mean, [0.0])

    def test_figures_are_medians_for_a_million_events(self) -> None:
        figures = comparison.figures(Cost([1.0, 4.0, 2.0], [9.0, 3.0, 1.0], 5.0, 3, 2), EVENTS)
        self.assertEqual((figures["cpu_s_a_million"], figures["events_a_second"]), (1.5, 1_000_000))
        self.assertEqual(figures["runs"][1], {"wall_s": 4.0, "cpu_s": 3.0})

    def test_ratios_say_how_many_times_better_tidemill_is(self) -> None:
        report = summary([result("q0", 2.0, 8.0), result("q1", 1.0, 25.0)], EVENTS)
        self.assertEqual([row["cpu_ratio"] for row in report["queries"]], [4.0, 25.0])
        self.assertEqual([row["wall_ratio"] for row in report["queries"]], [4.0, 25.0])
        self.assertAlmostEqual(report["cpu_ratio"], 10.0)
        self.assertEqual((report["compared"], report["cpu_ratio_least"]), (2, (4.0, "q0")))

    def test_a_refusal_is_in_no_mean_and_is_named(self) -> None:
        refused = Result("q6", Cost([1.0], [1.0], 1.0), None, {"Flink": "no such window"})
        report = summary([result("q0", 2.0, 8.0), refused], EVENTS)
        self.assertEqual((report["compared"], report["queries"][1]["cpu_ratio"]), (1, None))
        self.assertAlmostEqual(report["cpu_ratio"], 4.0)
        self.assertIn("q6: Flink does not run it: no such window", text(report))
        json.dumps(report)

    def test_nothing_that_runs_on_both_has_no_mean(self) -> None:
        report = summary([Result("q6", None, None, {"Flink": "no", "Tidemill": "never"})], EVENTS)
        self.assertEqual((report["compared"], report["cpu_ratio"], report["cpu_ratio_least"]), (0, None, None))
        self.assertNotIn("geometric mean", text(report))
        self.assertIn("q6: Tidemill does not run it: never", text(report))


class Rows(unittest.TestCase):
    def test_other_rows_are_told(self) -> None:
        differing = result("q3", 1.0, 1.0, (7, 8))
        self.assertTrue(differing.differs())
        self.assertIn("q3: THE RESULTS DIFFER: 7 rows of Tidemill, 8 of Flink", text(summary([differing], EVENTS)))

    def test_rows_that_are_not_known_are_no_agreement(self) -> None:
        unknown = result("q3", 1.0, 1.0)
        assert unknown.tidemill and unknown.flink
        unknown.tidemill.rows = unknown.flink.rows = None
        self.assertTrue(unknown.differs())

    def test_what_is_not_compared_is_named(self) -> None:
        apart = result("q12", 1.0, 1.0, (7, 8))
        apart.not_compared = "by the clock"
        self.assertFalse(apart.differs())
        self.assertIn("q12: rows are not compared: by the clock", text(summary([apart], EVENTS)))


class Scripts(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_flink_has_the_same_text_but_for_two_queries(self) -> None:
        for query in nexmark.QUERIES:
            ours = nexmark.script(query, self.folder, 10, against_flink.RATE, against_flink.COUNTING)
            self.assertEqual(against_flink.flink_script(query, self.folder, 10) == ours, query not in ("q13", "q14"), query)

    def test_what_flink_has_in_java(self) -> None:
        self.assertIn("'connector' = 'side-input'", against_flink.flink_script("q13", self.folder, 10))
        calculation = against_flink.flink_script("q14", self.folder, 10)
        self.assertNotIn("CREATE FUNCTION", calculation)
        self.assertIn("CREATE TABLE nexmark_q14", calculation)


class Engines(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bench = against_flink.Bench(Path("tidemill"), Path("bench_nexmark"), Path(folder.name), 10, 5, 1, 1, "1g")

    def flink(self, exit_code: int, log: str) -> Cost:
        ended = against_flink.measured_process.Cost(exit_code, 9.0, 9.0, 20.0, log=log)
        with mock.patch.object(against_flink.Bench, "java", return_value=[]), mock.patch.object(against_flink.measured_process, "run", return_value=ended):
            return against_flink.run_flink(self.bench, "q0", Path("events"))

    def test_only_what_counts_of_flink_is_taken(self) -> None:
        cost = self.flink(0, 'a warning\n{"wall_s": 0.5, "cpu_s": 0.75, "changes": 9, "rows": 8}\n')
        self.assertEqual((cost.wall_s, cost.cpu_s, cost.changes, cost.rows), ([0.5], [0.75], 9, 8))

    def test_flink_says_why(self) -> None:
        with self.assertRaisesRegex(against_flink.Refused, "^no such window$"):
            self.flink(1, "a warning\nrefused: no such window\n")

    def test_an_end_without_a_reason_or_without_figures_is_one_too(self) -> None:
        with self.assertRaisesRegex(against_flink.Refused, "exit code 134: out of memory"):
            self.flink(134, "out of memory")
        with self.assertRaisesRegex(against_flink.Refused, "exit code 0"):
            self.flink(0, "")
        with self.assertRaisesRegex(against_flink.Refused, "exit code 1"):
            self.flink(1, '{"wall_s": 0.5, "cpu_s": 0.75, "changes": 9, "rows": 8}')

    def compared(self, query: str, changes: int, rows: int = 9) -> Result:
        """Both ran: Tidemill's sink had 9 changes that leave 8 rows, Flink's had so many, which leave `rows`."""
        engines = {"run_tidemill": Cost([1.0], [1.0], 1.0, changes=9), "run_flink": Cost([1.0], [1.0], 1.0, changes=changes, rows=rows), "count_rows": 8}
        with mock.patch.multiple(against_flink, **{name: mock.Mock(return_value=value) for name, value in engines.items()}):
            return against_flink.compare(self.bench, query, Path("events"))

    def test_rows_are_changes_where_there_are_only_inserts(self) -> None:
        self.assertFalse(self.compared("q0", 9).differs())
        self.assertTrue(self.compared("q4", 30).differs())
        self.assertFalse(self.compared("q12", 30).differs())

    def test_one_engine_may_make_its_rows_without_changing_any(self) -> None:
        self.assertFalse(self.compared("q4", 8, rows=8).differs())
        self.assertTrue(self.compared("q4", 7, rows=7).differs())

    def test_the_other_engine_runs_after_a_refusal(self) -> None:
        with mock.patch.multiple(against_flink, run_tidemill=mock.Mock(side_effect=against_flink.Refused("no")), run_flink=mock.Mock(return_value=Cost())):
            found = against_flink.compare(self.bench, "q0", Path("events"))
        self.assertEqual((found.refusals, found.tidemill, found.flink), ({"Tidemill": "no"}, None, Cost()))

    def tidemill(self, exit_code: int, out: str, err: str = "") -> Cost:
        with mock.patch.object(against_flink.subprocess, "run", return_value=subprocess.CompletedProcess([], exit_code, out, err)) as run:
            cost = against_flink.run_tidemill(self.bench, "q0")
        self.assertEqual(run.call_args.args[0][-2:], ["--one", "q0"])
        return cost

    def test_what_the_runner_measures_is_taken(self) -> None:
        cost = self.tidemill(0, '{"query": "q0", "parallelism": 1, "rows": 7, "wall_s": [2.0], "cpu_s": [3.0], "peak_mib": [4.0]}')
        self.assertEqual((cost.changes, cost.wall_s, cost.cpu_s, cost.peak_mib), (7, [2.0], [3.0], 4.0))

    def test_tidemill_says_why(self) -> None:
        with self.assertRaisesRegex(against_flink.Refused, "^error: no such table$"):
            self.tidemill(2, "", "error: no such table\n  at line 1\n")
        with self.assertRaisesRegex(against_flink.Refused, "^exit code 2$"):
            self.tidemill(2, "")


if __name__ == "__main__":
    unittest.main()
