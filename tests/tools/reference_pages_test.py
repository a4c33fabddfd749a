"""Tests of tools/reference_pages.py."""

import unittest
from typing import Any

from tools_path import Tree
from reference_pages import check_pages, example_cases, forms, parts, split_example, unread_settings

OPTION = {"name": "path", "type": "path", "default": "", "required": True, "choices": [], "doc": "A | B."}
SETTING = {"key": "a.b", "type": "text", "default": "x", "choices": "", "aliases": "", "doc": "Doc.", "note": ""}
DOC = {"syntax": "F(x) | F(x, [a | b])", "text": "Text.", "example": "F(1) = 'a = b'"}


def registry() -> dict[str, Any]:
    functions = [{"name": name, "aggregate": False, "docs": [DOC]} for name in ("F", "G")]
    return {
        "functions": [{"title": "Family", "functions": functions}],
        "casts": [{"type": "INT", "to": ["implicit", "cast"]}, {"type": "TEXT", "to": ["none", "implicit"]}],
        "connectors": [{"name": "files", "options": [OPTION], "metadata": []}],
        "formats": [{"name": "csv", "options": [], "metadata": []}],
        "record_errors": [],
        "settings": [SETTING],
        "extensions": [{"kind": "option", "owner": "csv", "name": "header", "effect": "ignores", "hint": "Take it out."}],
    }


def page(made: dict[str, str]) -> str:
    return "".join(f"<!-- generated: {name} -->\n{body}<!-- generated end -->\n" for name, body in made.items())


class ReferencePages(unittest.TestCase):
    def errors(self, text: str, write: bool = False) -> list[str]:
        tree = Tree({"docs/a.md": text})
        self.addCleanup(tree.close)
        errors = check_pages(tree.root, parts(registry()), write)
        self.text = (tree.root / "docs/a.md").read_text(encoding="utf-8")
        return errors

    def test_a_page_as_it_would_be_written_passes(self) -> None:
        self.assertEqual(self.errors(page(parts(registry()))), [])

    def test_a_changed_missing_or_unknown_part_fails(self) -> None:
        good = page(parts(registry()))
        self.assertIn("'functions' is not what", self.errors(good.replace("Text.", "Old text."))[0])
        self.assertIn("no page has '<!-- generated: casts -->'", self.errors(good.replace("generated: casts", "generated: cats"))[-1])
        self.assertIn("there is no generated part 'cats'", self.errors(good + "<!-- generated: cats -->\n<!-- generated end -->\n")[0])

    def test_write_mends_a_page_and_keeps_the_rest(self) -> None:
        good = page(parts(registry()))
        self.assertEqual(self.errors("Head\n" + good.replace("Text.", "Old text."), write=True), [])
        self.assertEqual(self.text, "Head\n" + good)

    def test_names_with_the_same_text_share_a_line(self) -> None:
        self.assertIn("`F(x)`<br>`F(x, [a \\| b])`<br>also `G`", parts(registry())["functions"])

    def test_forms_are_told_from_bars_in_brackets_and_operators(self) -> None:
        self.assertEqual(forms("F(x) | F(x, [a | b])"), ["F(x)", "F(x, [a | b])"])
        self.assertEqual(forms("a || b"), ["a || b"])

    def test_an_example_is_cut_at_its_last_equals_sign(self) -> None:
        self.assertEqual(split_example("1 = 1.0 = TRUE"), ("1 = 1.0", "TRUE", ""))
        self.assertEqual(split_example("MAX(x) = 4 for x in 4, NULL"), ("MAX(x)", "4", "4, NULL"))

    def test_an_example_becomes_a_case_that_expects_its_result(self) -> None:
        doc = {"syntax": "MAX(x)", "text": "", "example": "MAX(x) = 4 for x in 4, NULL"}
        cases = list(example_cases({"functions": [{"title": "", "functions": [{"name": "MAX", "docs": [doc]}]}]}))
        self.assertEqual(len(cases), 1)
        self.assertIn("SELECT CAST(MAX(x) AS STRING) FROM (VALUES (4), (NULL)) AS t(x)", cases[0])
        self.assertTrue(cases[0].endswith("expect\n  '4'\n"))

    def test_a_setting_that_nothing_reads_fails(self) -> None:
        options = 'inline constexpr ConfigOption<bool> kAb{"a.b"};'
        for source, count in (("config.get(kAb)", 0), ('get("a.b")', 0), ("config.get(kAbc)", 1)):
            tree = Tree({"src/base/config_options.h": options, "src/base/x.cc": "kAb", "src/job/job.cc": source})
            self.addCleanup(tree.close)
            self.assertEqual(len(unread_settings(tree.root, [SETTING])), count, source)
            self.assertEqual(unread_settings(tree.root, [{**SETTING, "note": "Not yet."}]), [])


if __name__ == "__main__":
    unittest.main()
