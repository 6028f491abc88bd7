"""Verifies deliveries as a receiver does, with hmac and hashlib, as the schemes' pages describe."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apicheck.model.facts import Signature
from reference_server.seam import seam

_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Incoming:
    """A delivery as it came. headers: names in lower case. now: epoch seconds.

    foreign_secret: that of another tenant, which signs nothing that comes here.
    """

    facts: Signature
    secret: str
    headers: Mapping[str, str]
    body: bytes
    now: float
    foreign_secret: str = ""

    def field(self, name: str) -> str:
        """A header field, "" when it is absent."""
        return self.headers.get(name.lower(), "")

    def option(self, name: str, default: str) -> str:
        """An option of the scheme."""
        return self.facts.options.get(name, default)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a scheme's fields hold. macs: (version, signature), the version "" where it has none."""

    macs: tuple[tuple[str, str], ...]
    timestamp: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a scheme is read. version: that counts. dated: whether it signs a time."""

    read: Callable[[Incoming], Fields]
    content: Callable[[Incoming, Fields], bytes]
    version: str = ""
    dated: bool = False
    encoding: str = "hex"
    bounds_future: bool = True


class Refused(Exception):
    """A delivery is not accepted. status: of the response."""

    def __init__(self, text: str, status: int = _UNAUTHORIZED) -> None:
        super().__init__(text)
        self.status = status


@seam
def verify(incoming: Incoming) -> None:
    """Verify a delivery before anything else is done with it. Raises Refused."""
    fields = read_fields(incoming)
    if not is_recent(incoming, fields):
        raise Refused("the time of signing is too far from now")
    macs = select_macs(incoming, fields)
    expected = [
        mac for content in list_contents(incoming, fields) for mac in compute(incoming, content)
    ]
    if not any(is_equal(one, mac) for one in expected for mac in macs):
        raise Refused("the signature does not match")


def read_fields(incoming: Incoming) -> Fields:
    """Read the fields of the scheme. Raises Refused where one is absent."""
    scheme = find_scheme(incoming.facts)
    fields = scheme.read(incoming)
    if not fields.macs or fields.id == "" or (scheme.dated and not fields.timestamp):
        raise Refused("a field of the signature is absent")
    return fields


@seam
def is_recent(incoming: Incoming, fields: Fields) -> bool:
    """Whether the time of signing is within the tolerance; always where none is signed."""
    scheme = find_scheme(incoming.facts)
    if not scheme.dated:
        return True
    stamp = fields.timestamp or ""
    if not (stamp.isascii() and stamp.isdigit()):
        return False
    age = incoming.now - int(stamp)
    return age <= incoming.facts.tolerance_s and (
        not scheme.bounds_future or age >= -incoming.facts.tolerance_s
    )


@seam
def select_macs(incoming: Incoming, fields: Fields) -> tuple[str, ...]:
    """Select the signatures of the version that counts."""
    version = find_scheme(incoming.facts).version
    return tuple(mac for name, mac in fields.macs if name == version)


@seam
def list_contents(incoming: Incoming, fields: Fields) -> tuple[bytes, ...]:
    """List what may have been signed: the raw bytes."""
    return (find_scheme(incoming.facts).content(incoming, fields),)


@seam
def list_keys(incoming: Incoming) -> tuple[bytes, ...]:
    """List the keys that the secret stands for."""
    return (decode_key(incoming.facts, incoming.secret),)


def decode_key(facts: Signature, secret: str) -> bytes:
    """The key that a secret stands for."""
    if facts.scheme == "standard-webhooks":
        return b64decode(secret.removeprefix("whsec_"))
    return secret.encode()


@seam
def is_equal(expected: str, mac: str) -> bool:
    """Whether a signature is the expected one, in constant time."""
    return hmac.compare_digest(expected.encode(), mac.encode())


def compute(incoming: Incoming, content: bytes) -> list[str]:
    """Compute the signatures of a content, one for each key."""
    digest = incoming.option("algorithm", "sha256")
    found = [hmac.new(key, content, digest).digest() for key in list_keys(incoming)]
    return [_ENCODINGS[_find_encoding(incoming.facts)](one) for one in found]


def find_scheme(facts: Signature) -> Scheme:
    """Find how a scheme is read. Raises KeyError for one that this receiver does not know."""
    return _SCHEMES[facts.scheme] if facts.scheme != "hmac" else _describe_hmac(facts)


def _find_encoding(facts: Signature) -> str:
    return facts.options.get("encoding", find_scheme(facts).encoding)


def _read_standard_webhooks(incoming: Incoming) -> Fields:
    prefix = incoming.option("prefix", "webhook-")
    pairs = [item.split(",", 1) for item in incoming.field(f"{prefix}signature").split(" ") if item]
    return Fields(
        tuple((pair[0], pair[1]) if pair[1:] else ("", pair[0]) for pair in pairs),
        incoming.field(f"{prefix}timestamp"),
        incoming.field(f"{prefix}id"),
    )


def _read_pairs(header: str, separator: str, time: str) -> Callable[[Incoming], Fields]:
    def read(incoming: Incoming) -> Fields:
        sent = incoming.field(incoming.option("header", header))
        pairs = [item.strip().partition("=")[::2] for item in sent.split(separator) if item]
        stamps = [value for name, value in pairs if name == time]
        return Fields(tuple(p for p in pairs if p[0] != time), stamps[0] if stamps else "")

    return read


def _read_one(header: str, prefix: str = "", time: str = "") -> Callable[[Incoming], Fields]:
    def read(incoming: Incoming) -> Fields:
        sent = incoming.field(incoming.option("header", header))
        stamp = incoming.field(incoming.option("timestamp", time)) if time else None
        if not sent:
            return Fields((), stamp)
        known = sent.startswith(prefix)
        return Fields((("", sent.removeprefix(prefix)) if known else ("?", sent),), stamp)

    return read


def _describe_hmac(facts: Signature) -> Scheme:
    """A scheme that a policy describes: one header, perhaps a time in another."""
    options = facts.options
    prefix, _, _ = options.get("value", "{mac}").partition("{mac}")
    time = options.get("timestamp", "")

    def content(incoming: Incoming, fields: Fields) -> bytes:
        signed = options.get("signed", "{body}").replace("{timestamp}", fields.timestamp or "")
        before, _, after = signed.partition("{body}")
        return before.encode() + incoming.body + after.encode()

    read = _read_one("X-Signature", prefix, time)
    return Scheme(read, content, dated=bool(time))


def _body_after(before: Callable[[Fields], str]) -> Callable[[Incoming, Fields], bytes]:
    return lambda incoming, fields: before(fields).encode() + incoming.body


_ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: b64encode(digest).decode(),
    "base64url": lambda digest: urlsafe_b64encode(digest).decode().rstrip("="),
}
_SCHEMES: Mapping[str, Scheme] = {
    "standard-webhooks": Scheme(
        _read_standard_webhooks,
        _body_after(lambda fields: f"{fields.id}.{fields.timestamp}."),
        version="v1",
        dated=True,
        encoding="base64",
    ),
    "stripe": Scheme(
        _read_pairs("Stripe-Signature", ",", "t"),
        _body_after(lambda fields: f"{fields.timestamp}."),
        version="v1",
        dated=True,
        bounds_future=False,
    ),
    "paddle": Scheme(
        _read_pairs("Paddle-Signature", ";", "ts"),
        _body_after(lambda fields: f"{fields.timestamp}:"),
        version="h1",
        dated=True,
    ),
    "github": Scheme(_read_one("X-Hub-Signature-256", "sha256="), _body_after(lambda _: "")),
    "slack": Scheme(
        _read_one("X-Slack-Signature", "v0=", "X-Slack-Request-Timestamp"),
        _body_after(lambda fields: f"v0:{fields.timestamp}:"),
        dated=True,
    ),
    "shopify": Scheme(
        _read_one("X-Shopify-Hmac-Sha256"), _body_after(lambda _: ""), encoding="base64"
    ),
}
