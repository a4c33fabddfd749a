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

    def test_an_ellipsis_in_a_line_stands_for_any_text_of_it(self) -> None:
        self.assertEqual(self.errors(self.block("$ echo took 0.12 s\ntook … s")), [])
        self.assertEqual(len(self.errors(self.block("$ echo took 0.12 ms\ntook … s"))), 1)

    def test_a_command_goes_on_in_lines_with_a_bracket(self) -> None:
        self.assertEqual(self.errors(self.block("$ cat <<EOF\n> a\n> b\n> EOF\na\nb\n> c")), ["""README.md:3: 'cat <<EOF\na\nb\nEOF' printed something else:\na\nb\n"""])
        self.assertEqual(self.errors(self.block("$ cat <<EOF\n> a\n> b\n> EOF\na\nb")), [])

    def test_a_script_is_run_and_the_next_block_is_what_it_prints(self) -> None:
        script = self.block("$ echo a\na") + "```sql test --set a=b\nSELECT 1;\n```\nText\n```\n"
        self.assertEqual(self.errors(script + "version 1\nto stderr\n```\n"), [])
        self.assertIn("README.md:11", self.errors(script + "version 2\nto stderr\n```\n")[0])
        self.assertIn("without a block", self.errors(self.block("$ echo a\na") + "```sql test\nSELECT 1;\n```\n")[0])

    def test_a_saved_block_is_there_for_the_commands_after_it(self) -> None:
        path = "/tmp/tidemill-docs/a.sql"
        text = f"```sql save {path}\nSELECT 1;\n```\n"
        self.assertEqual(self.errors(text + self.block(f"$ cat {path}; ls {path}\nSELECT 1;\n{path}")), [])
        self.assertEqual(len(self.errors(self.block(f"$ cat {path}\nSELECT 1;"))), 1)  # a run sees nothing of another

    def test_a_test_file_must_pass(self) -> None:
        errors = self.errors(self.block("$ echo a\na") + "```text test\ncase a\n```\n")
        self.assertIn("version 1", errors[0])  # and not "1 passed, 0 failed"

    def test_a_missing_program_fails(self) -> None:
        self.assertIn("does not exist", self.errors(self.block("$ echo a\na"), program=False)[0])

    def test_no_tested_command_fails(self) -> None:
        self.assertIn("no document shows", self.errors("text")[0])
        self.assertIn("'$ command'", self.errors(self.block("version 1"))[0])

    def test_the_page_of_a_folder_names_files_that_are_there(self) -> None:
        tree = Tree({"README.md": self.block("$ echo a\na"), "src/a/README.md": "`b.h` and `a/b.h`, not `gone.cc`", "src/a/b.h": ""})
        self.addCleanup(tree.close)
        program = tree.root / "src/a/b.h"
        self.assertEqual(check(tree.root, program), ["src/a/README.md: there is no file gone.cc"])

    def test_dead_links_are_found(self) -> None:
        good = self.block("$ echo a\na") + "## A `b`, c\n[a](docs/a.md) [b](https://example.org/x#y) [c](#a-b-c)"
        self.assertEqual(self.errors(good), [])
        self.assertEqual(self.errors(good + "[d](#a)"), ["README.md: README.md has no heading #a"])
        self.assertEqual(self.errors(good + "[d](docs/a.md#a)"), ["README.md: a.md has no heading #a"])
        self.assertIn("docs/b.md", self.errors(good + "[c](docs/b.md)")[0])


if __name__ == "__main__":
    unittest.main()
