"""What a response says of the version that served the request."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.authoring import Exchange, RunContext, Versions, judging, versions

_VS = "vV"


@dataclass(frozen=True, slots=True)
class Echo:
    """A promised field. value: the version in it, None where the response has no such field."""

    field: str
    value: str | None


def find_echo(context: RunContext, exchange: Exchange) -> Echo | None:
    """The field that a response must have; None where the policy promises none."""
    facts, found = context.facts.versioning, versions.find_versions(context)
    if facts is None or facts.echo is None or found is None:
        return None
    field, when = facts.echo.header, facts.echo.when
    due = judging.rule_applies(context, when, exchange) if when else exchange.succeeded
    value = exchange.received.header(field) if due else None
    if not due or (field.lower() == "content-type" and value is None):
        return None  # a response without content has no media type
    return Echo(field, found.read_field(value) if field.lower() == "content-type" else value)


def is_same(found: Versions, value: str, version: str) -> bool:
    """Whether a field names a version: as its place writes it, or by its number alone."""
    written = value.strip().strip('"')
    wanted = {version, found.write(version)}
    return written in wanted or written.lstrip(_VS) in {one.lstrip(_VS) for one in wanted}


def is_versioned(context: RunContext, found: Versions, exchange: Exchange) -> bool:
    """Whether the request was to an operation that has a version."""
    oauth, name = context.facts.oauth, exchange.request.operation
    if oauth is not None and name in (oauth.token, oauth.revoke):
        return False
    return found.place != "path" or found.read(exchange.request) is not None
