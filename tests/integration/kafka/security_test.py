"""Tables over brokers that demand something, by the real program. Rule: who is wrong is told what to look at, and never a password."""

from __future__ import annotations

import re
import unittest

from kafka_case import require_kafka
from kafka_service import MODES
from secure_case import CANARY, PASSWORD, SCRAM_MODES, SecureCase

TOO_OLD_FOR_SCRAM = r"SASL authentication error: \S.*\(user '\w+'\); this client is librdkafka (\d+)\.(\d+)\.(\d+), and brokers of Kafka 4 take SCRAM from 2\.6\.1 on"


def setUpModule() -> None:
    require_kafka()


class SecurityTest(SecureCase):
    settings = {"security": list(MODES), "users": {"alice": PASSWORD, "bob": f"{CANARY}-bob"}}

    def test_who_is_right_reads_and_writes(self) -> None:
        for name in MODES:
            if name not in SCRAM_MODES:
                with self.subTest(mode=name):
                    self.check_works(name, "")

    def test_scram_by_a_client_that_may_be_too_old(self) -> None:
        for name in SCRAM_MODES:
            for mechanism in MODES[name].mechanisms:
                with self.subTest(mode=name, mechanism=mechanism):
                    access = self.access(name).but(mechanism=mechanism)
                    ended = self.run_sql(self.read(access))
                    if ended.code == 0:
                        self.check_works(name, mechanism)
                        continue
                    told = re.search(TOO_OLD_FOR_SCRAM, ended.err)
                    self.assertTrue(told, ended.err)
                    self.assertLess(tuple(int(part) for part in told.groups()), (2, 6, 1))  # type: ignore[union-attr]
                    self.check_refused(self.over("snk", access, "written") + "INSERT INTO snk VALUES (8);", access, "take SCRAM from 2.6.1 on")

    def test_wrong_credentials(self) -> None:
        for name in MODES:
            for mechanism in MODES[name].mechanisms:
                if mechanism != "OAUTHBEARER":
                    self.check_wrong_credentials(name, mechanism)

    def test_another_authority(self) -> None:
        certificates = self.kafka.certificates
        for name in ("tls", "mtls", "sasl-plain-tls"):
            with self.subTest(name):
                wrong = self.access(name).but(authority=certificates.other_authority)
                self.check_refused(self.read(wrong), wrong, "certificate", "properties.ssl.truststore.location")
        client = self.access("mtls").but(client_certificate=certificates.other_client)
        self.check_refused(self.read(client), client, "properties.ssl.keystore.location")
        none = self.access("tls").but(bootstrap=self.access("mtls").bootstrap)
        self.check_refused(self.read(none), none, "properties.ssl.keystore.location")

    def test_files_that_are_not_there(self) -> None:
        access = self.access("tls")
        missing = access.but(authority=self.root / "missing.pem")
        self.refused(self.read(missing), "missing.pem", timeout=30)
        self.refused(self.read(access).replace("'PEM'", "'JKS'"), "properties.ssl.truststore.location", "keytool", "PEM", timeout=30)

    def test_another_protocol(self) -> None:
        plain = self.access("sasl-plain")
        tls_to_plain = plain.but(bootstrap=self.kafka.bootstrap, mode=MODES["tls"])
        self.check_refused(self.read(tls_to_plain), tls_to_plain, "properties.security.protocol")
        plain_to_sasl = self.read(plain).replace("'properties.security.protocol' = 'SASL_PLAINTEXT'", "'properties.security.protocol' = 'PLAINTEXT'")
        self.check_refused(plain_to_sasl, plain, "properties.security.protocol")
        other = plain.but(mechanism="SCRAM-SHA-256")
        self.check_refused(self.read(other), other, "properties.sasl.mechanism")

    def test_no_secret_is_shown(self) -> None:
        access = self.access("sasl-plain").but(user="bob", password=f"{CANARY}-bob")
        sql = self.over("src", access, "secure", scan__startup__mode="earliest-offset", scan__bounded__mode="latest-offset")
        sql += self.over("snk", access, "written", sink__delivery_guarantee="exactly-once", sink__transactional_id_prefix="secret")
        shown = self.good(sql + "SHOW CREATE TABLE src; EXPLAIN SELECT a FROM src; EXPLAIN PLAN_ADVICE SELECT a FROM src; DESCRIBE src;")
        self.assertIn("properties.sasl.jaas.config", shown.out)
        ran = self.good(sql + "INSERT INTO snk SELECT a + 100 FROM src; SELECT * FROM src;", "--checkpoint-dir", str(self.checkpoints))
        files = "".join(file.read_text(errors="replace") for file in self.checkpoints.rglob("*") if file.is_file())
        for text in (shown.out, shown.err, ran.out, ran.err, files):
            self.assertNotIn(CANARY, text)


if __name__ == "__main__":
    unittest.main()
