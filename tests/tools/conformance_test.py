"""Tests of tools/conformance.py and what it stands on, without a Flink: reading, translating, comparing."""

import json
import unittest
from pathlib import Path
from typing import Any

from tools_path import Tree
from conformance import check, differences, fold, listed_reasons, report, rewrite, same_cell, settling_cases, spread, unsettled
from flink_translation import NotRunnable, translate
from sql_cases import Case, Expectation, Row, format_cell, parse_cells, parse_cases, read_all
from sql_text import parse_create_table, split_statements

TABLE = "CREATE TABLE t (k STRING, x INT) WITH ('connector' = 'test')"


class SqlCases(unittest.TestCase):
    def test_reads_shared_parts_steps_and_expectations(self) -> None:
        shared, one, two = "sql\n  CREATE TABLE t;\n\n", "case one\nset a.b = c\nquery\n  SELECT 1\n\n  + 2\n", "case two\nflink: skip why\nflink: refused not yet\n"
        steps = "input t\n  # none\n  a | 1\n  -D | 'b | it''s' | NULL\ncrash parallelism 3\nexpect changelog s\n  a\nexpect late 2\n"
        first, second = parse_cases(shared + one + steps + two + "query\n SELECT 1\nexpect error went wrong\n")
        self.assertEqual((first.name, first.settings, first.steps), ("one", {"a.b": "c"}, ["crash"]))
        self.assertIn("+ 2", first.query)
        self.assertEqual(first.inputs["t"], [Row("+I", ("a", "1")), Row("-D", ("b | it's", None))])
        self.assertEqual([(one.what, one.of) for one in first.expectations], [("changelog", "s"), ("late", "2")])
        self.assertEqual((second.flink_skip, second.flink_refused, len(second.statements)), ("why", "not yet", 1))
        self.assertEqual(second.expectations[0].of, "went wrong")

    def test_cells(self) -> None:
        self.assertEqual(parse_cells("a| 'NULL' |NULL| ''|"), ["a", "NULL", None, "", ""])
        self.assertRaises(ValueError, parse_cells, "'a")

    def test_cells_survive_being_written(self) -> None:
        for cell in ("a", None, "NULL", "", " x ", "it's", "'q'", "a|b", "#h"):
            self.assertEqual(parse_cells(format_cell(cell) + " | 1")[0], cell)

    def test_an_unknown_section_is_an_error(self) -> None:
        self.assertRaises(ValueError, parse_cases, "case a\nexpext\n")


class SqlText(unittest.TestCase):
    def test_semicolons_in_texts_names_and_statement_sets_split_nothing(self) -> None:
        sql = "SELECT ';' -- ;\n; SELECT `;`; EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END; ; SELECT 3"
        self.assertEqual(len(split_statements(sql)), 4)

    def test_a_create_table(self) -> None:
        sql = """CREATE TEMPORARY TABLE IF NOT EXISTS `a b` (k STRING NOT NULL, `x y` DECIMAL(10, 2), m ROW<a INT, b INT>, c AS k || ',',
          o BIGINT METADATA FROM 'offset', ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND, PRIMARY KEY (k) NOT ENFORCED)
          WITH ('connector'='test', 'a'='it''s')"""
        table = parse_create_table(sql)
        assert table is not None
        self.assertEqual(table.name, "a b")
        self.assertEqual([column.name for column in table.columns], ["k", "x y", "m", "ts"])
        self.assertEqual(table.columns[1].type, "DECIMAL(10, 2)")
        self.assertEqual(table.options, {"connector": "test", "a": "it's"})
        self.assertTrue(sql[table.with_start :].startswith("WITH ("))

    def test_what_is_no_create_table(self) -> None:
        for sql in ("SELECT 1", "CREATE VIEW v AS SELECT 1", "CREATE TABLE t (a INT)"):
            self.assertIsNone(parse_create_table(sql))


