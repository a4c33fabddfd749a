"""Brokers of Kafka 3.9, which take SCRAM from every client, by the real program. Rule: as security_test.py."""

from __future__ import annotations

import unittest

from kafka_case import require_kafka
from kafka_service import MODES, distribution
from secure_case import PASSWORD, SCRAM_MODES, SecureCase


def setUpModule() -> None:
    require_kafka(distribution.VERSION_3)


class ScramTest(SecureCase):
    settings = {"version": distribution.VERSION_3, "security": list(MODES), "users": {"alice": PASSWORD}}

    def test_who_is_right_reads_and_writes(self) -> None:
        for name in SCRAM_MODES:
            for mechanism in MODES[name].mechanisms:
                with self.subTest(mode=name, mechanism=mechanism):
                    self.check_works(name, mechanism)

    def test_the_other_ways_in(self) -> None:
        for name in MODES:
            if name not in SCRAM_MODES:
                with self.subTest(mode=name):
                    self.check_works(name, "")

    def test_wrong_credentials(self) -> None:
        for name in SCRAM_MODES:
            for mechanism in MODES[name].mechanisms:
                self.check_wrong_credentials(name, mechanism)


if __name__ == "__main__":
    unittest.main()
