"""The name of an authentication scheme is compared without regard to case."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Credential,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    credentials,
    judging,
    steps,
)
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential

_DENIED = (400, 401, 403)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations whose credential stands behind the name of a scheme."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    if subject.facts.authentication.prefix is not None:
        return NotApplicable("the policy has a prefix of its own, which is no scheme's name")
    schemes = (subject.context.spec.schemes.get(n) for a in _alternatives(subject) for n in a)
    if not any(one and (one.bearer or one.http_scheme == "basic") for one in schemes):
        return NotApplicable("no credential of it stands behind the name of a scheme")
    return Applies()


def _alternatives(subject: Subject) -> tuple[tuple[str, ...], ...]:
    return subject.context.alternatives.get(subject.op.id, ())


def cases(_: Subject) -> tuple[Case, ...]:
    """Lower and upper case."""
    return Case("lower case", "lower"), Case("upper case", "upper")


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with the scheme's name written otherwise."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    upper = subject.case is not None and subject.case.value == "upper"
    who = build.identity_of(subject)
    sent = credentials.credentials_of(subject.context, subject.op.id, who)
    respelled = tuple(_respelled(one, upper=upper) for one in sent)
    yield from steps.send(request.with_credentials(who.name, *respelled))


def _respelled(credential: Credential, *, upper: bool) -> Credential:
    word, space, secret = credential.value.partition(" ")
    if credential.name != "Authorization" or not space:
        return credential
    return replace(credential, value=(word.upper() if upper else word.lower()) + space + secret)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused for want of a valid credential is the mistake; anything else is another matter."""
    del subject
    expected = "as with the usual spelling of the scheme's name"
    return judging.judge_accepted(transcript, expected, denied=_DENIED)


CHECK = Check(
    title="The name of a scheme may be written in any case",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    standards=("rfc9110#11.1",),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("auth/compares-scheme-with-case",)},
    accepted=True,
)
