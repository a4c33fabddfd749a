"""An HTTP server in a thread of its own, for services that tests talk to. Rule: it is gone when the `with` is left."""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import TypeVar

Service = TypeVar("Service", bound="HttpService")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    service: HttpService

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle of an answer is part of the tests."""


class HttpService:
    """Serves on a free port of 127.0.0.1. Handlers reach it as `self.server.service`."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), handler)
        self._server.service = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def serve_tls(self, identity: Path) -> None:
        """Speaks TLS, with the key and certificate of a PEM file. To be called before it serves."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity)
        # The handshake is for the thread of the connection: one that never comes must not keep the others waiting.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Such as http://127.0.0.1:4711."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self: Service) -> Service:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stops serving. Requests in the middle of their answer end by themselves."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
