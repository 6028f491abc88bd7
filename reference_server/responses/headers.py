"""Header fields: those that the policy promises, those of limits and of deprecation."""

from __future__ import annotations

import math
import re
import uuid
from urllib.parse import quote

from apicheck.model.facts import NEVER, HeaderRule, Hsts
from apicheck.model.json import MISSING
from reference_server.call import PLAIN, Admission, Call, Refusal
from reference_server.policy import find_promise, find_rules, rule_applies
from reference_server.seam import seam
from reference_server.state.clock import format_http_date, parse_instant

Fields = list[tuple[str, str]]

_ELSEWHERE = frozenset(
    {"content-type", "content-length", "date", "www-authenticate", "retry-after", "location",
     "deprecation", "sunset", "link", "allow"}
)  # fmt: skip
"""Fields that are sent where they have something to say, and not because they are documented."""


@seam
def make_promised_headers(call: Call, status: int, refusal: Refusal | None) -> Fields:
    """Fields of the response rules in force, and of the promised refusal."""
    wanted: dict[str, HeaderRule] = {}
    for rule in find_rules(call, status):
        wanted.update(rule.headers)
    promise = find_promise(call, refusal) if refusal else None
    wanted.update(promise.headers if promise else {})
    made = ((name, _make_value(call, name, status, rule)) for name, rule in wanted.items())
    return [(name, value) for name, value in made if value is not None]


def _make_value(call: Call, name: str, status: int, rule: HeaderRule) -> str | None:
    if rule.equals is not None:
        return rule.equals
    if name.lower() in _ELSEWHERE:
        return None
    echoed = call.header(rule.echo) if rule.echo else None
    if rule.echo and rule.optional and echoed is None:
        return None
    new = uuid.uuid4()
    candidates = [
        echoed,
        _list_directives(rule),
        None if rule.unique else _sample_header(call, name, status),
        call.server.variant.format_uuid(str(new)) if rule.format in (None, "uuid") else None,
        new.hex,
        f"req_{new.hex}",
        format_http_date(call.server.clock.now()) if rule.format == "http-date" else None,
        "1",
    ]
    pattern = re.compile(rule.pattern or ".*")
    return next((value for value in candidates if value and pattern.fullmatch(value)), None)


def _list_directives(rule: HeaderRule) -> str | None:
    """A field that has the promised directives, each with the number that it may have."""
    said = []
    for name, directive in rule.directives.items():
        seconds = directive.at_least_s if directive.at_most_s is None else directive.at_most_s
        if not directive.never:
            said.append(name if seconds is None else f"{name}={seconds:.0f}")
    return ", ".join(said) or None


def _sample_header(call: Call, name: str, status: int) -> str | None:
    response = call.operation.response_for(status) if call.operation else None
    for header in response.headers if response else ():
        if header.name.lower() == name.lower():
            value = call.server.profile.schemas.sample(header.schema)
            return None if value is MISSING or value is None else str(value)
    return None


def make_documented_headers(call: Call, status: int, sent: Fields) -> Fields:
    """Fields that the document requires and nothing else has sent yet."""
    known = {name.lower() for name, _ in sent} | _ELSEWHERE | _list_rate_names(call)
    response = call.operation.response_for(status) if call.operation else None
    return [
        (header.name, _sample_header(call, header.name, status) or "1")
        for header in (response.headers if response else ())
        if header.required and header.name.lower() not in known
    ]


def _list_rate_names(call: Call) -> set[str]:
    limits = call.server.profile.facts.rate_limits
    names = limits.headers if limits else None
    if names is None:
        return set()
    return {str(n).lower() for n in (names.limit, names.remaining, names.reset, names.policy) if n}


def wants_rate_headers(call: Call, status: int) -> bool:
    """Whether a response has the rate-limit fields."""
    limits = call.server.profile.facts.rate_limits
    if limits is None or limits.headers is None or not call.rules or not call.rules.buckets:
        return False
    if limits.headers_when is None:
        return call.identity is not None
    return rule_applies(call, limits.headers_when, status)


