"""The schema registry that tests of formats use: it is a real one, and its front fails when it is told to."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from kafka_case import require_kafka  # first: it says where the services are

import schema_registry
from http_service import HttpService
from schema_registry import CONTENT_TYPE, RegistryError, SchemaRegistry

import kafka_service
from kafka_service import certificates

INT = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}
WITH_DEFAULT = {"type": "record", "name": "R", "fields": [*INT["fields"], {"name": "b", "type": "long", "default": 0}]}
WITHOUT_DEFAULT = {"type": "record", "name": "R", "fields": [*INT["fields"], {"name": "b", "type": "long"}]}


def setUpModule() -> None:
    require_kafka()
    try:
        schema_registry.fetch()
    except kafka_service.Unavailable as reason:
        print(f"SKIPPED: no schema registry to test with: {reason}", file=sys.stderr, flush=True)
        raise unittest.SkipTest(str(reason)) from reason


class SchemaRegistryTest(unittest.TestCase):
    registry: SchemaRegistry

    @classmethod
    def setUpClass(cls) -> None:
        cls.registry = SchemaRegistry(user=("alice", "secret"))
        cls.registry.__enter__()
        cls.addClassCleanup(cls.registry.close)

    def ask(self, method: str, path: str, body: Any = None, user: str = "alice:secret", timeout_seconds: float = 30.0) -> tuple[int, Any]:
        """Sends a request to the front, as a client does; returns status and body."""
        headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode(), "Content-Type": CONTENT_TYPE}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.registry.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def test_schemas_are_registered_and_found(self) -> None:
        subject = self.id()
        status, answer = self.ask("POST", f"/subjects/{subject}/versions", {"schema": json.dumps(INT)})
        self.assertEqual((status, list(answer)), (200, ["id"]))
        number = answer["id"]
        self.assertEqual(self.registry.register(subject, INT), number)
        self.assertEqual(json.loads(self.ask("GET", f"/schemas/ids/{number}")[1]["schema"]), INT)
        self.assertIn(subject, self.ask("GET", "/subjects")[1])
        newer = self.registry.register(subject, WITH_DEFAULT)
        latest = self.ask("GET", f"/subjects/{subject}/versions/latest")[1]
        self.assertEqual((latest["id"], latest["version"], latest["subject"]), (newer, 2, subject))
        self.assertEqual(self.ask("GET", f"/subjects/{subject}/versions/1")[1]["id"], number)
        self.assertEqual(self.ask("POST", f"/subjects/{subject}", {"schema": json.dumps(WITH_DEFAULT)})[1]["version"], 2)

    def test_what_is_wrong_has_a_code(self) -> None:
        subject = self.id()
        self.registry.register(subject, INT)
        self.assertEqual(self.ask("GET", "/config"), (200, {"compatibilityLevel": "BACKWARD"}))
        cases = [
            ("GET", "/schemas/ids/4711", None, 404, 40403),
            ("GET", "/subjects/unknown/versions/latest", None, 404, 40401),
            ("GET", f"/subjects/{subject}/versions/9", None, 404, 40402),
            ("POST", f"/subjects/{subject}", {"schema": json.dumps(WITH_DEFAULT)}, 404, 40403),
            ("POST", f"/subjects/{subject}/versions", {"schema": json.dumps(WITHOUT_DEFAULT)}, 409, 409),
            ("POST", f"/subjects/{subject}/versions", {"schema": "{"}, 422, 42201),
        ]
        for method, path, body, status, code in cases:
            with self.subTest(f"{method} {path}"):
                found, answer = self.ask(method, path, body)
                self.assertEqual((found, answer["error_code"]), (status, code), answer)
        with self.assertRaises(RegistryError) as raised:
            self.registry.register(subject, WITHOUT_DEFAULT)
        self.assertEqual(raised.exception.status, 409)
        self.ask("PUT", "/config", {"compatibility": "NONE"})
        try:
            self.assertGreater(self.registry.register(subject, WITHOUT_DEFAULT), 0)
        finally:
            self.ask("PUT", "/config", {"compatibility": "BACKWARD"})

    def test_who_is_not_known_is_refused(self) -> None:
        for user in ("alice:wrong", "bob:secret", ":"):
            self.assertEqual(self.ask("GET", "/subjects", user=user)[0], 401)
        self.registry._authorization = schema_registry._authorization(None, "token")
        try:
            self.assertEqual(self.ask("GET", "/subjects")[0], 401)
            request = urllib.request.Request(self.registry.url + "/subjects", headers={"Authorization": "Bearer token"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.assertEqual(answer.status, 200)
        finally:
            self.registry._authorization = schema_registry._authorization(("alice", "secret"), None)

    def test_faults_come_when_asked_for_and_go(self) -> None:
        self.registry.answer_next(503, times=2)
        self.assertEqual([self.ask("GET", "/subjects")[0] for _ in range(3)], [503, 503, 200])
        self.registry.close_next()
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.ask("GET", "/subjects")
        self.registry.delay(1.0)
        try:
            with self.assertRaises(OSError):
                self.ask("GET", "/subjects", timeout_seconds=0.2)
            begin = time.monotonic()
            self.assertEqual(self.ask("GET", "/subjects")[0], 200)
            self.assertGreaterEqual(time.monotonic() - begin, 1.0)
        finally:
            self.registry.delay(0.0)
        seen = len(self.registry.requests)
        self.ask("GET", "/schemas/ids/4711")
        self.assertEqual(self.registry.requests[seen:], [("GET", "/schemas/ids/4711")])

    def test_it_speaks_tls(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            made = certificates.make(Path(folder))
            front = HttpService(schema_registry._Front)
            front.registry = self.registry  # type: ignore[attr-defined]
            front.serve_tls(made.broker)
            with front:
                url = front.address.replace("http:", "https:") + "/subjects"
                with self.assertRaisesRegex(urllib.error.HTTPError, "401"):
                    urllib.request.urlopen(url, timeout=30, context=trusting_only(made.authority)).close()
                with self.assertRaisesRegex(urllib.error.URLError, "CERTIFICATE_VERIFY_FAILED"):
                    urllib.request.urlopen(url, timeout=30, context=trusting_only(made.other_authority)).close()


def trusting_only(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


if __name__ == "__main__":
    unittest.main()