class Translation(unittest.TestCase):
    def translate(self, case: Case) -> tuple[dict[str, Any], Path]:
        tree = Tree({})
        self.addCleanup(tree.close)
        return translate("c", case, tree.root / "c"), tree.root / "c"

    def left_out(self, case: Case) -> str:
        with self.assertRaises(NotRunnable) as caught:
            self.translate(case)
        return str(caught.exception)

    def test_appended_rows_become_a_json_file(self) -> None:
        case = Case("c", statements=[f"{TABLE};"], query="SELECT * FROM t", inputs={"t": [Row("+I", ("a", None))]})
        job, folder = self.translate(case)
        self.assertIn("'connector' = 'filesystem'", job["statements"][0])
        self.assertIn("'format' = 'json'", job["statements"][0])
        self.assertEqual(job["statements"][1], "SELECT * FROM t")
        self.assertEqual(json.loads((folder / "t.json").read_text()), {"k": "a", "x": None})

    def test_kinds_become_debezium_changes(self) -> None:
        rows = [Row("+I", ("a", "1")), Row("-U", ("a", "1")), Row("+U", ("a", "2")), Row("-D", ("a", "2"))]
        job, folder = self.translate(Case("c", statements=[TABLE], inputs={"t": rows}))
        self.assertIn("debezium-json", job["statements"][0])
        changes = [json.loads(line) for line in (folder / "t.json").read_text().splitlines()]
        self.assertEqual([change["op"] for change in changes], ["c", "u", "d"])
        self.assertEqual(changes[1]["before"]["x"], "1")
        self.assertEqual(changes[1]["after"]["x"], "2")

    def test_a_sink_is_captured_and_other_connectors_stay(self) -> None:
        other = "CREATE TABLE f (a INT) WITH ('connector'='datagen')"
        job, _ = self.translate(Case("c", statements=[TABLE, other], query="INSERT INTO t SELECT 'a', 1"))
        self.assertIn("'connector' = 'captured'", job["statements"][0])
        self.assertEqual(job["statements"][1], other)

    def test_moments_are_written_in_utc(self) -> None:
        table = "CREATE TABLE t (ts TIMESTAMP_LTZ(3)) WITH ('connector'='test')"
        settings = {"table.local-time-zone": "Europe/Berlin"}
        case = Case("c", settings=settings, statements=[table], inputs={"t": [Row("+I", ("2024-07-01 12:00:00.5",))]})
        _, folder = self.translate(case)
        self.assertEqual(json.loads((folder / "t.json").read_text()), {"ts": "2024-07-01 10:00:00.5Z"})

    def test_nested_values_are_given_as_the_json_that_they_are(self) -> None:
        def case(column_type: str, cell: str) -> Case:
            table = f"CREATE TABLE t (v {column_type}) WITH ('connector'='test')"
            return Case("c", statements=[table], inputs={"t": [Row("+I", (cell,))]})

        _, folder = self.translate(case("ARRAY<ROW<d DECIMAL(3, 2), b BOOLEAN>>", '[{"d": 1.50, "b": true}, null]'))
        self.assertEqual(json.loads((folder / "t.json").read_text()), {"v": [{"d": "1.50", "b": True}, None]})
        self.assertIn("not JSON", self.left_out(case("ROW<a INT>", "(1)")))
        self.assertIn("not text", self.left_out(case("MAP<INT, STRING>", '{"1": "a"}')))
        self.assertIn("other texts", self.left_out(case("ARRAY<BYTES>", '["a"]')))
        self.assertIn("VARIANT", self.left_out(case("VARIANT", "1")))

    def test_an_expected_order_asks_for_batch_mode(self) -> None:
        self.assertTrue(self.translate(Case("c", expectations=[Expectation("rows", "")]))[0]["batch"])
        self.assertFalse(self.translate(Case("c", expectations=[Expectation("table", "")]))[0]["batch"])

    def test_what_flink_cannot_run_is_left_out_with_the_reason(self) -> None:
        self.assertEqual(self.left_out(Case("c", flink_skip="no such function")), "no such function")
        self.assertIn("clock", self.left_out(Case("c", steps=["crash", "clock"])))
        self.assertIn("words", self.left_out(Case("c", expectations=[Expectation("text", "")])))
        for kinds in (["-U"], ["+U"], ["-U", "+I"]):
            rows = [Row(kind, ("a", "1")) for kind in kinds]
            self.assertIn("no pair", self.left_out(Case("c", statements=[TABLE], inputs={"t": rows})))


