"""Rate limits as servers and gateways report them."""

from typing import Any

import pytest

OPEN = """
openapi: 3.1.0
info: {title: Open, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses: {"200": {description: some}, "429": {description: slow down}}
"""
POLICY = """
policy: limits
facts:
  rate_limits:
    per: ip
    window: 2s
    headers:
      limit: LIMIT
      remaining: REMAINING
      reset: {name: RESET, unit: seconds}
    refusal: {status: 429, retry_after: seconds}
    buckets: {general: {limit: 3}}
clauses:
  RATE:
    quote: 3 in 2 seconds
    checks: [ratelimit/limit-header, ratelimit/remaining, ratelimit/reset]
"""
FORMS = {
    "a list with windows": (
        ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
        {
            "RateLimit-Limit": "3, 3;w=2, 1000;w=3600",
            "RateLimit-Remaining": "{left}",
            "RateLimit-Reset": "2",
        },
    ),
    "one dictionary": (
        ("RateLimit", "RateLimit", "RateLimit"),
        {"RateLimit": "limit=3, remaining={left}, reset=2"},
    ),
    "policies and what is left": (
        ("RateLimit-Policy", "RateLimit", "RateLimit"),
        {"RateLimit-Policy": '"default";q=3;w=2', "RateLimit": '"default";r={left};t=2'},
    ),
}


def limited(sent: Any, form: dict[str, str]) -> Any:
    """Refuses every fourth request, as if a window had ended then."""
    count = [0]

    def respond(_: Any) -> Any:
        count[0] += 1
        left = -count[0] % 4
        fields = {
            name: text.replace("{left}", str(left and left - 1)) for name, text in form.items()
        }
        return sent(200, [], fields) if left else sent(429, {}, {**fields, "Retry-After": "2"})

    return respond


@pytest.mark.parametrize("form", FORMS)
def test_limits_by_address_are_read_on_public_operations_in_every_form(
    run: Any, sent: Any, form: str
) -> None:
    names, fields = FORMS[form]
    policy = POLICY
    for word, name in zip(("LIMIT", "REMAINING", "RESET"), names, strict=True):
        policy = policy.replace(word, name)
    outcome = run(OPEN, limited(sent, fields), policy=policy)
    assert outcome.findings() == []
    assert outcome.verdict("RATE") == "pass"
    wrong = {name: text.replace("3", "4") for name, text in fields.items()}
    assert run(OPEN, limited(sent, wrong), policy=policy).findings("ratelimit/limit-header")
