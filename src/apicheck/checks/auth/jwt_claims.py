"""The server refuses a signed JSON Web Token whose exp, nbf, iss or aud is wrong."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Claims,
    Confirm,
    ExpectedResponse,
    Json,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    applying,
    build,
    credentials,
    describe,
    refused,
    steps,
)
from apicheck.authoring.refusals import by_row, scripted_refusal
from apicheck.checks.auth._jwt import jwt_scheme, takes_no_jwt
from apicheck.checks.auth._scope import covered_by_sibling

_FAR_S = 30 * 86_400.0
"""So far off that neither a leeway nor a clock that another check moves makes up for it."""
_TIMES = ("exp", "nbf")
_OTHER = "https://apicheck.invalid"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations whose credential is a JWT, where a wrong one can be signed."""
    if reason := takes_no_jwt(subject):
        return reason
    authentication = subject.facts.authentication
    if authentication.jwt is None or authentication.bad is None:
        return NotApplicable("the policy does not say which claims a JWT must have")
    if len(subject.context.alternatives[subject.op.id][0]) > 1:
        return NotApplicable("it takes another credential beside the JWT")
    if not {"mint", "clock"} <= subject.context.capabilities:
        return applying.needs_control("nothing can sign a JWT with a wrong claim")
    claims = Claims(shared=frozenset({"clock"}))
    return covered_by_sibling(subject) or Applies(
        claims=claims, facts=("authentication.jwt",), promise=authentication.bad
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each registered claim that the server must verify."""
    facts = subject.facts.authentication.jwt
    rows = [Case("exp in the past", {"exp": -_FAR_S}), Case("nbf in the future", {"nbf": _FAR_S})]
    if facts is not None and facts.audience:
        rows.append(Case("aud of somebody else", {"aud": _OTHER}))
    if facts is not None and facts.issuer:
        rows.append(Case("iss of somebody else", {"iss": _OTHER}))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """Send a new JWT, which is accepted; then one with a wrong claim."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    scheme = jwt_scheme(subject)
    good = yield from steps.mint(scheme=scheme)
    mine = credentials.credentials_of(subject.context, subject.op.id, good, alternative=(scheme,))
    sound = yield from steps.send(
        request.with_credentials(good.name, *mine), Role.SETUP, f"a new JWT on {subject.op.id}"
    )
    if subject.op.safe and not sound.succeeded:
        words = f"the server did not accept a new JWT: {describe(sound)}"
        steps.end_script(NotTested(NotTestedKind.NEEDS_CONTROL, words))
    claims = yield from _make_claims(dict(subject.row.value))
    bad = yield from steps.mint(scheme=scheme, claims=claims, renewed=False)
    sent = credentials.credentials_of(subject.context, subject.op.id, bad, alternative=(scheme,))
    yield from refused.send_refused(subject, lambda same: same.with_bad_credentials(*sent))


def _make_claims(wrong: dict[str, Json]) -> Steps[dict[str, Json]]:
    """Make the claims of a row, whose times are relative to the target's clock."""
    clock = yield from steps.ask("clock")
    now = clock.get("now") if isinstance(clock, dict) else None
    if not isinstance(now, int | float):
        steps.end_script(applying.needs_control("the target's clock cannot be read"))
    return {name: int(now + value) if name in _TIMES else value for name, value in wrong.items()}


def expect(subject: Subject) -> ExpectedResponse:
    """The refusal of a bad credential, or that of an expired one where the policy has it."""
    state = "expired" if "exp" in subject.row.value else ""
    return subject.facts.authentication.states.get(state, subject.expected)


CHECK = scripted_refusal(
    title="A JWT with a wrong time, audience or issuer is refused as promised",
    failure_title="A JWT with a wrong time, audience or issuer is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    expected=expect,
    detail=by_row,
    reads=("authentication.jwt",),
    standards=("rfc7519#4.1.1", "rfc7519#4.1.3", "rfc7519#4.1.4", "rfc7519#4.1.5"),
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": (
            "auth/jwt-ignores-expiry",
            "auth/jwt-ignores-not-before",
            "auth/jwt-ignores-audience",
            "auth/jwt-ignores-issuer",
        ),
        "wrong-status": ("auth/bad-credentials-answered-with-other-status",),
    },
)
