"""What env/kafka.h promises, on a real broker: the suite that the cluster in memory passes too."""

from __future__ import annotations

import os
import subprocess
import unittest

from kafka_case import ROOT, ClusterCase, require_kafka

SUITE = os.environ.get("TIDEMILL_UNIT_ENV", str(ROOT / "build" / "release" / "tests" / "unit_env"))


def setUpModule() -> None:
    require_kafka()


class ContractTest(ClusterCase):
    def test_every_case_holds(self) -> None:
        environment = {**os.environ, "TIDEMILL_KAFKA_SERVERS": self.kafka.bootstrap}
        run = subprocess.run([SUITE, "--gtest_filter=KafkaContract/1.*"], env=environment, capture_output=True, text=True, timeout=240, check=False)
        self.assertEqual(run.returncode, 0, run.stdout[-4000:])
        self.assertRegex(run.stdout, r"\[  PASSED  \] [1-9]\d* tests")
        self.assertNotIn("[  SKIPPED ]", run.stdout)


if __name__ == "__main__":
    unittest.main()
