"""What tests on brokers that demand something share. Rule: whoever is refused is told who it was, and never a password."""

from __future__ import annotations

from kafka_service import MODES, Access
from token_server import TokenServer
from topic_jobs import TopicJobCase

PASSWORD = 'a "secret"; with = all\\that'
CANARY = "canary-7f3a"  # in each wrong password; must not be seen again
SCRAM_MODES = [name for name in MODES if name.startswith("sasl-scram")]


class SecureCase(TopicJobCase):
    """Tests on one broker that has every mode of `settings`, and a token endpoint."""

    token_server: TokenServer

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.kafka.create_topic("secure")
        cls.kafka.client.produce("secure", ['{"a":1}', '{"a":2}'])
        cls.kafka.create_topic("written")
        cls.token_server = TokenServer(cls.kafka.certificates.token_key, dict(cls.kafka.configuration.users))
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

    def check_refused(self, sql: str, access: Access, *texts: str) -> None:
        error = self.refused(sql, access.bootstrap, *texts, timeout=30)
        self.assertNotIn(CANARY, error)
        self.assertNotIn(PASSWORD, error)

    def check_works(self, name: str, mechanism: str) -> None:
        """Who is right reads and writes."""
        access = self.access(name).but(mechanism=mechanism)
        self.assertEqual(self.good(self.read(access)).rows, [["1"], ["2"]])
        before = len(self.texts("written"))
        self.good(self.over("snk", access, "written") + "INSERT INTO snk VALUES (7);")
        self.assertEqual(self.texts("written")[before:], ['{"a":7}'])

    def check_wrong_credentials(self, name: str, mechanism: str) -> None:
        access = self.access(name).but(mechanism=mechanism)
        for what, wrong in (("password", access.but(password=CANARY)), ("user", access.but(user="carol", password=CANARY))):
            with self.subTest(mode=name, mechanism=mechanism, wrong=what):
                told = ("uthentication", f"user '{wrong.user}'", "properties.sasl.jaas.config")
                self.check_refused(self.read(wrong), wrong, *told)
                self.check_refused(self.over("snk", wrong, "written") + "INSERT INTO snk VALUES (8);", wrong, *told)
        self.assertNotIn('{"a":8}', self.texts("written"))
