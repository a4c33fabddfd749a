"""Tests of tools/check_docs.py."""

import unittest

from tools_path import Tree
from check_docs import check

PROGRAM = "#!/bin/bash\necho version 1\necho to stderr >&2\n"


class CheckDocs(unittest.TestCase):
    def errors(self, readme: str, program: bool = True) -> list[str]:
        files = {"README.md": readme, "docs/a.md": "text"}
        if program:
            files["bin/tidemill"] = PROGRAM
        tree = Tree(files)
        self.addCleanup(tree.close)
        path = tree.root / "bin/tidemill"
        if program:
            path.chmod(0o755)
        return check(tree.root, path)

    def block(self, body: str) -> str:
        return f"Text\n```console test\n{body}\n```\n```console\n$ false\nnot run\n```\n"

    def test_a_true_block_passes(self) -> None:
        self.assertEqual(self.errors(self.block("$ tidemill\nversion 1\nto stderr\n$ echo a; echo b\na\nb")), [])
        self.assertEqual(self.errors(self.block("$ build/release/tidemill 2>/dev/null\nversion 1")), [])

    def test_other_output_fails_and_is_shown(self) -> None:
        errors = self.errors(self.block("$ tidemill\nversion 2\nto stderr"))
        self.assertEqual(len(errors), 1)
        self.assertIn("README.md:3", errors[0])
        self.assertIn("version 1", errors[0])

    def test_each_command_of_a_block_is_compared(self) -> None:
        self.assertEqual(len(self.errors(self.block("$ echo a\nb\n$ echo c\nd"))), 2)

    def test_an_ellipsis_stands_for_any_lines_and_nothing_less(self) -> None:
        self.assertEqual(self.errors(self.block("$ seq 5\n1\n…\n5")), [])
        self.assertEqual(len(self.errors(self.block("$ seq 5\n1\n…\n6"))), 1)
        self.assertEqual(len(self.errors(self.block("$ seq 5\n1\n5"))), 1)

    def test_a_missing_program_fails(self) -> None:
        self.assertIn("does not exist", self.errors(self.block("$ echo a\na"), program=False)[0])

    def test_no_tested_command_fails(self) -> None:
        self.assertIn("no document shows", self.errors("text")[0])
        self.assertIn("'$ command'", self.errors(self.block("version 1"))[0])

    def test_dead_links_are_found(self) -> None:
        good = self.block("$ echo a\na") + "[a](docs/a.md#part) [b](https://example.org/x)"
        self.assertEqual(self.errors(good), [])
        self.assertIn("docs/b.md", self.errors(good + "[c](docs/b.md)")[0])


if __name__ == "__main__":
    unittest.main()
