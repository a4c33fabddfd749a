"""Tests of tools/cpp_source.py."""

import unittest

from tools_path import TOOLS  # noqa: F401 (puts tools/ on the path)
from cpp_source import comments_only, functions, without_comments_and_strings


class WithoutCommentsAndStrings(unittest.TestCase):
    def test_blanks_comments_and_literals_but_keeps_lines(self) -> None:
        text = 'int a; // std::thread\nauto s = "std::thread \\" x"; /* new\nnew */ int b;\n'
        code = without_comments_and_strings(text)
        self.assertNotIn("thread", code)
        self.assertNotIn("new", code)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertEqual(code.index("int b"), text.index("int b"))

    def test_blanks_raw_strings_whole(self) -> None:
        code = without_comments_and_strings('auto s = R"sql(SELECT ")" // new )sql"; int after;')
        self.assertNotIn("SELECT", code)
        self.assertIn("int after", code)

    def test_digit_separators_open_no_literal(self) -> None:
        self.assertIn("fopen", without_comments_and_strings("int n = 1'000; fopen(p); char c = 'x';"))

    def test_keeps_include_paths(self) -> None:
        self.assertIn('"data/batch.h"', without_comments_and_strings('#include "data/batch.h"\n'))

    def test_a_slash_slash_inside_a_string_opens_no_comment(self) -> None:
        self.assertIn("fopen", without_comments_and_strings('open("file://x"); fopen(p);'))


class CommentsOnly(unittest.TestCase):
    def test_strings_are_no_comments(self) -> None:
        self.assertEqual(comments_only('auto s = "// no"; // yes').strip(), "// yes")


class Functions(unittest.TestCase):
    def lines(self, text: str) -> list[int]:
        return [one.lines for one in functions(text)]

    def test_counts_from_the_signature_to_the_closing_brace(self) -> None:
        self.assertEqual(self.lines("int f(int a,\n      int b) {\n  return a;\n}\n"), [4])

    def test_scopes_are_no_functions_and_their_members_are(self) -> None:
        text = "namespace a {\nclass B : public C<int (*)()> {\n public:\n  int d() const { return 1; }\n};\nenum class E { kOne };\n}\n"
        self.assertEqual(self.lines(text), [1])

    def test_constructors_with_initialisers(self) -> None:
        self.assertEqual(self.lines("struct A {\n  A(int b)\n      : b_(b) {\n    use();\n  }\n  int b_;\n};\n"), [4])

    def test_lambdas_and_branches_count_with_their_function(self) -> None:
        self.assertEqual(self.lines("void f() {\n  auto g = [](int x) {\n    if (x) {\n    }\n  };\n}\nvoid h() {}\n"), [6, 1])

    def test_an_initialised_table_is_no_function(self) -> None:
        self.assertEqual(self.lines("const Entry kTable[] = {\n  {f(1), 2},\n  {f(2), 3},\n};\n"), [])
        self.assertEqual(self.lines("constexpr auto kTable = to_array<Entry>({\n  {1},\n  {2},\n});\n"), [])

    def test_templates_and_trailing_return_types(self) -> None:
        self.assertEqual(self.lines("template <class T, class U>\nauto f(T t) -> decltype(t) {\n  return t;\n}\n"), [4])

    def test_braces_in_strings_do_not_count(self) -> None:
        self.assertEqual(self.lines('void f() {\n  g("{");\n}\nvoid h() {\n}\n'), [3, 2])


if __name__ == "__main__":
    unittest.main()
