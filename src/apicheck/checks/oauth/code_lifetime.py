"""An authorization code is refused after its lifetime."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Claims,
    Confirm,
    NotApplicable,
    NotTested,
    Script,
    Severity,
    Subject,
    applying,
    steps,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.oauth._codes import issue_code, needs_codes, present_code
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation

_LEEWAY_S, _PATIENCE_S = 60.0, 90.0
"""What a server may allow for clocks that differ; how long a run waits by a real clock."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy has a lifetime of codes, and it can pass."""
    found = applies_to(token_operation, promise=bad_grant, unless=needs_codes)(subject)
    lifetime = subject.facts.oauth.code_lifetime_s if subject.facts.oauth else None
    if not isinstance(found, Applies):
        return found
    if lifetime is None:
        return NotApplicable("the policy does not say how long a code lives")
    seconds = lifetime + _LEEWAY_S
    if "clock" not in subject.context.capabilities and seconds > _PATIENCE_S:
        return applying.needs_control(f"nothing can let {seconds:g} s pass")
    return Applies(
        requests=2,
        claims=Claims(exclusive=frozenset({"clock"})),
        last=True,
        facts=("oauth.code_lifetime",),
        seconds=seconds,
        promise=found.promise,
    )


def script(subject: Subject) -> Script:
    """Have a code issued, let its lifetime pass, and exchange it."""
    client, code = yield from issue_code(subject)
    oauth = subject.facts.oauth
    lifetime = (oauth.code_lifetime_s if oauth else None) or 0.0
    yield from steps.wait(lifetime + _LEEWAY_S, "until the code has expired")
    yield from present_code(subject, client, code)


CHECK = scripted_refusal(
    title="An authorization code is refused as promised after its lifetime",
    failure_title="An authorization code is not refused as promised after its lifetime",
    applies=applies,
    script=script,
    though=lambda _: "to a code that had expired",
    reads=("oauth.code_lifetime", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc6749#4.1.2", "rfc6749#5.2"),
    accepted=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("oauth/codes-live-for-ever",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
