"""The facts of a policy: what is promised, typed.

A promise has three states: a value; `Never` (promised absent); None (silent: no check asserts
anything). Maps keep the policy's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.model.facts.access import (
    Authentication,
    Authorization,
    Foreign,
    Issued,
    Jwt,
    Tenant,
)
from apicheck.model.facts.document import Document
from apicheck.model.facts.formats import (
    Dates,
    Embed,
    Formats,
    Idempotency,
    Negotiation,
    Paging,
    Since,
)
from apicheck.model.facts.lifecycle import (
    Deprecation,
    EarlierDocument,
    LifecyclePromises,
    Versioning,
)
from apicheck.model.facts.limits import Bucket, RateHeaders, RateLimits
from apicheck.model.facts.oauth import OAuth, Pkce
from apicheck.model.facts.responses import (
    NEVER,
    Challenge,
    Directive,
    ExpectedResponse,
    HeaderRule,
    Never,
    ResponseRule,
    Selector,
    StatusSet,
    When,
)
from apicheck.model.facts.transport import Cors, Hsts, Transport
from apicheck.model.facts.versions import ApiVersion, RedirectedTo, ServedBy, Treatment, VersionEcho
from apicheck.model.facts.webhooks import (
    SIGNATURE_OPTIONS,
    SIGNATURE_VALUES,
    TARGET_KINDS,
    Delivery,
    Event,
    Signature,
    Subscriptions,
    Targets,
    Webhooks,
)
from apicheck.model.json import Json

__all__ = [
    "NEVER",
    "SIGNATURE_OPTIONS",
    "SIGNATURE_VALUES",
    "TARGET_KINDS",
    "ApiVersion",
    "Authentication",
    "Authorization",
    "Bucket",
    "Challenge",
    "Cors",
    "Dates",
    "Delivery",
    "Deprecation",
    "Directive",
    "Document",
    "EarlierDocument",
    "Embed",
    "Event",
    "ExpectedResponse",
    "Facts",
    "Foreign",
    "Formats",
    "HeaderRule",
    "Hsts",
    "Idempotency",
    "Issued",
    "Jwt",
    "LifecyclePromises",
    "Negotiation",
    "Never",
    "OAuth",
    "Paging",
    "Pkce",
    "RateHeaders",
    "RateLimits",
    "RedirectedTo",
    "ResponseRule",
    "Selector",
    "ServedBy",
    "Signature",
    "Since",
    "StatusSet",
    "Subscriptions",
    "Targets",
    "Tenant",
    "Transport",
    "Treatment",
    "VersionEcho",
    "Versioning",
    "Webhooks",
    "When",
]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a policy promises. The last section is validated and not yet typed."""

    operations: Mapping[str, Selector] = field(default_factory=dict)
    order: tuple[tuple[str, ...], ...] = ()
    """Stages of the server's order of checks; stages in one tuple come in any order."""
    authentication: Authentication = field(default_factory=Authentication)
    authorization: Authorization = field(default_factory=Authorization)
    oauth: OAuth | None = None
    requests: Mapping[str, ExpectedResponse | str] = field(default_factory=dict)
    """Kind of bad request (unknown_path, media, syntax …) -> response, "ignored", "as-get"."""
    body_limit_bytes: int | None = None
    """Longer bodies get the response `requests.too_large` (its `over`)."""
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)
    rate_limits: RateLimits | None = None
    versioning: Versioning | None = None
    webhooks: Never | Webhooks | None = None
    transport: Transport = field(default_factory=Transport)
    formats: Formats = field(default_factory=Formats)
    document: Document = field(default_factory=Document)
    client: Mapping[str, Json] = field(default_factory=dict)