@seam
def make_rate_headers(call: Call, admission: Admission) -> Fields:
    """The rate-limit fields of a bucket."""
    limits = call.server.profile.facts.rate_limits
    if limits is None or limits.headers is None:
        return []
    names, standing = limits.headers, admission.standing
    window = int(admission.bucket.window_s)
    values = (
        (names.limit, str(admission.limit)),
        (names.remaining, str(max(0, admission.limit - standing.used))),
        (names.reset, _format_reset(names.reset_unit, standing.resets, call.server.clock.now())),
        (names.policy, f'"{admission.bucket.name}";q={admission.limit};w={window}'),
    )
    return [(name, value) for name, value in values if name]


def _format_reset(unit: str, at: float, now: float) -> str:
    left = max(0, math.ceil(at - now))
    return {
        "epoch-seconds": str(math.ceil(at)),
        "epoch-milliseconds": str(math.ceil(at * 1000)),
        "seconds": str(left),
        "http-date": format_http_date(math.ceil(at)),
    }[unit]


@seam
def make_retry_after(call: Call, admission: Admission) -> Fields:
    """When to come back."""
    limits = call.server.profile.facts.rate_limits
    form = limits.retry_after if limits else None
    if form is NEVER or (form is None and not _is_documented(call, "Retry-After", 429)):
        return []
    now = call.server.clock.now()
    if form == "http-date":
        return [("Retry-After", format_http_date(math.ceil(admission.standing.retry)))]
    return [("Retry-After", str(max(1, math.ceil(admission.standing.retry - now))))]


def _is_documented(call: Call, name: str, status: int) -> bool:
    response = call.operation.response_for(status) if call.operation else None
    return any(h.name.lower() == name.lower() for h in (response.headers if response else ()))


@seam
def make_lifecycle_headers(call: Call, status: int) -> Fields:
    """Deprecation (RFC 9745), Sunset (RFC 8594) and Link of a deprecated operation."""
    item = call.rules.deprecation if call.rules else None
    if item is None or not rule_applies(call, item.when, status):
        return []
    made: Fields = []
    if item.since:
        made.append(("Deprecation", f"@{int(parse_instant(item.since))}"))
    if item.sunset:
        made.append(("Sunset", format_http_date(parse_instant(item.sunset))))
    links = dict(item.links)
    if item.successor:
        links["successor-version"] = links.get("successor-version") or _fill_path(
            call, item.successor
        )
    made += [("Link", f'<{url or "/"}>; rel="{relation}"') for relation, url in links.items()]
    for name, rule in item.headers.items():
        value = _make_value(call, name, status, rule)
        made += [(name, value)] if value is not None else []
    return made


def _fill_path(call: Call, operation_id: str) -> str:
    path = call.server.profile.spec.operation(operation_id).path
    for name, value in call.match.parameters.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path


@seam
def make_date(call: Call, status: int) -> Fields:
    """The Date field."""
    del status
    skew = call.server.variant.date_skew_s  # of whole seconds, as clocks of several machines have
    return [("Date", format_http_date(call.server.clock.now() + skew))]


@seam
def make_hsts(call: Call, status: int) -> Fields:
    """Strict-Transport-Security, on a response over HTTPS."""
    del status
    promised = call.server.profile.facts.transport.hsts
    return list_hsts(promised) if promised and is_secure(call) else []


def is_secure(call: Call) -> bool:
    """Whether a request came by TLS, or whatever ended TLS says so."""
    if call.entry:
        return call.entry != PLAIN
    return call.header("x-forwarded-proto") == "https"


def list_hsts(promised: Hsts) -> Fields:
    """The field as promised."""
    directives = [
        f"max-age={promised.max_age_s:.0f}",
        *(["includeSubDomains"] if promised.subdomains else []),
        *(["preload"] if promised.preload else []),
    ]
    return [("Strict-Transport-Security", "; ".join(directives))]
