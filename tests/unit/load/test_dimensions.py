"""The dimensions in which five providers differ, each as the policy of the provider has it.

The table was made from what the providers publish, and not from their policies: fact -> its value,
None where the provider promises nothing. Where a policy assumes a value, the fact has grade A.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from apicheck.model.json import Json
from apicheck.model.verdict import Grade
from tests.unit.load.test_published_clauses import loaded

PROVIDERS = ("capengage", "capsule", "webengage", "dahimail", "emitrr")
DIMENSIONS: Mapping[str, tuple[Json, ...]] = {
    # base and version, hosts, the account in the path
    "versioning.in": ("path", "path", None, "path", None),
    "transport.hosts.in": (None, None, "api.in.webengage.com", None, None),
    "authorization.tenant.parameter": (None, None, "licenseCode", None, None),
    # credentials, and who may not
    "authentication.credential_in": (["header"],) * 5,
    "oauth.token": ("token", "token", None, None, None),
    "authentication.jwt.keys": ("getKeys", None, None, None, None),
    "authorization.refusal": (None, None, 401, 403, None),
    "authorization.refusal.status": (None, 403, None, None, None),
    "authorization.refusal.challenge.scheme": (None, "Bearer", None, None, None),
    # envelopes of successes and errors, and of a refusal by limit
    "responses.container.schema.required": (None, None, ["response"], None, None),
    "responses.wrapper.schema.required": (None, None, None, ["data"], None),
    "responses.invalid.schema.required": (None, None, None, ["errors"], None),
    "responses.limited.schema": (None, "RateError", None, None, None),
    # requests that are not valid
    "requests.schema": (422, 422, 400, 422, 400),
    "requests.syntax": (None, 400, 400, 400, 400),
    # limits: what counts, the numbers, the fields, how long to wait
    "rate_limits.per": ("token", "user", "account", "user", "token"),
    "rate_limits.window": ("60s", "1h", "60s", "60s", "60s"),
    "rate_limits.user.limit": (None, 4000, None, None, None),
    "rate_limits.events.limit": (None, None, 5000, None, None),
    "rate_limits.scrape.limit": (None, None, None, 3, None),
    "rate_limits.email.limit": (None, None, None, None, 300),
    "rate_limits.headers.limit": (*("X-RateLimit-Limit",) * 4, None),
    "rate_limits.headers.reset.unit": ("epoch-seconds", "epoch-seconds", None, None, None),
    "rate_limits.headers_when.status": (["2xx", 429], ["2xx", 429], ["2xx", 429], None, None),
    "rate_limits.refusal.retry_after.only": (429, None, None, 429, None),
    "client.on_429.wait": ("retry-after", "reset", "60s", None, None),
    # lists, dates, media
    "formats.paging.links": (None, "header", None, "/links", None),
    "formats.paging.size": (None, "perPage", None, "per_page", None),
    "formats.dates": (None, "rfc3339-z", None, "rfc3339-z", None),
    "formats.dates.form": (None, None, "yyyy-MM-dd'T'HH:mm:ssZ", None, None),
    "formats.negotiation.parameter": (None, None, "format", None, None),
    "responses.created.headers.Location.format": (None, "resolves", None, None, None),
    # webhooks
    "webhooks": (None, None, None, None, "none"),
    "webhooks.signature.scheme": ("hmac", None, "md5-query", None, None),
    "webhooks.signature": (None, "none", None, None, None),
    "webhooks.delivery.acknowledged": ("2xx", "2xx", 200, None, None),
    "webhooks.payload.array": (None, True, None, None, None),
    "webhooks.subscriptions.limit": (None, 20, None, None, None),
    "webhooks.delivery.ends_on": (None, 410, None, None, None),
    "webhooks.id.header": (None, None, "x-request-id", None, None),
    # HTTPS, notice, requests that come again
    "transport.https": (None, "required", "required", None, "required"),
    "transport.plain": (None, None, None, None, "refused"),
    "versioning.promises.support": ("12 months", None, None, None, None),
    "versioning.promises.notice": ("90 days", None, None, None, "90 days"),
    "formats.idempotency.ttl": (None, None, "4h", None, None),
}
ASSUMED = {
    "capengage": ("rate_limits.window", "requests.schema", "webhooks.signature.scheme"),
    "capsule": ("authorization.foreign", "webhooks.subscriptions.over_limit"),
    "dahimail": ("versioning.in", "requests.method"),
    "emitrr": ("rate_limits.per", "rate_limits.refusal", "responses.error"),
}
"""Facts that no text of the provider has."""


@pytest.mark.parametrize("fact", DIMENSIONS)
def test_the_policies_differ_as_the_providers_do(fact: str) -> None:
    found = {}
    for provider in PROVIDERS:
        written = {one.path: one.value for one in loaded(provider).origins if one.kind == "policy"}
        found[provider] = written.get(fact)
    assert found == dict(zip(PROVIDERS, DIMENSIONS[fact], strict=True))


@pytest.mark.parametrize(
    ("provider", "fact"), [(one, fact) for one, facts in ASSUMED.items() for fact in facts]
)
def test_what_no_text_of_the_provider_has_is_an_assumption(provider: str, fact: str) -> None:
    grades = loaded(provider).grades
    above = [path for path in grades if fact == path or fact.startswith(f"{path}.")]
    below = [path for path in grades if path.startswith(f"{fact}.")]
    assert any(grades[path] is Grade.ASSUMED for path in (*above, *below)), (above, below)
