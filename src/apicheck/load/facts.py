"""From the `facts:` of a policy, already valid against the schema, to typed facts."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.load.grammar import (
    as_list,
    parse_duration,
    parse_headers,
    parse_optional_response,
    parse_optional_selector,
    parse_optional_statuses,
    parse_response,
    parse_selector,
    parse_selectors,
    parse_when,
)
from apicheck.load.transport_facts import parse_transport
from apicheck.load.webhook_facts import parse_webhooks
from apicheck.model.facts import (
    NEVER,
    Authentication,
    Authorization,
    Bucket,
    Deprecation,
    Facts,
    Foreign,
    Issued,
    Jwt,
    Never,
    OAuth,
    RateHeaders,
    RateLimits,
    ResponseRule,
    Tenant,
    Versioning,
    When,
)
from apicheck.model.json import Json
from apicheck.model.quantities import parse_size

DEFAULT_WINDOW_S = 60.0


def build_facts(facts: Mapping[str, Json]) -> Facts:
    """The facts as typed values."""
    limits, versions = facts.get("rate_limits"), facts.get("versioning")
    bad_requests: Mapping[str, Json] = facts.get("requests", {})
    return Facts(
        operations=parse_selectors(facts.get("operations")),
        order=tuple(tuple(as_list(stage)) for stage in facts.get("order", ())),
        authentication=_authentication(facts.get("authentication", {})),
        authorization=_authorization(facts.get("authorization", {})),
        oauth=_oauth(facts["oauth"]) if "oauth" in facts else None,
        requests={
            kind: value if value in ("ignored", "as-get") else parse_response(value)
            for kind, value in bad_requests.items()
        },
        body_limit_bytes=_size(bad_requests.get("too_large")),
        responses={name: _rule(rule) for name, rule in facts.get("responses", {}).items()},
        rate_limits=None if limits is None else _rate_limits(limits),
        versioning=None if versions is None else _versioning(versions),
        webhooks=parse_webhooks(facts.get("webhooks")),
        transport=parse_transport(facts.get("transport", {})),
        formats=facts.get("formats", {}),
        client=facts.get("client", {}),
    )


def _size(too_large: Json) -> int | None:
    over = too_large.get("over") if isinstance(too_large, Mapping) else None
    return over if over is None or isinstance(over, int) else parse_size(over)


def _authentication(value: Mapping[str, Json]) -> Authentication:
    refusal = value.get("refusal")
    both = refusal
    if isinstance(refusal, Mapping) and {"anonymous", "bad"} & set(refusal):
        anonymous, bad = refusal.get("anonymous"), refusal.get("bad")
    else:
        anonymous = bad = both
    return Authentication(
        anonymous=parse_optional_response(anonymous),
        bad=parse_optional_response(bad),
        prefix=value.get("prefix"),
        states={state: parse_response(a) for state, a in value.get("states", {}).items()},
        credential_in=tuple(value.get("credential_in", ())),
        revoked_within_s=parse_duration(value.get("revoked_within")),
        lifetime_s=parse_duration(value.get("lifetime")),
        security=parse_selectors(value.get("security")),
        unknown_paths=parse_optional_response(value.get("unknown_paths")),
        never=parse_optional_statuses(value.get("never")),
        anonymous_may=parse_optional_selector(value.get("anonymous_may")),
        several=parse_optional_response(value.get("several")),
        jwt=Jwt(**value["jwt"]) if "jwt" in value else None,
        issued={name: Issued(**issued) for name, issued in value.get("issued", {}).items()},
    )


def _authorization(value: Mapping[str, Json]) -> Authorization:
    tenant: Mapping[str, Json] = value.get("tenant", {})
    return Authorization(
        refusal=parse_optional_response(value.get("refusal")),
        scopes=parse_selectors(value.get("scopes")),
        needs=value.get("needs", "all"),
        implies={
            scope: tuple(as_list(implied)) for scope, implied in value.get("implies", {}).items()
        },
        permissions=parse_selectors(value.get("permissions")),
        roles=parse_selectors(value.get("roles")),
        foreign={whose: _foreign(a) for whose, a in value.get("foreign", {}).items()},
        tenants=tuple(
            Tenant(
                parameter=parameter,
                unknown=parse_optional_response(tenant.get("unknown")),
                foreign=parse_optional_response(tenant.get("foreign")),
            )
            for parameter in as_list(tenant.get("parameter", ()))
        ),
        absent=parse_optional_response(value.get("absent")),
        hidden=parse_optional_selector(value.get("hidden")),
    )


def _foreign(value: Json) -> Foreign:
    if value == "as-absent":
        return Foreign(None)
    if not isinstance(value, Mapping):
        return Foreign(parse_response(value))
    ops = parse_optional_selector(value.get("ops"))
    return Foreign(None if "answer" in value else parse_response(value), ops)


def _oauth(value: Mapping[str, Json]) -> OAuth:
    named = (
        "token", "authorize", "revoke", "lifetime", "refresh", "refresh_scope", "client_in",
        "bad_client", "bad_scope", "bad_grant",
    )  # fmt: skip
    refresh = value.get("refresh", "")
    if isinstance(refresh, bool):
        refresh = "yes" if refresh else "no"
    return OAuth(
        token=value.get("token", ""),
        authorize=value.get("authorize", ""),
        revoke=value.get("revoke", ""),
        lifetime_s=parse_duration(value.get("lifetime")),
        refresh=refresh,
        refresh_scope=value.get("refresh_scope", ""),
        client_in=tuple(value.get("client_in", ())),
        bad_client=parse_optional_response(value.get("bad_client")),
        bad_scope=parse_optional_response(value.get("bad_scope")),
        bad_grant=parse_optional_response(value.get("bad_grant")),
        others={key: other for key, other in value.items() if key not in named},
    )


def _rule(value: Mapping[str, Json]) -> ResponseRule:
    return ResponseRule(
        when=parse_when(value.get("when")) or When(),
        headers=parse_headers(value.get("headers")),
        absent=tuple(as_list(value.get("absent", ()))),
        media=value.get("media"),
        schema=value.get("schema"),
        equal=value.get("equal", {}),
    )


def _rate_limits(value: Mapping[str, Json]) -> RateLimits:
    per = value.get("per", "token")
    window = parse_duration(value.get("window")) or DEFAULT_WINDOW_S
    counts = value.get("counts")
    detailed = counts if isinstance(counts, Mapping) else {"status": counts}
    refusal = value.get("refusal")
    retry = refusal.get("retry_after") if isinstance(refusal, Mapping) else None
    return RateLimits(
        buckets={
            name: Bucket(
                name=name,
                limit=bucket.get("limit"),
                window_s=parse_duration(bucket.get("window")) or window,
                ops=parse_optional_selector(bucket.get("ops")),
                per=bucket.get("per", per),
                burst=bucket.get("burst"),
                also=tuple(as_list(bucket.get("also", ()))),
            )
            for name, bucket in value.get("buckets", {}).items()
        },
        per=per,
        algorithm=value.get("algorithm"),
        counts=parse_optional_statuses(detailed.get("status")),
        counts_refused=detailed.get("refused"),
        headers=_rate_headers(value.get("headers")),
        headers_when=parse_when(value.get("headers_when")),
        refusal=parse_optional_response(refusal),
        retry_after=_retry_after(retry),
        retry_after_only=(
            parse_optional_statuses(retry.get("only")) if isinstance(retry, Mapping) else None
        ),
        over=value.get("over", "refuse"),
        plans=value.get("plans", {}),
        before_credential=value.get("before") == "credential",
    )


def _retry_after(value: Json) -> str | Never | None:
    form = value.get("form", "any") if isinstance(value, Mapping) else value
    if form == "never":
        return NEVER
    return None if form in (None, "unspecified") else str(form)


def _rate_headers(value: Mapping[str, Json] | None) -> RateHeaders | None:
    if value is None:
        return None
    reset = value.get("reset")
    detailed: Mapping[str, Json] = reset if isinstance(reset, Mapping) else {"name": reset}
    return RateHeaders(
        limit=value.get("limit"),
        remaining=value.get("remaining"),
        reset=detailed.get("name"),
        reset_unit=detailed.get("unit", "epoch-seconds"),
        policy=value.get("policy"),
    )


def _versioning(value: Mapping[str, Json]) -> Versioning:
    named = ("in", "versions", "unknown", "promises", "deprecations")
    return Versioning(
        deprecations=tuple(_deprecation(d) for d in value.get("deprecations", ())),
        place=value.get("in"),
        versions=value.get("versions", {}),
        unknown=parse_optional_response(value.get("unknown")),
        promises=value.get("promises", {}),
        others={key: other for key, other in value.items() if key not in named},
    )


def _deprecation(value: Mapping[str, Json]) -> Deprecation:
    links = value.get("links", {})
    return Deprecation(
        ops=parse_selector(value["ops"]),
        since=value.get("since", ""),
        sunset=value.get("sunset", ""),
        successor=value.get("successor", ""),
        links=links if isinstance(links, Mapping) else dict.fromkeys(links, ""),
        headers=parse_headers(value.get("headers")),
        when=parse_when(value.get("when")),
    )
