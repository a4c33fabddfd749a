"""Login by tokens of an endpoint, by the real program. Rule: a job outlives its tokens, and no secret is shown."""

from __future__ import annotations

import time
import unittest

from kafka_case import require_kafka
from secure_case import CANARY, PASSWORD, SecureCase
from token_server import TokenServer
from topic_jobs import Running

SHORT_LIFE_SECONDS = 5.0


def setUpModule() -> None:
    require_kafka()


class TokenTest(SecureCase):
    """Who is right reads and writes in security_test.py, among all others."""

    settings = {"security": ["sasl-oidc"], "users": {"alice": PASSWORD}}

    def test_a_wrong_secret_of_oidc(self) -> None:
        wrong = self.access("sasl-oidc").but(password=CANARY)
        told = (f"Token endpoint {self.token_server.url} answered with status 401 (invalid_client)", "user 'alice'", "properties.sasl.jaas.config")
        self.check_refused(self.read(wrong), wrong, *told)
        self.check_refused(self.over("snk", wrong, "written") + "INSERT INTO snk VALUES (8);", wrong, *told)

    def test_a_token_endpoint_that_is_not_there(self) -> None:
        wrong = self.access("sasl-oidc").but(token_endpoint="http://127.0.0.1:1/token")
        self.check_refused(self.read(wrong), wrong, "No answer from http://127.0.0.1:1")

    def test_a_token_of_somebody_else(self) -> None:
        """Signed by a key that the broker does not know."""
        strange = TokenServer(self.kafka.certificates.client, dict(self.kafka.configuration.users))
        with strange:
            wrong = self.access("sasl-oidc").but(token_endpoint=strange.url)
            self.check_refused(self.read(wrong), wrong, "user 'alice'", "properties.sasl.jaas.config")
            self.assertGreater(strange.issued, 0)

    def test_a_token_endpoint_with_tls(self) -> None:
        certificates = self.kafka.certificates
        endpoint = TokenServer(certificates.token_key, dict(self.kafka.configuration.users))
        endpoint.serve_tls(certificates.broker)
        with endpoint:
            access = self.access("sasl-oidc").but(token_endpoint=endpoint.url.replace("http:", "https:"))
            bounded = {"scan__startup__mode": "earliest-offset", "scan__bounded__mode": "latest-offset", "properties__ssl__truststore__type": "PEM"}
            for authority in (certificates.authority, certificates.other_authority):
                bounded["properties__ssl__truststore__location"] = str(authority)
                sql = self.over("src", access, "secure", **bounded) + "SELECT a FROM src;"
                if authority == certificates.authority:
                    self.assertEqual(self.good(sql).rows, [["1"], ["2"]])
                else:
                    self.check_refused(sql, access, "is not trusted", str(authority))


class TokenLifeTest(SecureCase):
    """The broker closes connections whose token has ended: who goes on has another one."""

    settings = {"security": ["sasl-oidc"], "users": {"alice": PASSWORD}, "properties": {"connections.max.reauth.ms": "3600000"}}

    def setUp(self) -> None:
        super().setUp()
        self.token_server.lifetime_seconds = SHORT_LIFE_SECONDS
        self.token_server.clients["alice"] = PASSWORD

    def begin(self) -> tuple[Running, str, str]:
        """Starts a job that reads and writes by tokens; returns it and its topics."""
        name = self.id().rpartition(".")[2]
        for topic in (f"{name}-in", f"{name}-out"):
            self.kafka.create_topic(topic)
        access = self.access("sasl-oidc")
        sql = self.over("src", access, f"{name}-in", scan__startup__mode="earliest-offset") + self.over("snk", access, f"{name}-out")
        running = self.start(sql + "INSERT INTO snk SELECT a FROM src;")
        self.client.produce(f"{name}-in", ['{"a":1}'])
        self.until_texts(f"{name}-out", ['{"a":1}'], running)
        return running, f"{name}-in", f"{name}-out"

    def outlive_the_first_token(self, running: Running) -> None:
        ends = time.monotonic() + 2 * SHORT_LIFE_SECONDS
        self.until_running(running, lambda: time.monotonic() > ends, "the end of the first tokens")

    def test_a_job_outlives_its_tokens(self) -> None:
        running, read, written = self.begin()
        issued = self.token_server.issued
        self.outlive_the_first_token(running)
        self.assertGreater(self.token_server.issued, issued, "no token was renewed")
        self.client.produce(read, ['{"a":2}'])
        self.until_texts(written, ['{"a":1}', '{"a":2}'], running)
        self.assertEqual(self.token_server.refused, 0)
        ended = running.stop()
        self.assertEqual(ended.code, 0, ended.err)
        self.assertNotIn("begins again", ended.err)

    def test_a_job_waits_for_tokens(self) -> None:
        """The endpoint takes the secret no more, and later it does again: a job that was let in before goes on trying."""
        running, read, written = self.begin()
        self.token_server.clients["alice"] = "another one"
        self.outlive_the_first_token(running)
        told = f"Token endpoint {self.token_server.url} answered with status 401 (invalid_client)"
        self.until_running(running, lambda: told in self.why(), "job why says what is missing")
        self.client.produce(read, ['{"a":2}'])
        self.token_server.clients["alice"] = PASSWORD
        self.until_texts(written, ['{"a":1}', '{"a":2}'], running)
        ended = running.stop()
        self.assertEqual(ended.code, 0, ended.err)
        self.assertNotIn(PASSWORD, ended.err)


if __name__ == "__main__":
    unittest.main()
