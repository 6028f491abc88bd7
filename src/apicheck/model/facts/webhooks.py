"""Webhooks: subscriptions, signatures and deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.responses import ExpectedResponse, HeaderRule, Never, StatusSet
from apicheck.model.json import Json


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """How a partner subscribes to webhooks by the API itself; pointers into the bodies.

    url, events: in the request that creates one; secret, id: in its response. secret_shown:
    "once", when the subscription is made, "" where the policy does not say. rotate: the operation
    whose response has a new secret. overlap: how long the old one signs beside it, None where the
    policy does not say.
    """

    create: str
    delete: str = ""
    read: str = ""
    list: str = ""
    rotate: str = ""
    url: str = "/url"
    events: str = "/events"
    secret: str = "/secret"
    id: str = "/id"
    limit: int | None = None
    per: str | None = None
    over_limit: ExpectedResponse | None = None
    secret_shown: str = ""
    overlap_s: float | None = None


SIGNATURE_OPTIONS: Mapping[str, frozenset[str]] = {
    "standard-webhooks": frozenset({"prefix", "version"}),
    "stripe": frozenset({"header"}),
    "github": frozenset({"header"}),
    "slack": frozenset({"header", "timestamp"}),
    "shopify": frozenset({"header"}),
    "twilio": frozenset({"algorithm", "keyid", "url"}),
    "paddle": frozenset({"header"}),
    "paypal": frozenset({"webhook_id", "host"}),
    "http-message-signatures": frozenset({"components", "algorithm", "key", "keyid", "label"}),
    "hmac": frozenset(
        {"header", "value", "separator", "algorithm", "encoding", "signed", "timestamp", "unit"}
        | {"key", "id", "url"}
    ),
    "md5-query": frozenset({"parameter", "signed"}),
}
"""The schemes of webhook signatures, each with the options that it takes besides `tolerance`."""

SIGNATURE_VALUES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("hmac", "algorithm"): ("sha1", "sha256", "sha384", "sha512"),
    ("hmac", "encoding"): ("hex", "base64", "base64url"),
    ("twilio", "algorithm"): ("sha1", "sha256"),
    ("http-message-signatures", "algorithm"): (
        *("hmac-sha256", "ed25519", "ecdsa-p256-sha256", "rsa-v1_5-sha256"),
    ),
    ("http-message-signatures", "key"): ("text", "base64"),
    ("standard-webhooks", "version"): ("v1", "v1a"),
}
"""The values that an option of a scheme can have, where not any text will do."""


@dataclass(frozen=True, slots=True)
class Signature:
    """`webhooks.signature`: a scheme of `SIGNATURE_OPTIONS`, and its options as written."""

    scheme: str
    options: Mapping[str, str] = field(default_factory=dict)
    tolerance_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """`webhooks.delivery`. acknowledged: statuses that count as received.

    method, media, headers: of the request that delivers. retries_s: the gaps before each retry.
    order: of first attempts, "guaranteed" for those to a subscription, "per-object" for those about
    one object, "none". duplicates: of what was acknowledged, "never" or "possible".
    body_limit_bytes: a longer body is never sent.
    """

    method: str = ""
    media: str = ""
    headers: Mapping[str, HeaderRule] = field(default_factory=dict)
    acknowledged: StatusSet | None = None
    timeout_s: float | None = None
    within_s: float | None = None
    retries_s: tuple[float, ...] = ()
    redirects: str | None = None
    order: str | None = None
    duplicates: str | None = None
    body_limit_bytes: int | None = None
    ends_on: StatusSet | None = None
    then: str | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """`webhooks.targets`: the URLs that may be subscribed.

    schemes: of the URL. refused: kinds of addresses, of `TARGET_KINDS`. refusal: the response to
    a subscription with another URL; None where the policy does not say.
    """

    schemes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    refusal: ExpectedResponse | None = None


TARGET_KINDS = ("loopback", "private", "link-local", "metadata")
"""Addresses inside a provider's network (RFC 6890): no subscriber is there."""


@dataclass(frozen=True, slots=True)
class Event:
    """`webhooks.events.<name>`. cause: operation that makes it happen, "" when none is known."""

    name: str
    cause: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`webhooks`. subscriptions None: set up outside the API (a dashboard).

    receiver: the operation to which deliveries go, where the policy is one of a receiver; "" where
    it is one of a provider, who sends them.
    """

    events: Mapping[str, Event] = field(default_factory=dict)
    subscriptions: Subscriptions | None = None
    signature: Never | Signature | None = None
    delivery: Delivery = field(default_factory=Delivery)
    payload: Mapping[str, Json] = field(default_factory=dict)
    id: Mapping[str, str] = field(default_factory=dict)
    """Where a delivery's id is: {"header": name} or {"pointer": pointer}."""
    targets: Targets = field(default_factory=Targets)
    receiver: str = ""
    https: str = ""
    """Whether URLs of receivers begin with https: "required" or "recommended"; "": not said."""

    @property
    def id_pointer(self) -> str:
        """Where the body of a delivery has the delivery's id, "" where it does not."""
        return self.id.get("pointer") or str(self.payload.get("id", ""))
