"""Browsers are told to come by HTTPS alone, for as long as promised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Fail,
    Fails,
    Hsts,
    NotApplicable,
    Severity,
    Subject,
    World,
    each,
    sent_value,
)

_FIELD = "Strict-Transport-Security"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_DIRECTIVE = re.compile(rf'({_TOKEN})(?:[ \t]*=[ \t]*(?:({_TOKEN})|"([^"]*)"))?')


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where HSTS is promised."""
    promised = subject.facts.transport.hsts is not None
    return Applies() if promised else NotApplicable("the policy does not promise HSTS")


def looks(world: World, exchange: Exchange) -> Iterator[tuple[str, Fails | None]]:
    """Every answer over a secure connection is one test: over any other the field means nothing."""
    due = world.facts.transport.hsts
    if due is None or not _is_secure(world, exchange):
        return
    assert exchange.response is not None  # `each` hands over answered exchanges only
    lines = exchange.response.header_values(_FIELD)
    found = _judged(due, lines[0]) if lines else ("absent", f"a {_FIELD} field")
    wrong = None
    if found is not None:
        actual = f"{_FIELD}: {lines[0]}" if lines else f"no {_FIELD} on {exchange.status}"
        wrong = Fails(found[0], found[1], actual, exchange=exchange.id)
    yield "transport.hsts", wrong


def _is_secure(world: World, exchange: Exchange) -> bool:
    """HTTPS, or behind what ends it: the target is told so with every request."""
    forwarded = sent_value(exchange, "X-Forwarded-Proto")
    return world.base_url.startswith("https:") or forwarded == "https"


def _judged(due: Hsts, value: str) -> tuple[str, str] | None:
    """Outcome, and what was due in words; None when the promise is kept."""
    said = _directives(value)
    if said is None or not re.fullmatch(r"\d{1,15}", said.get("max-age", "")):
        return "malformed", f"{_FIELD} with max-age in seconds"
    if int(said["max-age"]) < due.max_age_s:
        return "too-weak", f"max-age of at least {due.max_age_s:.0f}"
    wanted = (("includesubdomains", due.subdomains), ("preload", due.preload))
    for name, promised in wanted:
        if promised and name not in said:
            return "too-weak", f"{name} among the directives"
    return None


def _directives(value: str) -> Mapping[str, str] | None:
    """Directive in lower case -> its value; None where the grammar of RFC 6797 is left."""
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
    title="Browsers are told to come by HTTPS alone",
    applies=applies,
    fold=each(looks),
    heard_from=("errors/unknown-path",),
    reads=("transport.hsts",),
    standards=("rfc6797#6.1", "rfc6797#7.1"),
    outcomes=(
        Fail("absent", Severity.MEDIUM),
        Fail("malformed", Severity.MEDIUM),
        Fail("too-weak", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("headers/hsts-on-successes-only",),
        "malformed": ("headers/hsts-with-colon",),
        "too-weak": ("headers/hsts-switched-off",),
    },
)
