"""A real schema registry for tests, with a front that can be told to fail. Rule: it alone answers, unless a fault was asked for.

    with SchemaRegistry(user=("alice", "secret")) as registry:
        number = registry.register("orders-value", {"type": "record", ...})
        registry.answer_next(503, times=2)
        ... registry.url ...

It is Apicurio Registry, from Maven Central: Confluent's own is not there. Its paths of Confluent's interface stand below another path;
the front, which every request goes through, has them where clients look for them. Apicurio asks Keycloak who a client is; here the
front does that, too.
"""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from http_service import HttpService  # noqa: E402
from kafka_service import StartFailed, distribution, ports  # noqa: E402
from kafka_service.background_process import BackgroundProcess  # noqa: E402
from kafka_service.certificates import Certificates  # noqa: E402

ARTIFACT = "io.apicurio:apicurio-registry-app:2.6.13.Final:tar.gz:all"  # 3.x needs Java 21
PROGRAM = "apicurio-registry-app-2.6.13.Final-runner.jar"
CONFLUENT_PATH = "/apis/ccompat/v7"
START_SECONDS = 60.0
CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"


def fetch() -> Path:
    """Returns the registry's folder, fetched by the first call (142 MB). Raises kafka_service.Unavailable where it cannot be had."""
    return distribution.fetch_archive(ARTIFACT)


class RegistryError(RuntimeError):
    """An answer other than success: its HTTP status, and the error code and message of its body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.code = body.get("error_code")


class SchemaRegistry:
    """Serves at `url` until the `with` is left. `user` or `token`: who must be shown, by Basic or Bearer; `certificates`: speaks TLS."""

    def __init__(
        self, user: tuple[str, str] | None = None, token: str | None = None, certificates: Certificates | None = None,
        compatibility: str = "BACKWARD",
    ) -> None:  # fmt: skip
        self.folder = Path(tempfile.mkdtemp(prefix="registry-"))
        self.requests: list[tuple[str, str]] = []  # method and path of all that came in
        self._compatibility = compatibility
        self._authorization = _authorization(user, token)
        self._process = BackgroundProcess(self.folder)
        self._port = ports.reserve(1, self.folder)[0]
        self._front = HttpService(_Front)
        self._front.registry = self  # type: ignore[attr-defined]
        self._secure = certificates is not None
        if certificates:
            self._front.serve_tls(certificates.broker)
        self._lock = threading.Lock()
        self._statuses: list[int] = []
        self._closes = 0
        self._delay_seconds = 0.0

    @property
    def url(self) -> str:
        """As clients are told it: Confluent's paths begin here."""
        return self._front.address.replace("http:", "https:") if self._secure else self._front.address

    def __enter__(self) -> SchemaRegistry:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        self._front.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._front.close()
        self._process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        program = fetch() / PROGRAM
        options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-Dquarkus.http.host=127.0.0.1"]
        java = distribution.require_command("java")
        self._process.start([java, *options, f"-Dquarkus.http.port={self._port}", "-jar", str(program)], owned=True)
        end = time.monotonic() + START_SECONDS
        while not self._serves():
            if not self._process.pid() or time.monotonic() > end:
                raise StartFailed(f"the schema registry does not serve. Of its log:\n{self._process.last_words()}")
            time.sleep(0.05)
        self.ask("PUT", "/config", {"compatibility": self._compatibility})

    def _serves(self) -> bool:
        try:
            return self.forward("GET", "/subjects", b"")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    # --- What is in it, past the front ---

    def register(self, subject: str, schema: Any, schema_type: str = "AVRO", references: list[dict[str, Any]] | None = None) -> int:
        """Adds a version to a subject; returns the schema's id. `schema` is a text, or what JSON is made of."""
        text = schema if isinstance(schema, str) else json.dumps(schema)
        body = {"schema": text, "schemaType": schema_type, **({"references": references} if references else {})}
        return int(self.ask("POST", f"/subjects/{subject}/versions", body)["id"])

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Sends one request past front and faults; returns the answer. Raises RegistryError."""
        status, data, _ = self.forward(method, path, b"" if body is None else json.dumps(body).encode())
        answer = json.loads(data or b"null")
        if status >= 300:
            raise RegistryError(status, answer)
        return answer

    def forward(self, method: str, path: str, body: bytes) -> tuple[int, bytes, str]:
        """Returns status, body and content type of the registry's answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, CONFLUENT_PATH + path, body or None, {"Content-Type": CONTENT_TYPE} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Content-Type", CONTENT_TYPE)
        finally:
            connection.close()

    # --- Faults ---

    def answer_next(self, status: int, times: int = 1) -> None:
        """The next requests are answered with this status and do not reach the registry."""
        with self._lock:
            self._statuses += [status] * times

    def close_next(self, times: int = 1) -> None:
        """The connections of the next requests are closed without an answer."""
        with self._lock:
            self._closes += times

    def delay(self, seconds: float) -> None:
        """Each answer comes this much later, from now on."""
        self._delay_seconds = seconds

    def kill(self) -> None:
        """The registry is gone: the front answers 502."""
        self._process.kill()

    def next_fault(self, method: str, path: str) -> tuple[float, bool, int]:
        """Notes a request; returns what is to be done to it: seconds of delay, whether to close, a status or 0."""
        with self._lock:
            self.requests.append((method, path))
            if self._closes:
                self._closes -= 1
                return self._delay_seconds, True, 0
            return self._delay_seconds, False, self._statuses.pop(0) if self._statuses else 0

    def admits(self, authorization: str | None) -> bool:
        return self._authorization is None or authorization == self._authorization


def _authorization(user: tuple[str, str] | None, token: str | None) -> str | None:
    if user:
        return "Basic " + base64.b64encode(":".join(user).encode()).decode()
    return f"Bearer {token}" if token else None


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        registry: SchemaRegistry = self.server.service.registry  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        delay_seconds, close, status = registry.next_fault(self.command, self.path)
        if delay_seconds:
            time.sleep(delay_seconds)
        if close:
            self.close_connection = True
        elif status:
            self._answer(status, _error(status * 100 + 1, "a fault that the test asked for"))
        elif not registry.admits(self.headers.get("Authorization")):
            self._answer(401, _error(40101, "Unauthorized"))
        else:
            self._forward(registry, body)

    def _forward(self, registry: SchemaRegistry, body: bytes) -> None:
        try:
            status, data, kind = registry.forward(self.command, self.path, body)
        except OSError as error:
            status, data, kind = 502, _error(50201, f"the registry cannot be reached: {error}"), CONTENT_TYPE
        self._answer(status, data, kind)

    def _answer(self, status: int, data: bytes, kind: str = CONTENT_TYPE) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = _handle

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing: `requests` has it."""


def _error(code: int, message: str) -> bytes:
    return json.dumps({"error_code": code, "message": message}).encode()
