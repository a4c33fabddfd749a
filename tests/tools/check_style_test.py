"""Tests of tools/check_style.py: every rule must find its offence, and nothing in what is allowed."""

import subprocess
import sys
import unittest

from tools_path import TOOLS, Tree
from check_style import EXCEPTIONS, check

HEADER = "// base/x.h - a thing. Rule: none.\n#pragma once\n"


class CheckStyle(unittest.TestCase):
    def errors(self, files: dict[str, str]) -> list[str]:
        tree = Tree({"src/CMakeLists.txt": "tidemill_folder(base)\n", "src/base/README.md": "base\n", **files})
        self.addCleanup(tree.close)
        return check(tree.root)

    def refused(self, files: dict[str, str], text: str) -> None:
        errors = self.errors(files)
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(text, errors[0])

    def in_header(self, code: str) -> dict[str, str]:
        return {"src/base/x.h": HEADER + code + "\n"}

    def test_a_good_file_passes(self) -> None:
        self.assertEqual(self.errors(self.in_header("struct CommonType { int open(int x); };")), [])

    def test_each_banned_token_is_found_and_its_replacement_named(self) -> None:
        cases = {
            "auto t = std::chrono::system_clock::now();": "Clock",
            "std::thread t;": "Executor",
            "#include <thread>": "Executor",
            "std::mutex m;": "mail",
            "thread_local int x;": "state of the operator",
            "void f() { std::this_thread::yield(); }": "Executor",
            "auto f = std::async(g);": "Executor",
            "FILE* f = fopen(p, m);": "FileSystem",
            "std::ifstream in(p);": "FileSystem",
            "int fd = ::open(p, 0);": "FileSystem",
            "bool b = std::filesystem::exists(p);": "FileSystem",
            "int s = ::socket(a, b, c);": "transport",
            "std::random_device seed;": "Random",
            "std::mt19937_64 generator;": "Random",
            "int r = rand();": "Random",
            "void f() { usleep(5); }": "virtual clock",
            'auto v = getenv("HOME");': "configuration",
            'void f() { std::cout << "x"; }': "cli/",
            "void f() { std::abort(); }": "UserError",
            "int* p = new int(5);": "make_unique",
            "void f(int* p) { delete p; }": "make_unique",
            "class A { friend class B; };": "member",
            "void f() { assert(true); }": "CHECK",
            "#define LIMIT 5": "constant",
            "using namespace std;": "full name",
            "class BatchUtils {};": "name the concept",
            "struct StateManager {};": "name the concept",
            "// TODO: later": "finish it",
        }
        for code, replacement in cases.items():
            with self.subTest(code=code):
                self.refused(self.in_header(code), replacement)

    def test_comments_strings_and_longer_words_are_no_offences(self) -> None:
        for code in (
            "// std::thread and fopen are banned, new too; a friend of rand()",
            'constexpr const char* kText = "TODO: new std::mutex; sleep(1)";',
            "struct Renewed { Renewed(const Renewed&) = delete; int newest; bool brand(); int operator_new; };",
            "#include <new>",
            "void f(void* place) { ::new (place) int(5); }",
            "int open(int x); bool f(Table& t) { return t.open(1) && t.read(2) && Table::write(3); }",
            "class CommonTypeRule {}; class Help {};",
        ):
            with self.subTest(code=code):
                self.assertEqual(self.errors(self.in_header(code)), [])

    def test_the_environment_and_the_command_line_may_do_their_part(self) -> None:
        files = {
            "src/CMakeLists.txt": "tidemill_folder(base)\ntidemill_folder(env/real)\ntidemill_folder(cli)\n",
            "src/env/real/README.md": "",
            "src/env/real/clock.cc": "// env/real/clock.cc - the clock.\n#include <chrono>\nauto t = std::chrono::system_clock::now();\n",
            "src/cli/README.md": "",
            "src/cli/main.cc": '// cli/main.cc - start.\nvoid f() { std::puts("x"); std::exit(1); }\n',
        }
        self.assertEqual(self.errors(files), [])

    def test_a_test_never_sleeps(self) -> None:
        self.refused({"tests/unit/base/x_test.cc": "void f() { sleep_for(1); }\n"}, "sleep")

    def test_sizes(self) -> None:
        self.refused(self.in_header("int x;\n" * 300), "at most 300")
        long_function = "// base/x.cc - a thing.\nvoid f() {\n" + "  g();\n" * 70 + "}\n"
        self.refused({"src/base/x.cc": long_function}, "at most 70")
        self.refused({"src/base/x.cc": "// base/x.cc - a thing.\n" + "int x;\n" * 400}, "at most 400")

    def test_openings(self) -> None:
        self.refused({"src/base/x.h": "#pragma once\n"}, "opens with '// base/x.h - ")
        self.refused({"src/base/x.h": "// base/x.h - a thing.\nint x;\n"}, "no #pragma once")
        self.refused({"src/base/x.cc": "int x;\n"}, "opens with what it is")
        self.refused({"src/base/x.h": HEADER, "src/base/x.cc": '#include <vector>\n#include "base/x.h"\n'}, "own header first")
        self.assertEqual(self.errors({"src/base/x.h": HEADER, "src/base/x.cc": '#include "base/x.h"\n'}), [])

    def test_file_and_folder_names(self) -> None:
        self.refused({"src/base/string_utils.cc": "// base/string_utils.cc - bits.\n"}, "'utils'")
        self.refused({"src/base/common/x.cc": "// base/common/x.cc - bits.\n"}, "'common'")

    def test_a_folder_without_a_page_is_found(self) -> None:
        files = {"src/CMakeLists.txt": "tidemill_folder(base)\ntidemill_folder(data)\n", "src/data/x.h": "// data/x.h - x.\n#pragma once\n"}
        self.refused(files, "src/data/README.md is missing")

    def test_a_path_of_one_machine_is_found_in_any_text(self) -> None:
        self.refused({"docs/x.md": "See /work" + "/notes.\n"}, "one machine only")

    def test_an_exception_lets_through_and_only_just(self) -> None:
        long = {"src/base/x.cc": "// base/x.cc - a thing.\n" + "int x;\n" * 409}
        self.assertEqual(self.errors({**long, EXCEPTIONS: "src/base/x.cc file-lines 410  # one table\n"}), [])
        self.refused({**long, EXCEPTIONS: "src/base/x.cc file-lines 409  # one table\n"}, "410 lines")
        self.refused({**long, EXCEPTIONS: "src/base/x.cc file-lines 440  # one table\n"}, "may go down to 410")
        self.refused({EXCEPTIONS: "src/base/x.cc file-lines 440  # one table\n"}, "not needed any more")
        self.refused({EXCEPTIONS: "src/base/x.cc file-lines 440\n"}, "# reason")

    def test_an_exception_counts_occurrences(self) -> None:
        two_locks = self.in_header("std::mutex a;\nstd::mutex b;")
        self.assertEqual(self.errors({**two_locks, EXCEPTIONS: "src/base/x.h lock 2  # mail\n"}), [])
        self.refused({**two_locks, EXCEPTIONS: "src/base/x.h lock 1  # mail\n"}, "mail")
        self.refused({**two_locks, EXCEPTIONS: "src/base/x.h lock 3  # mail\n"}, "may go down to 2")

    def test_the_command_fails_on_an_error(self) -> None:
        tree = Tree({"src/CMakeLists.txt": "", "docs/x.md": "/work" + "/x\n"})
        self.addCleanup(tree.close)
        run = subprocess.run([sys.executable, TOOLS / "check_style.py", tree.root], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("docs/x.md:1", run.stdout)


if __name__ == "__main__":
    unittest.main()
