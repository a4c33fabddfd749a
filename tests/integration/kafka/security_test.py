"""Tables over brokers that demand something, by the real program. Rule: who is wrong is told what to look at, and never a password."""

from __future__ import annotations

import unittest

from kafka_case import require_kafka
from kafka_service import MODES, Access
from token_server import TokenServer
from topic_jobs import TopicJobCase

PASSWORD = 'a "secret"; with = all\\that'
CANARY = "canary-7f3a"  # in each wrong password; must not be seen again
TOO_OLD_FOR_SCRAM = "brokers of Kafka 4 take SCRAM from 2.6.1 on"
WITHOUT_OIDC = "not supported in this build"  # as Debian builds librdkafka


def setUpModule() -> None:
    require_kafka()


class SecurityTest(TopicJobCase):
    token_server: TokenServer
    settings = {"security": list(MODES), "users": {"alice": PASSWORD, "bob": f"{CANARY}-bob"}}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.kafka.create_topic("secure")
        cls.kafka.client.produce("secure", ['{"a":1}', '{"a":2}'])
        cls.kafka.create_topic("written")
        cls.token_server = TokenServer(cls.kafka.certificates.token_key, cls.kafka.configuration.users)
        cls.token_server.__enter__()
        cls.addClassCleanup(cls.token_server.close)

    def access(self, mode: str) -> Access:
        return self.kafka.access(mode, token_endpoint=self.token_server.url)

    def over(self, name: str, access: Access, topic: str, columns: str = "a INT", **options: str) -> str:
        """A table whose client is told what Java's would be."""
        given = {f"properties.{key}": value for key, value in access.java().items()}
        given.update({"properties.request.timeout.ms": "4000", **{key.replace("__", ".").replace("_", "-"): value for key, value in options.items()}})
        given = {"connector": "kafka", "topic": topic, "format": "json", **given}
        text = ", ".join(f"'{key}' = '{value.replace(chr(39), chr(39) * 2)}'" for key, value in given.items())
        return f"CREATE TABLE {name} ({columns}) WITH ({text});\n"

    def read(self, access: Access) -> str:
        bounded = {"scan__startup__mode": "earliest-offset", "scan__bounded__mode": "latest-offset"}
        return self.over("src", access, "secure", **bounded) + "SELECT a FROM src;"

    def test_who_is_right_reads_and_writes(self) -> None:
        refused = []
        for name in MODES:
            for mechanism in MODES[name].mechanisms or ("",):
                with self.subTest(mode=name, mechanism=mechanism):
                    access = self.access(name).but(mechanism=mechanism)
                    ended = self.run_sql(self.read(access))
                    if ended.code and (TOO_OLD_FOR_SCRAM in ended.err or WITHOUT_OIDC in ended.err):
                        refused.append(f"{name} {mechanism}")  # what the installed librdkafka cannot do, and says
                        continue
                    self.assertEqual((ended.code, ended.rows), (0, [["1"], ["2"]]), ended.err)
                    before = len(self.texts("written"))
                    self.good(self.over("snk", access, "written") + "INSERT INTO snk VALUES (7);")
                    self.assertEqual(self.texts("written")[before:], ['{"a":7}'])
        self.assertLessEqual({one.split("-")[1].split()[0] for one in refused}, {"scram", "oidc"}, "the others always work")

    def check_refused(self, sql: str, access: Access, *texts: str) -> None:
        error = self.refused(sql, access.bootstrap, *texts, timeout=30)
        self.assertNotIn(CANARY, error)
        self.assertNotIn(PASSWORD, error)

    def test_wrong_credentials(self) -> None:
        for name in MODES:
            access = self.access(name)
            if not access.mode.mechanisms or "OAUTHBEARER" in access.mode.mechanisms:
                continue
            for mechanism in access.mode.mechanisms:
                for what, wrong in (("password", access.but(password=CANARY)), ("user", access.but(user="carol", password=CANARY))):
                    with self.subTest(mode=name, mechanism=mechanism, wrong=what):
                        wrong = wrong.but(mechanism=mechanism)
                        self.check_refused(self.read(wrong), wrong, f"user '{wrong.user}'", "properties.sasl.jaas.config")
                        write = self.over("snk", wrong, "written") + "INSERT INTO snk VALUES (8);"
                        self.check_refused(write, wrong, f"user '{wrong.user}'", "properties.sasl.jaas.config")
        self.assertNotIn('{"a":8}', self.texts("written"))

    def test_a_wrong_secret_of_oidc(self) -> None:
        wrong = self.access("sasl-oidc").but(password=CANARY)
        error = self.refused(self.read(wrong), timeout=30)
        self.assertTrue(WITHOUT_OIDC in error or "properties.sasl.jaas.config" in error, error)
        self.assertNotIn(CANARY, error)

    def test_a_token_endpoint_that_is_not_there(self) -> None:
        wrong = self.access("sasl-oidc").but(token_endpoint="http://127.0.0.1:1/token")
        error = self.refused(self.read(wrong), timeout=30)
        self.assertTrue(WITHOUT_OIDC in error or "127.0.0.1:1" in error, error)

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
