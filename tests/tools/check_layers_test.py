"""Tests of tools/check_layers.py: each kind of wrong include must be found."""

import subprocess
import sys
import unittest

from tools_path import ROOT, TOOLS, Tree
from check_layers import check

CMAKE = """
tidemill_folder(base)
tidemill_folder(env DEPENDS base WITHOUT env/real)
tidemill_folder(env/real DEPENDS env)
tidemill_folder(sql DEPENDS base)
tidemill_folder(connectors/spi DEPENDS env
                LIBRARIES Threads::Threads)
tidemill_folder(connectors/print DEPENDS connectors/spi)
tidemill_folder(builtins DEPENDS connectors/print)
tidemill_folder(cli DEPENDS builtins sql)
"""


class CheckLayers(unittest.TestCase):
    def errors(self, files: dict[str, str], cmake: str = CMAKE) -> list[str]:
        headers = {f"src/{folder}/{folder.split('/')[-1]}.h": "" for folder in ("base", "env", "env/real", "sql", "connectors/print")}
        tree = Tree({"src/CMakeLists.txt": cmake, **headers, **files})
        self.addCleanup(tree.close)
        return check(tree.root)

    def refused(self, files: dict[str, str], text: str) -> None:
        errors = self.errors(files)
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(text, errors[0])

    def test_upwards_and_inside_the_folder_is_allowed(self) -> None:
        files = {"src/sql/parser/x.cc": '#include "sql/sql.h"\n#include "base/base.h"\n#include <env/none.h>\n'}
        self.assertEqual(self.errors(files), [])

    def test_downwards_is_refused(self) -> None:
        self.refused({"src/base/x.h": '#include "sql/sql.h"\n'}, "src/base/x.h:1")

    def test_the_other_arm_is_refused(self) -> None:
        self.refused({"src/sql/x.cc": '\n#include "env/env.h"\n'}, "src/sql/x.cc:2")

    def test_a_nested_folder_has_its_own_rule(self) -> None:
        self.refused({"src/env/x.cc": '#include "env/real/real.h"\n'}, "env/ may include only")
        self.assertEqual(self.errors({"src/env/real/x.cc": '#include "env/env.h"\n'}), [])

    def test_only_builtins_includes_a_connector(self) -> None:
        include = '#include "connectors/print/print.h"\n'
        self.refused({"src/cli/x.cc": include}, "edge")
        self.assertEqual(self.errors({"src/builtins/x.cc": include}), [])

    def test_a_shared_library_belongs_to_the_folder_around_it(self) -> None:
        cmake = CMAKE + "tidemill_shared_library(connectors/print/library OUTPUT print DEPENDS connectors/print LIBRARIES X::x)\n"
        include = '#include "connectors/print/print.h"\n'
        self.assertEqual(self.errors({"src/connectors/print/library/x.cc": include}, cmake), [])
        errors = self.errors({"src/connectors/print/library/x.cc": '#include "sql/sql.h"\n'}, cmake)
        self.assertIn("connectors/print/library/ may include only", errors[0])

    def test_an_undeclared_folder_is_refused(self) -> None:
        self.refused({"src/utilities/x.cc": ""}, "not declared")

    def test_a_path_that_is_no_file_is_refused(self) -> None:
        self.refused({"src/sql/x.cc": '#include "sql.h"\n'}, "no file under src/")

    def test_a_commented_include_is_none(self) -> None:
        self.assertEqual(self.errors({"src/base/x.h": '// #include "sql/sql.h"\n'}), [])

    def test_a_public_header_includes_public_headers_only(self) -> None:
        self.refused({"include/tidemill/x.h": '#include "base/base.h"\n'}, "public header")

    def test_a_folder_that_depends_on_a_later_one_is_refused(self) -> None:
        errors = self.errors({}, "tidemill_folder(a DEPENDS b)\ntidemill_folder(b)\n")
        self.assertIn("not above it", errors[0])

    def test_the_command_fails_on_an_error(self) -> None:
        tree = Tree({"src/CMakeLists.txt": CMAKE, "src/base/x.h": '#include "sql/x.h"\n'})
        self.addCleanup(tree.close)
        run = subprocess.run([sys.executable, TOOLS / "check_layers.py", tree.root], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)

    def test_this_tree_has_an_order(self) -> None:
        self.assertIn("tidemill_folder(base", (ROOT / "src/CMakeLists.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
