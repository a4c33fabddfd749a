"""The ways in which a broker can demand to be spoken to, and what each client is told for them. Rule: every mode is a listener of its own.

A cluster always has the listener PLAINTEXT, for the test's own work, and one more for each mode it is started with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import tokens
from .certificates import Certificates

USERS = {"alice": "alice's password"}
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
LOGIN = "org.apache.kafka.common.security."
LOGIN_MODULES = {
    "PLAIN": LOGIN + "plain.PlainLoginModule",
    "SCRAM-SHA-256": LOGIN + "scram.ScramLoginModule",
    "SCRAM-SHA-512": LOGIN + "scram.ScramLoginModule",
    "OAUTHBEARER": LOGIN + "oauthbearer.OAuthBearerLoginModule",
}


@dataclass(frozen=True)
class Mode:
    """One way: its name on the command line, the security protocol, and the mechanisms of SASL, where it has any."""

    name: str
    protocol: str
    mechanisms: tuple[str, ...] = ()

    @property
    def listener(self) -> str:
        """The name of the broker's listener: letters only, because settings of a listener are named in lower case with dots."""
        return self.name.replace("-", "").upper()

    @property
    def encrypted(self) -> bool:
        return self.protocol.endswith("SSL")


def _modes() -> dict[str, Mode]:
    modes = [Mode("tls", "SSL"), Mode("mtls", "SSL")]
    sasl = {"sasl-plain": ("PLAIN",), "sasl-scram": SCRAM, "sasl-oauthbearer": ("OAUTHBEARER",), "sasl-oidc": ("OAUTHBEARER",)}
    for name, mechanisms in sasl.items():
        modes += [Mode(name, "SASL_PLAINTEXT", mechanisms), Mode(f"{name}-tls", "SASL_SSL", mechanisms)]
    return {mode.name: mode for mode in modes}


MODES = _modes()


