"""Tests of tools/check_headers.py."""

import unittest

from tools_path import Tree
from check_headers import check

PRECOMPILED = "#pragma once\n#include <cstdint>\n#include <vector>\n"


class CheckHeaders(unittest.TestCase):
    def errors(self, files: dict[str, str]) -> list[str]:
        tree = Tree({"src/base/pch.h": PRECOMPILED, **files})
        self.addCleanup(tree.close)
        return check(tree.root, "g++")

    def test_a_header_that_stands_alone_passes(self) -> None:
        files = {"src/base/a.h": "#pragma once\n#include <vector>\ninline std::vector<int> a;\n"}
        files["src/base/b.h"] = '#pragma once\n#include "base/a.h"\ninline std::vector<int> b = a;\n'
        self.assertEqual(self.errors(files), [])

    def test_a_missing_header_of_ours_is_found(self) -> None:
        errors = self.errors({"src/base/a.h": "#pragma once\nstruct A {};\n", "src/base/b.h": "#pragma once\nstruct B : A {};\n"})
        self.assertEqual(len(errors), 1, errors)
        self.assertIn("src/base/b.h: does not compile alone", errors[0])

    def test_a_header_is_left_to_the_source_that_includes_it_first(self) -> None:
        alone = "#pragma once\nstruct B : A {};\n"
        files = {"src/base/a.h": "#pragma once\nstruct A {};\n", "src/base/b.h": alone, "src/base/c.h": alone}
        files["src/base/b.cc"] = '#include "base/b.h"\n'
        files["src/base/c.cc"] = '#include "base/a.h"\n#include "base/c.h"\n'
        errors = self.errors(files)
        self.assertEqual(len(errors), 1, errors)
        self.assertIn("src/base/c.h: does not compile alone", errors[0])

    def test_a_standard_header_that_only_the_precompiled_one_gives_is_found(self) -> None:
        errors = self.errors({"src/base/a.h": "#pragma once\ninline std::vector<int> a;\n"})
        self.assertEqual(errors, ["src/base/a.h: includes no <vector>, which it uses"])

    def test_a_public_header_gets_no_precompiled_one(self) -> None:
        errors = self.errors({"include/tidemill/a.h": "#pragma once\nextern std::size_t a;\n"})
        self.assertEqual(len(errors), 1, errors)
        self.assertIn("does not compile alone", errors[0])


if __name__ == "__main__":
    unittest.main()
