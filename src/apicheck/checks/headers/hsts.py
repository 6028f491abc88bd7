"""Strict-Transport-Security (HSTS) is sent as promised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
)
from apicheck.authoring.facts import Hsts
from apicheck.authoring.fields import parse_count
from apicheck.checks.headers._rules import describe_field

_FIELD = "Strict-Transport-Security"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_DIRECTIVE = re.compile(rf'({_TOKEN})(?:[ \t]*=[ \t]*(?:({_TOKEN})|"([^"]*)"))?')


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every response over a secure connection: over any other the field means nothing."""
    promised = context.facts.transport.hsts
    if promised is None or not _is_secure(context, exchange):
        return
    value = exchange.received.header(_FIELD)
    found = ("absent", f"a {_FIELD} field") if value is None else _judge(promised, value)
    wrong = None
    if found is not None:
        wrong = Failure(*found, describe_field(exchange, _FIELD), exchange=exchange.id)
    yield "transport.hsts", wrong


def _is_secure(context: RunContext, exchange: Exchange) -> bool:
    """Whether a request came by HTTPS, or says so for a proxy that ends HTTPS."""
    if exchange.request.via is not None:
        return not exchange.request.via.is_plain
    forwarded = exchange.request.header("X-Forwarded-Proto")
    return context.base_url.startswith("https:") or forwarded == "https"


def _judge(promised: Hsts, value: str) -> tuple[str, str] | None:
    """The outcome, and what was expected in words; None when the promise is kept."""
    sent = _parse_directives(value)
    max_age = None if sent is None else parse_count(sent.get("max-age", ""))
    if sent is None or max_age is None:
        return "malformed", f"{_FIELD} with max-age in seconds"
    if max_age < promised.max_age_s:
        return "too-weak", f"max-age of at least {promised.max_age_s:.0f}"
    flags = (("includesubdomains", promised.subdomains), ("preload", promised.preload))
    for name, is_promised in flags:
        if is_promised and name not in sent:
            return "too-weak", f"{name} among the directives"
    return None


def _parse_directives(value: str) -> Mapping[str, str] | None:
    """Directive in lower case -> its value; None where the value breaks the grammar of RFC 6797."""
    found: dict[str, str] = {}
    for part in (piece.strip() for piece in value.split(";")):
        match = _DIRECTIVE.fullmatch(part)
        if match is None or match[1].lower() in found:
            if part:
                return None
            continue
        found[match[1].lower()] = match[2] or match[3] or ""
    return found


CHECK = Check(
    title="HSTS is sent as promised",
    failure_title="HSTS is not sent as promised",
    applies=applying.applies_where(
        lambda facts: facts.transport.hsts, "the policy does not promise HSTS"
    ),
    fold=folds.per_exchange(inspect, everywhere=True),
    triggered_by=("errors/unknown-path", "transport/certificate"),
    reads=("transport.hsts",),
    standards=("rfc6797#6.1", "rfc6797#7.1"),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("too-weak", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("headers/hsts-on-successes-only", "transport/hsts-over-plain-alone"),
        "malformed": ("headers/hsts-with-colon",),
        "too-weak": ("headers/hsts-switched-off",),
    },
)