def quote(text: str) -> str:
    """A value in a JAAS configuration."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def broker_properties(mode: Mode, certificates: Certificates, users: dict[str, str]) -> dict[str, str]:
    """What a broker's configuration says of the mode's listener."""
    properties: dict[str, str] = {}
    if mode.encrypted:
        properties.update({"ssl.keystore.type": "PEM", "ssl.keystore.location": str(certificates.broker)})
        properties.update({"ssl.truststore.type": "PEM", "ssl.truststore.location": str(certificates.authority)})
        properties["ssl.client.auth"] = "required" if mode.name == "mtls" else "none"
    if mode.mechanisms:
        properties["sasl.enabled.mechanisms"] = ",".join(mode.mechanisms)
    for mechanism in mode.mechanisms:
        login = LOGIN_MODULES[mechanism] + " required"
        if mechanism == "PLAIN":
            login += "".join(f" user_{user}={quote(password)}" for user, password in users.items())
        if mechanism == "OAUTHBEARER":
            login += ' unsecuredLoginStringClaim_sub="broker"'
        properties[f"{mechanism.lower()}.sasl.jaas.config"] = login + ";"
    if mode.name.startswith("sasl-oidc"):
        handler = "oauthbearer.OAuthBearerValidatorCallbackHandler"
        properties["oauthbearer.sasl.jaas.config"] = LOGIN_MODULES["OAUTHBEARER"] + " required;"
        properties["oauthbearer.sasl.server.callback.handler.class"] = LOGIN + handler
        properties["sasl.oauthbearer.jwks.endpoint.url"] = certificates.token_keys.as_uri()
        properties["sasl.oauthbearer.expected.audience"] = tokens.AUDIENCE
        properties["sasl.oauthbearer.expected.issuer"] = tokens.ISSUER
    prefix = f"listener.name.{mode.listener.lower()}."
    return {prefix + name: value for name, value in properties.items()}


def allowed_urls(modes: list[Mode], certificates: Certificates) -> list[str]:
    """The options of Java without which a broker reads no keys of tokens, not even from its own file."""
    oidc = any(mode.name.startswith("sasl-oidc") for mode in modes)
    return [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={certificates.token_keys.as_uri()}"] if oidc else []


@dataclass(frozen=True)
class Access:
    """How a client reaches a cluster's listener: where, and as whom. `but` returns the same with something else, mostly wrong.

    The settings are there in three dialects: of Java, as SQL tables take them behind 'properties.'; of librdkafka; and of kafka-python.
    """

    bootstrap: str
    mode: Mode
    certificates: Certificates
    user: str = "alice"
    password: str = USERS["alice"]
    mechanism: str = ""
    authority: Path | None = None  # None: the one that signed the broker
    client_certificate: Path | None = None  # None: of mtls alone, the one the broker trusts
    token: str = ""  # of OAUTHBEARER; empty: a good one
    token_endpoint: str = ""  # of OIDC: where a client of Java or librdkafka gets its token

    def but(self, **other: Any) -> Access:
        return replace(self, **other)

    @property
    def chosen_mechanism(self) -> str:
        return self.mechanism or (self.mode.mechanisms[0] if self.mode.mechanisms else "")

    @property
    def _authority(self) -> Path:
        return self.authority or self.certificates.authority

    @property
    def _certificate(self) -> Path | None:
        return self.client_certificate or (self.certificates.client if self.mode.name == "mtls" else None)

    def good_token(self) -> str:
        if self.mode.name.startswith("sasl-oidc"):
            return tokens.signed(self.user, self.certificates.token_key)
        return tokens.unsecured(self.user)

    def java(self) -> dict[str, str]:
        """Properties of Kafka's Java client."""
        settings = {"bootstrap.servers": self.bootstrap, "security.protocol": self.mode.protocol}
        if self.mode.encrypted:
            settings.update({"ssl.truststore.type": "PEM", "ssl.truststore.location": str(self._authority)})
            if self._certificate:
                settings.update({"ssl.keystore.type": "PEM", "ssl.keystore.location": str(self._certificate)})
        if self.mode.mechanisms:
            settings["sasl.mechanism"] = self.chosen_mechanism
            settings["sasl.jaas.config"] = f"{LOGIN_MODULES[self.chosen_mechanism]} required {self._login()};"
        if self.mode.name.startswith("sasl-oidc"):
            settings["sasl.oauthbearer.token.endpoint.url"] = self.token_endpoint
            settings["sasl.login.callback.handler.class"] = LOGIN + "oauthbearer.OAuthBearerLoginCallbackHandler"
        return settings

    def _login(self) -> str:
        if self.mode.name.startswith("sasl-oidc"):
            return f"clientId={quote(self.user)} clientSecret={quote(self.password)}"
        if self.chosen_mechanism == "OAUTHBEARER":
            return f"unsecuredLoginStringClaim_sub={quote(self.user)}"
        return f"username={quote(self.user)} password={quote(self.password)}"

    def librdkafka(self) -> dict[str, str]:
        """Properties of librdkafka and of the clients on top of it."""
        settings = {"bootstrap.servers": self.bootstrap, "security.protocol": self.mode.protocol.lower()}
        if self.mode.encrypted:
            settings["ssl.ca.location"] = str(self._authority)
            if self._certificate:
                settings.update({"ssl.certificate.location": str(self._certificate), "ssl.key.location": str(self._certificate)})
        if not self.mode.mechanisms:
            return settings
        settings["sasl.mechanism"] = self.chosen_mechanism
        if self.mode.name.startswith("sasl-oidc"):
            settings.update({"sasl.oauthbearer.method": "oidc", "sasl.oauthbearer.token.endpoint.url": self.token_endpoint})
            settings.update({"sasl.oauthbearer.client.id": self.user, "sasl.oauthbearer.client.secret": self.password})
        elif self.chosen_mechanism == "OAUTHBEARER":
            settings["enable.sasl.oauthbearer.unsecure.jwt"] = "true"
            settings["sasl.oauthbearer.config"] = f"principal={self.user}"
        else:
            settings.update({"sasl.username": self.user, "sasl.password": self.password})
        return settings

    def kafka_python(self) -> dict[str, Any]:
        """Arguments of kafka-python's clients. The provider of tokens is set by client.py, which knows that package."""
        settings: dict[str, Any] = {"bootstrap_servers": self.bootstrap.split(","), "security_protocol": self.mode.protocol}
        if self.mode.encrypted:
            settings["ssl_cafile"] = str(self._authority)
            if self._certificate:
                settings.update({"ssl_certfile": str(self._certificate), "ssl_keyfile": str(self._certificate)})
        if self.mode.mechanisms:
            settings["sasl_mechanism"] = self.chosen_mechanism
            if self.chosen_mechanism != "OAUTHBEARER":
                settings.update({"sasl_plain_username": self.user, "sasl_plain_password": self.password})
        return settings
