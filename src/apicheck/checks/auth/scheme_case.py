"""The server compares the name of an authentication scheme without regard to case."""

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
    judging,
    steps,
)
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential

_DENIED = (400, 401, 403)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations whose credential follows the name of a scheme."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    if subject.facts.authentication.prefix is not None:
        return NotApplicable("the policy has its own prefix, which is not the name of a scheme")
    alternatives = subject.context.alternatives[subject.op.id]
    schemes = [subject.context.spec.schemes.get(name) for names in alternatives for name in names]
    if not any(one and (one.bearer or one.http_scheme == "basic") for one in schemes):
        return NotApplicable("its credential does not follow the name of a scheme")
    return Applies()


def cases(_: Subject) -> tuple[Case, ...]:
    """Lower and upper case."""
    return Case("lower case", "lower"), Case("upper case", "upper")


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with the scheme's name in the other case."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    upper = subject.row.value == "upper"
    respelled = tuple(_respell(one, upper=upper) for one in request.credentials)
    yield from steps.send(replace(request, credentials=respelled))


def _respell(credential: Credential, *, upper: bool) -> Credential:
    word, space, secret = credential.value.partition(" ")
    if credential.name != "Authorization" or not space:
        return credential
    return replace(credential, value=(word.upper() if upper else word.lower()) + space + secret)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on 400, 401 and 403; any other refusal is about something else."""
    del subject
    expected = "accepted, as with the usual spelling of the scheme's name"
    return judging.judge_accepted(transcript, expected, denied=_DENIED)


CHECK = Check(
    title="The name of the authentication scheme is case-insensitive",
    failure_title="The name of the authentication scheme is case-sensitive",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    standards=("rfc9110#11.1",),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("auth/compares-scheme-with-case",)},
    accepted=True,
)
