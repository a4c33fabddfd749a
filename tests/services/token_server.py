"""A token endpoint of OAuth for tests: client credentials in, a signed token out. Rule: a token only for who knows the secret.

    with TokenServer(kafka.certificates.token_key, {"alice": "alice's password"}) as tokens:
        access = kafka.access("sasl-oidc", token_endpoint=tokens.url)
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from http_service import HttpService  # noqa: E402
from kafka_service import tokens  # noqa: E402


class TokenServer(HttpService):
    """Serves until the `with` is left. `issued` counts the tokens given out, `refused` the requests turned away."""

    def __init__(self, key: Path, clients: dict[str, str], lifetime_seconds: float = 3600.0) -> None:
        super().__init__(_Handler)
        self.key = key
        self.clients = clients
        self.lifetime_seconds = lifetime_seconds
        self.issued = 0
        self.refused = 0

    @property
    def url(self) -> str:
        return f"{self.address}/token"

    def token_for(self, client: str, secret: str) -> str | None:
        """Returns a token, or None where the secret is wrong."""
        if self.clients.get(client) != secret:
            self.refused += 1
            return None
        self.issued += 1
        return tokens.signed(client, self.key, self.lifetime_seconds)


class _Handler(BaseHTTPRequestHandler):
    """POST /token, with the credentials in the header Authorization or in the form."""

    def do_POST(self) -> None:
        service: TokenServer = self.server.service  # type: ignore[attr-defined]
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        if self.path != "/token" or form.get("grant_type") != "client_credentials":
            self._answer(400, {"error": "unsupported_grant_type"})
            return
        client, secret = self._credentials(form)
        token = service.token_for(client, secret)
        if token is None:
            self._answer(401, {"error": "invalid_client"})
        else:
            self._answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": int(service.lifetime_seconds)})

    def _credentials(self, form: dict[str, str]) -> tuple[str, str]:
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return form.get("client_id", ""), form.get("client_secret", "")
        client, _, secret = base64.b64decode(text).decode().partition(":")
        return client, secret

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""