class Comparison(unittest.TestCase):
    def difference(self, expected: Expectation, rows: list[list[str | None]], types: list[str], **answer: Any) -> str:
        result = {"results": [{"types": types, "rows": rows}], "late": 0, "sinks": {}, **answer}
        return differences(Case("c", expectations=[expected]), result)

    def test_changes_of_a_mini_batch_are_compared_folded(self) -> None:
        expected = Expectation("changelog", "", [Row("+I", ("2",))])
        changes = [["+I", "1"], ["-U", "1"], ["+U", "2"]]
        answer = {"results": [{"types": ["INT"], "rows": changes}], "late": 0, "sinks": {}}
        gathers = {"table.exec.mini-batch.enabled": "true"}
        self.assertNotEqual(differences(Case("c", expectations=[expected]), answer), "")
        self.assertEqual(differences(Case("c", settings=gathers, expectations=[expected]), answer), "")

    def test_cells_are_compared_by_their_type(self) -> None:
        self.assertTrue(same_cell("1.0E10", "10000000000.0", "DOUBLE"))
        self.assertFalse(same_cell("1.0", "1.1", "DOUBLE NOT NULL"))
        self.assertFalse(same_cell("1.0", "1.00", "STRING"))
        self.assertFalse(same_cell("1.5", "1.50", "DECIMAL(3, 2)"))
        self.assertTrue(same_cell("2020-01-01 00:00:00", "2020-01-01 00:00:00.000", "TIMESTAMP(3)"))
        self.assertFalse(same_cell("2020-01-01 00:00:10", "2020-01-01 00:00:1", "TIMESTAMP(3)"))
        self.assertTrue(same_cell("true", "TRUE", "BOOLEAN"))
        self.assertFalse(same_cell(None, "NULL", "STRING"))
        self.assertFalse(same_cell("x", "1.0", "DOUBLE"))

    def test_a_table_is_what_the_changes_leave_in_any_order(self) -> None:
        changes: list[list[str | None]] = [["+I", "b"], ["+I", "a"], ["-U", "b"], ["+U", "c"]]
        expected = Expectation("table", "", [Row("+I", ("c",)), Row("+I", ("a",))])
        self.assertEqual(self.difference(expected, changes, ["STRING"]), "")
        self.assertIn("- +I c", self.difference(expected, changes[:3], ["STRING"]))
        self.assertIn("+ +I d", self.difference(expected, [*changes, ["+I", "d"]], ["STRING"]))

    def test_equal_rows_count(self) -> None:
        expected = Expectation("table", "", [Row("+I", ("a",))])
        self.assertNotEqual(self.difference(expected, [["+I", "a"], ["+I", "a"]], ["STRING"]), "")

    def test_rows_keep_their_order(self) -> None:
        expected = Expectation("rows", "", [Row("+I", ("b",)), Row("+I", ("a",))])
        self.assertEqual(self.difference(expected, [["+I", "b"], ["+I", "a"]], ["STRING"]), "")
        self.assertIn("order", self.difference(expected, [["+I", "a"], ["+I", "b"]], ["STRING"]))

    def test_a_changelog_keeps_every_kind_and_the_order_of_equal_rows(self) -> None:
        expected = Expectation("changelog", "", [Row("+I", ("a",)), Row("+I", ("b",)), Row("-D", ("a",)), Row("+I", ("a",))])
        same: list[list[str | None]] = [["+I", "b"], ["+I", "a"], ["-D", "a"], ["+I", "a"]]
        self.assertEqual(self.difference(expected, same, ["STRING"]), "")
        self.assertNotEqual(self.difference(expected, same[:2], ["STRING"]), "")

    def test_errors_late_rows_and_sinks(self) -> None:
        self.assertEqual(self.difference(Expectation("error", "x"), [], [], error="y"), "")
        self.assertIn("accepts", self.difference(Expectation("error", "x"), [], []))
        self.assertIn("fails: y", self.difference(Expectation("table", ""), [], [], error="y"))
        self.assertEqual(self.difference(Expectation("late", "0"), [], []), "")
        self.assertIn("late", self.difference(Expectation("late", "1"), [], []))
        sinks = {"s": {"types": ["INT"], "rows": [["+I", "1"]]}}
        self.assertEqual(self.difference(Expectation("table", "s", [Row("+I", ("1",))]), [], [], sinks=sinks), "")
        self.assertIn("no table r", self.difference(Expectation("table", "r"), [], [], sinks=sinks))

    def test_a_retraction_of_nothing_is_an_error(self) -> None:
        self.assertRaises(ValueError, fold, [Row("-D", ("a",))], [])
        self.assertIn("never sent", self.difference(Expectation("table", ""), [["-D", "a"]], ["STRING"]))

    def test_a_table_with_a_key_keeps_the_latest_row_of_each(self) -> None:
        changes = [Row("+I", ("a", "1")), Row("+U", ("a", "2")), Row("+I", ("b", "3")), Row("-D", ("b", None)), Row("-D", ("c", "1"))]
        self.assertEqual(fold(changes, [0]), [Row("+I", ("a", "2"))])

    def test_rewriting_replaces_each_body_and_nothing_else(self) -> None:
        text = "case one\nquery\n  SELECT 1\nexpect\n  old\n  old\n\n# comment\ncase two\nexpect changelog\nexpect late 7\n"
        tree = Tree({"a.test": text})
        self.addCleanup(tree.close)
        answer = {"results": [{"types": ["INT"], "rows": [["+I", "1"], ["-D", "1"], ["+I", "a|b"]]}], "sinks": {}, "late": 2}
        rewrite([(case, answer) for case in read_all(tree.root).values()])
        expected = "case one\nquery\n  SELECT 1\nexpect\n  'a|b'\n\n# comment\ncase two\nexpect changelog\n  1\n  -D | 1\n  'a|b'\nexpect late 2\n"
        self.assertEqual((tree.root / "a.test").read_text(encoding="utf-8"), expected)
        self.assertEqual(list(map(lambda case: differences(case, answer), read_all(tree.root).values())), ["", ""])

    def test_the_exit_code_and_the_list_of_known_differences(self) -> None:
        listed = listed_reasons("| case | reason |\n|---|---|\n| `a: b` | because |\n| `x` | no case |\n")
        self.assertEqual(listed, {"a: b": "because"})
        cases = {"a: b": Case("b"), "a: c": Case("c")}
        self.assertEqual(report(cases, {}, {"a: b": "rows differ"}, listed, False), 0)
        self.assertEqual(report(cases, {}, {"a: b": "x", "a: c": "rows differ"}, listed, False), 1)
        self.assertEqual(report(cases, {}, {}, listed, False), 1)

    def test_rules_rest_on_cases_that_are_compared(self) -> None:
        text = "| rule | settled by |\n|---|---|\n| wraps | `a: b`, `a: c` |\n| `a: d` | because of `x: y` |\n| ends | `a: e` |\n"
        self.assertEqual(settling_cases(text), ["a: b", "a: c", "a: e"])
        cases = {"a: b": Case("b"), "a: c": Case("c", flink_refused="not yet"), "a: d": Case("d")}
        self.assertEqual(unsettled(settling_cases(text), cases, {}, {}), ["a: c", "a: e"])
        self.assertEqual(unsettled(["a: b", "a: d"], cases, {"a: b": "a clock"}, {"a: d": "because"}), ["a: b", "a: d"])

    def test_what_is_refused_must_be_what_flink_runs(self) -> None:
        case = Case("c", expectations=[Expectation("error", "x")], flink_refused="not yet")
        self.assertEqual(check(case, {"results": [], "late": 0, "sinks": {}}), "")
        self.assertIn("does not run it: y", check(case, {"error": "y"}))
        case.flink_refused = ""
        self.assertIn("accepts", check(case, {"results": [], "late": 0, "sinks": {}}))
        self.assertEqual(report({"a: b": Case("b", flink_refused="not yet")}, {}, {}, {}, True), 0)

    def test_a_sample_is_spread_and_always_the_same(self) -> None:
        jobs = [{"name": f"{number:02}"} for number in range(10)]
        self.assertEqual([job["name"] for job in spread(list(reversed(jobs)), 4)], ["00", "02", "05", "07"])
        self.assertEqual(spread(jobs, 10), jobs)


if __name__ == "__main__":
    unittest.main(buffer=True)
