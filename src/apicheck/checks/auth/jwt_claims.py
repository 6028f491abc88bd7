"""A JSON Web Token that its issuer signed is refused for what it says: exp, nbf, iss, aud."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Claims,
    Confirm,
    ExpectedResponse,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    credentials,
    describe,
    judging,
    steps,
)
from apicheck.checks.auth._scope import covered_by_sibling, jwt_scheme, needs_no_credential

_FAR_S = 30 * 86_400.0
"""Far enough that no leeway, and no clock that another check moves, makes up for it."""
_OTHER = "https://apicheck.invalid"
_CONTROL = '[control]\nurl = "http://127.0.0.1:9000"'


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations whose credential is a JWT, where one can be made that is wrong."""
    if reason := needs_no_credential(subject):
        return reason
    authentication = subject.facts.authentication
    if not jwt_scheme(subject):
        return NotApplicable("its credential is no JWT (bearerFormat) by the document")
    if authentication.jwt is None or authentication.bad is None:
        return NotApplicable("the policy says nothing on what a JWT has to say")
    if len(subject.context.alternatives[subject.op.id][0]) > 1:
        return NotApplicable("it takes more than the JWT; asked of an operation that does not")
    if not {"mint", "clock"} <= subject.context.capabilities:
        words = "nothing can sign a JWT that says what it should not"
        return NotTested(NotTestedKind.NEEDS_CONTROL, words, _CONTROL)
    claims = Claims(shared=frozenset({"clock"}))
    return covered_by_sibling(subject) or Applies(claims=claims, facts=("authentication.jwt",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each registered claim that must be verified, with what is wrong about it."""
    facts = subject.facts.authentication.jwt
    rows = [Case("exp in the past", {"exp": -_FAR_S}), Case("nbf in the future", {"nbf": _FAR_S})]
    if facts is not None and facts.audience:
        rows.append(Case("aud of somebody else", {"aud": _OTHER}))
    if facts is not None and facts.issuer:
        rows.append(Case("iss of somebody else", {"iss": _OTHER}))
    return tuple(rows)


def script(subject: Subject) -> Script:
    """With a token made for this, accepted; then with one that is wrong in one claim."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    scheme = jwt_scheme(subject)
    good = yield from steps.mint(scheme=scheme)
    mine = credentials.credentials_of(subject.context, subject.op.id, good, alternative=(scheme,))
    sound = yield from steps.send(
        request.with_credentials(good.name, *mine), Role.SETUP, f"a new JWT on {subject.op.id}"
    )
    if subject.op.safe and not sound.succeeded:
        words = f"a JWT that was made for this was answered {describe(sound)}"
        steps.end_script(NotTested(NotTestedKind.NEEDS_CONTROL, words))
    claims = yield from _claims(dict(subject.case.value) if subject.case else {})
    bad = yield from steps.mint(scheme=scheme, claims=claims, renewed=False)
    sent = credentials.credentials_of(subject.context, subject.op.id, bad, alternative=(scheme,))
    yield from steps.send(request.with_bad_credentials(*sent))


def _claims(wrong: dict[str, Json]) -> Steps[dict[str, Json]]:
    """The claims as they are to be: times are relative to the target's clock."""
    clock = yield from steps.ask("clock")
    now = clock.get("now") if isinstance(clock, dict) else None
    if not isinstance(now, int | float):
        steps.end_script(
            NotTested(NotTestedKind.NEEDS_CONTROL, "nobody says what time it is", _CONTROL)
        )
    times = ("exp", "nbf")
    return {name: int(now + value) if name in times else value for name, value in wrong.items()}


def _promised(subject: Subject) -> ExpectedResponse:
    authentication = subject.facts.authentication
    assert authentication.bad is not None  # applies() saw to it
    is_expired = subject.case is not None and "exp" in subject.case.value
    return authentication.states.get("expired" if is_expired else "", authentication.bad)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Believed is worse than refused with the wrong status."""
    return judging.judge_refused(
        transcript, _promised(subject), subject.case.name if subject.case else ""
    )


CHECK = Check(
    title="A JWT is refused outside of its time, and when it is by or for somebody else",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.jwt",),
    standards=("rfc7519#4.1.1", "rfc7519#4.1.3", "rfc7519#4.1.4", "rfc7519#4.1.5"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
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
