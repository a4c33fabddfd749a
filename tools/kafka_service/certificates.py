"""Certificates for brokers and clients of a test, by openssl's command. Rule: each cluster makes its own; the repository has none."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .distribution import require_command

DAYS = 30
EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


@dataclass(frozen=True)
class Certificates:
    """The files of a folder, all PEM. `*.pem` of broker and client hold key and certificate, as Java and kafka-python want them."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The CA that signed broker and client."""
        return self.folder / "ca.pem"

    @property
    def other_authority(self) -> Path:
        """A CA that signed neither: a client that trusts only this one must refuse the broker."""
        return self.folder / "other-ca.pem"

    @property
    def broker(self) -> Path:
        return self.folder / "broker.pem"

    @property
    def client(self) -> Path:
        return self.folder / "client.pem"

    @property
    def other_client(self) -> Path:
        """A client's key and certificate of the other CA: a broker that asks for one must refuse it."""
        return self.folder / "other-client.pem"

    @property
    def token_key(self) -> Path:
        """The RSA key that signs tokens of OAuth; `token_keys` is its public half, as the broker reads it."""
        return self.folder / "token.key"

    @property
    def token_keys(self) -> Path:
        return self.folder / "jwks.json"


def make(folder: Path) -> Certificates:
    """Makes what is not there yet. Raises Unavailable without openssl."""
    made = Certificates(folder)
    if made.token_keys.is_file():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    for authority in ("ca", "other-ca"):
        _openssl("req", "-x509", *EC_KEY, "-subj", f"/CN=Tidemill test {authority}", "-days", str(DAYS),
                 "-keyout", f"{folder}/{authority}.key", "-out", f"{folder}/{authority}.pem")  # fmt: skip
    _signed(folder, "broker", "ca", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    _signed(folder, "client", "ca", "extendedKeyUsage=clientAuth")
    _signed(folder, "other-client", "other-ca", "extendedKeyUsage=clientAuth")
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(made.token_key))
    modulus = _openssl("rsa", "-in", str(made.token_key), "-noout", "-modulus").decode().strip().split("=")[1]
    key = {"kty": "RSA", "kid": "test", "use": "sig", "alg": "RS256", "e": "AQAB", "n": encode_base64url(bytes.fromhex(modulus))}
    made.token_keys.write_text(json.dumps({"keys": [key]}), encoding="utf-8")
    return made


def _signed(folder: Path, name: str, authority: str, extension: str) -> None:
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    _openssl("req", "-x509", *EC_KEY, "-CA", f"{folder}/{authority}.pem", "-CAkey", f"{folder}/{authority}.key", "-subj", f"/CN={name}",
             "-days", str(DAYS), "-addext", "basicConstraints=critical,CA:FALSE", "-addext", extension,
             "-keyout", str(key), "-out", str(certificate))  # fmt: skip
    Path(folder, f"{name}.pem").write_bytes(key.read_bytes() + certificate.read_bytes())


def sign(key: Path, data: bytes) -> bytes:
    """Returns the signature RS256 of `data`."""
    return _openssl("dgst", "-sha256", "-sign", str(key), given=data)


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    run = subprocess.run([require_command("openssl"), *arguments], input=given, capture_output=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {run.stderr.decode(errors='replace').strip()}")
    return run.stdout
