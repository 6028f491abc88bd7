"""The grammars that are used everywhere in a policy: ops, answer, when, headers, durations."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model import quantities
from apicheck.model.facts import (
    NEVER,
    Challenge,
    Directive,
    ExpectedResponse,
    HeaderRule,
    Never,
    Selector,
    StatusSet,
    When,
)
from apicheck.model.json import Json


def as_list(value: Json) -> list[Json]:
    """One or several, as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def parse_statuses(value: Json) -> StatusSet:
    """`401`, `4xx` or a list of them."""
    return StatusSet(tuple(str(item) for item in as_list(value)))


def parse_optional_statuses(value: Json) -> StatusSet | None:
    """As `statuses`; None when nothing was written."""
    return None if value is None else parse_statuses(value)


def parse_selector(value: Json) -> Selector:
    """One item or a list of them."""
    return Selector(tuple(as_list(value)))


def parse_optional_selector(value: Json) -> Selector | None:
    """As `selector`; None when nothing was written."""
    return None if value is None else parse_selector(value)


def parse_selectors(value: Mapping[str, Json] | None) -> dict[str, Selector]:
    """A map of selectors."""
    return {name: parse_selector(ops) for name, ops in (value or {}).items()}


def parse_duration(value: str | None) -> float | None:
    """Seconds; None when nothing was written."""
    return None if value is None else quantities.parse_seconds(value)


def parse_response(value: Json) -> ExpectedResponse:
    """`401`, `[401, 403]` or a mapping."""
    if not isinstance(value, Mapping):
        return ExpectedResponse(parse_statuses(value))
    return ExpectedResponse(
        statuses=parse_statuses(value["status"]) if "status" in value else StatusSet(),
        challenge=_challenge(value.get("challenge")),
        headers=parse_headers(value.get("headers")),
        media=value.get("media"),
        schema=value.get("schema"),
        error=value.get("error"),
        ops=parse_optional_selector(value.get("ops")),
    )


def parse_optional_response(value: Json) -> ExpectedResponse | None:
    """As `answer`; None when nothing was written."""
    return None if value is None else parse_response(value)


def _challenge(value: Json) -> Challenge | Never | None:
    if value is None:
        return None
    if value == "never":
        return NEVER
    error = value.get("error")
    return Challenge(
        scheme=value.get("scheme", ""),
        error=NEVER if error == "never" else error,
        parameters=tuple(value.get("parameters", ())),
    )


def parse_headers(value: Mapping[str, Json] | None) -> dict[str, HeaderRule]:
    """Header name -> rule; a plain text is the header's value."""
    return {
        name: HeaderRule(equals=rule) if isinstance(rule, str) else _header(rule)
        for name, rule in (value or {}).items()
    }


def _header(rule: Mapping[str, Json]) -> HeaderRule:
    plain = {key: value for key, value in rule.items() if key not in ("within", "directives")}
    directives = rule.get("directives") or {}
    return HeaderRule(
        **plain,
        within_s=parse_duration(rule.get("within")),
        directives={name.lower(): _directive(value) for name, value in directives.items()},
    )


def _directive(value: Json) -> Directive:
    if not isinstance(value, Mapping):
        return Directive(never=value == "never")
    return Directive(
        at_least_s=parse_duration(value.get("at_least")),
        at_most_s=parse_duration(value.get("at_most")),
    )


def parse_when(value: Mapping[str, Json] | None) -> When | None:
    """To which answers a promise applies; None when nothing was written."""
    if value is None:
        return None
    return When(
        statuses=parse_optional_statuses(value.get("status")),
        except_=parse_optional_statuses(value.get("except")),
        ops=parse_optional_selector(value.get("ops")),
        caller=value.get("caller"),
    )
