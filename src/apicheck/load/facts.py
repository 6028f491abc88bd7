"""Reads the `facts:` of a policy, which the schema has accepted, into typed facts.

The codec reads the types of `model.facts` field by field. A key of the policy is the field of
that name; `_FIELDS` has the exceptions, and the name of a field in seconds ends in `_s`. A new
fact is a key of the schema and a field of its type; only a short form needs a function here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from apicheck.load.grammar import SHORT_FORMS, as_list, as_mapping
from apicheck.load.operations import read_scheme
from apicheck.model.codec import from_json, to_json
from apicheck.model.facts import (
    Authentication,
    Authorization,
    Deprecation,
    Document,
    Facts,
    Hsts,
    OAuth,
    RateHeaders,
    RateLimits,
    Transport,
    Versioning,
    Webhooks,
)
from apicheck.model.json import Json
from apicheck.model.quantities import count_calendar_days, parse_seconds, parse_size

Members = dict[str, Json]

DEFAULT_WINDOW = "60s"

_FIELDS = {"status": "statuses", "except": "except_", "in": "place"}
"""Key of a policy -> field, where the names differ."""
_REST = ("others", "options")
"""Fields that hold all keys without a field of their own."""


def build_facts(facts: Mapping[str, Json]) -> Facts:
    """The facts as typed values."""
    return from_json(Facts, facts, prepare=_prepare)


def _prepare(kind: Any, value: Json) -> Json:
    """The fields of a type, from what the policy has in its place."""
    if kind in SHORT_FORMS:
        value = SHORT_FORMS[kind](value)
    if not (dataclasses.is_dataclass(kind) and isinstance(value, Mapping)):
        return value
    members = dict(value)
    if kind in _SECTIONS:
        _SECTIONS[kind](members)
    return _by_field({field.name for field in dataclasses.fields(kind)}, members)


def _by_field(fields: set[str], members: Members) -> Members:
    rest = next((name for name in _REST if name in fields), "")
    found: Members = {rest: {}} if rest else {}
    for key, value in members.items():
        name = next((n for n in (_FIELDS.get(key, key), f"{key}_s") if n in fields), "")
        if name or not rest:
            found[name or key] = value
        else:
            found[rest][key] = value
    return found


def _expand_facts(facts: Members) -> None:
    too_large = facts.get("requests", {}).get("too_large")
    over = too_large.get("over") if isinstance(too_large, Mapping) else None
    facts["body_limit_bytes"] = parse_size(over) if isinstance(over, str) else over
    _replace_none(facts, "webhooks")


def _expand_authentication(facts: Members) -> None:
    """A single refusal holds for anonymous and bad credentials alike."""
    refusal = facts.pop("refusal", None)
    kinds = ("anonymous", "bad")
    apart = isinstance(refusal, Mapping) and bool(set(kinds) & set(refusal))
    facts |= {kind: refusal.get(kind) if apart else refusal for kind in kinds}
    facts["schemes"] = {
        name: to_json(read_scheme(name, node)) for name, node in facts.get("schemes", {}).items()
    }


def _expand_authorization(facts: Members) -> None:
    tenant = facts.pop("tenant", {"parameter": ()})
    facts["tenants"] = [{**tenant, "parameter": name} for name in as_list(tenant["parameter"])]


def _expand_oauth(facts: Members) -> None:
    if isinstance(facts.get("refresh"), bool):
        facts["refresh"] = "yes" if facts["refresh"] else "no"
    if facts.get("pkce") is False:
        del facts["pkce"]


def _expand_rate_limits(facts: Members) -> None:
    """Buckets inherit `window`, `per` and `bulk`."""
    per, usual = facts.get("per", "token"), _positive(facts.pop("window", "")) or DEFAULT_WINDOW
    counts = as_mapping("status", facts.pop("counts", {}))
    facts["buckets"] = {
        name: {
            "per": per,
            "bulk": counts.get("bulk"),
            **bucket,
            "name": name,
            **_expand_window(_positive(bucket.get("window", "")) or usual),
        }
        for name, bucket in facts.get("buckets", {}).items()
    }
    facts |= {
        "counts": counts.get("status"),
        "counts_refused": counts.get("refused"),
    }
    refusal = as_mapping("status", facts.get("refusal", {}))
    retry = as_mapping("form", refusal.get("retry_after", "unspecified"))
    form = retry.get("form", "any")
    facts["retry_after"] = None if form == "unspecified" else form
    facts["retry_after_only"] = retry.get("only")
    facts["retry_after_late"] = retry.get("late")
    facts["before_credential"] = facts.pop("before", "") == "credential"


def _expand_window(window: str) -> Members:
    """A window of months or years has the length of the longest."""
    days = count_calendar_days(window)
    return {"window": window} if days is None else {"window": f"{days}d", "calendar": True}


def _expand_rate_headers(facts: Members) -> None:
    if isinstance(reset := facts.get("reset"), Mapping):
        facts |= {f"reset_{key}": value for key, value in reset.items()}
        facts["reset"] = facts.pop("reset_name")


def _expand_deprecation(facts: Members) -> None:
    if isinstance(links := facts.get("links"), list):
        facts["links"] = dict.fromkeys(links, "")


def _expand_versioning(facts: Members) -> None:
    """`promises.compatible: true` is the promise of all operations."""
    named = facts.get("promises", {}).get("compatible", False)
    facts["compatible"] = ("*" if named else None) if isinstance(named, bool) else named


def _expand_document(facts: Members) -> None:
    if isinstance(contact := facts.get("contact"), bool):
        facts["contact"] = {} if contact else None


def _expand_webhooks(facts: Members) -> None:
    facts["events"] = {
        name: {"name": name, **as_mapping("cause", event or "")}
        for name, event in facts.get("events", {}).items()
    }
    if facts.get("subscriptions") == "none":
        del facts["subscriptions"]
    limit = facts.get("delivery", {}).get("body_limit")
    if limit is not None:
        size = parse_size(limit) if isinstance(limit, str) else limit
        facts["delivery"] = {**facts["delivery"], "body_limit_bytes": size}
        del facts["delivery"]["body_limit"]
    _replace_none(facts, "signature")


def _expand_transport(facts: Members) -> None:
    if isinstance(hsts := facts.get("hsts"), bool):
        facts["hsts"] = {} if hsts else None


def _expand_hsts(facts: Members) -> None:
    if not _positive(facts.get("max_age", "")):
        facts.pop("max_age", None)


def _replace_none(facts: Members, key: str) -> None:
    """Write `never` for its synonym `none`."""
    if facts.get(key) == "none":
        facts[key] = "never"


def _positive(duration: str) -> str:
    """A duration; "" when it is zero."""
    return duration if duration and parse_seconds(duration) else ""


_SECTIONS: Mapping[Any, Callable[[Members], None]] = {
    Facts: _expand_facts,
    Authentication: _expand_authentication,
    Authorization: _expand_authorization,
    OAuth: _expand_oauth,
    RateLimits: _expand_rate_limits,
    RateHeaders: _expand_rate_headers,
    Deprecation: _expand_deprecation,
    Document: _expand_document,
    Versioning: _expand_versioning,
    Webhooks: _expand_webhooks,
    Transport: _expand_transport,
    Hsts: _expand_hsts,
}
"""Type -> the function that replaces the short forms of its section."""
