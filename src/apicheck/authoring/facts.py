"""The facts of a policy that few checks name: promises about fields, limits and webhooks."""

from apicheck.model.facts import (
    Bucket,
    Challenge,
    Cors,
    Deprecation,
    Directive,
    Event,
    HeaderRule,
    Hsts,
    Never,
    RateHeaders,
    RateLimits,
    ResponseRule,
    Signature,
    Subscriptions,
    Tenant,
    Webhooks,
)

__all__ = [
    "Bucket",
    "Challenge",
    "Cors",
    "Deprecation",
    "Directive",
    "Event",
    "HeaderRule",
    "Hsts",
    "Never",
    "RateHeaders",
    "RateLimits",
    "ResponseRule",
    "Signature",
    "Subscriptions",
    "Tenant",
    "Webhooks",
]
