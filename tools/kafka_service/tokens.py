"""Tokens for SASL OAUTHBEARER. Rule: a token says who it is for and how long; what is signed is signed by the cluster's own key."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from .certificates import encode_base64url, sign

ISSUER = "https://issuer.test"
AUDIENCE = "kafka"


def unsecured(subject: str, lifetime_seconds: float = 3600.0, **claims: Any) -> str:
    """Returns a token without a signature, as Kafka's validator for tests takes it."""
    return f"{_part({'alg': 'none'})}.{_part(_claims(subject, lifetime_seconds, claims))}."


def signed(subject: str, key: Path, lifetime_seconds: float = 3600.0, **claims: Any) -> str:
    """Returns a token signed with the RSA key of that file."""
    named = {"iss": ISSUER, "aud": AUDIENCE, **claims}
    text = f"{_part({'alg': 'RS256', 'kid': 'test', 'typ': 'JWT'})}.{_part(_claims(subject, lifetime_seconds, named))}"
    return f"{text}.{encode_base64url(sign(key, text.encode()))}"


def _claims(subject: str, lifetime_seconds: float, more: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    return {"sub": subject, "iat": now, "exp": now + int(lifetime_seconds), **more}


def _part(value: dict[str, Any]) -> str:
    return encode_base64url(json.dumps(value, separators=(",", ":")).encode())
