"""The examples give what plain Python says, on files and on a real Kafka; and that comparison can fail."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import unittest
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = str(Path(os.environ.get("TIDEMILL", ROOT / "build/release/tidemill")).resolve())
NAMES = ("revenue_board", "fraud_detection")
KAFKA_OPTIONS = "'connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'localhost:1', 'format' = 'json'"
ASKED_OF_KAFKA = f"CREATE TABLE t (x INT) WITH ({KAFKA_OPTIONS}); SELECT * FROM t;"

sys.path.insert(0, str(ROOT / "examples"))
import checked_run  # noqa: E402


def module(example: str, name: str) -> ModuleType:
    """Imports a file of an example's folder; both have files of the same names."""
    spec = importlib.util.spec_from_file_location(f"{example}_{name}", ROOT / "examples" / example / f"{name}.py")
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


class ExamplesTest(unittest.TestCase):
    def run_example(self, name: str, where: str) -> subprocess.CompletedProcess[str]:
        command = [str(ROOT / "examples" / name / "run.sh"), where, "--program", PROGRAM]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def test_on_files(self) -> None:
        for name in NAMES:
            with self.subTest(name):
                run = self.run_example(name, "files")
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
                self.assertRegex(run.stdout, rf"{name} on files: .*: as expected")

    def test_on_kafka(self) -> None:
        known = subprocess.run([PROGRAM, "check", "-"], input=ASKED_OF_KAFKA, capture_output=True, text=True, timeout=60, check=False)
        if "Unknown connector" in known.stderr:
            self.skipTest("this program was built without the connector kafka")
        for name in NAMES:
            with self.subTest(name):
                run = self.run_example(name, "kafka")
                if run.returncode == checked_run.SKIPPED:
                    self.skipTest(run.stderr.strip())
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
                self.assertRegex(run.stdout, rf"{name} on kafka: .*: as expected")

    def test_committed_data_is_what_the_generators_make(self) -> None:
        orders = module("revenue_board", "generate")
        self.assertEqual(orders.text(), orders.FILE.read_text(encoding="utf-8"))
        payments = module("fraud_detection", "generate")
        for name, text in payments.texts().items():
            self.assertEqual(text, (payments.FOLDER / name).read_text(encoding="utf-8"))

    def test_the_data_has_what_the_examples_are_about(self) -> None:
        rows = module("revenue_board", "example").make().inputs[0].rows()
        orders = Counter(row["order_id"] for row in rows)
        self.assertTrue(10 < sum(times - 1 for times in orders.values()) < 40)
        silent = [row["ts"] for row in rows if row["partition"] == 3]
        self.assertLess(max(silent), "2026-03-02 00:05")
        self.assertGreater(max(row["ts"] for row in rows), "2026-03-02 00:29")
        alerts = module("fraud_detection", "example").make().outputs[0].expected
        rules = Counter(row["rule"] for row in alerts)
        self.assertEqual(set(rules), {"small then large", "other country", "too many", "over limit"})
        self.assertGreaterEqual(min(rules.values()), 3)

    def test_a_difference_is_seen(self) -> None:
        output = checked_run.Output("o", [{"k": "a", "n": 1}, {"k": "b", "n": 2}])
        self.assertEqual(checked_run.differences(output, [{"k": "b", "n": Decimal("2.00")}, {"n": 1, "k": "a"}]), [])
        self.assertEqual(checked_run.differences(output, [{"k": "a", "n": 1}]), ['o: missing {"k": "b", "n": "2"}'])
        twice = [{"k": "a", "n": 1}, {"k": "a", "n": 1}, {"k": "b", "n": 2}]
        self.assertEqual(checked_run.differences(output, twice), ['o: too much {"k": "a", "n": "1"}'])


if __name__ == "__main__":
    unittest.main()
