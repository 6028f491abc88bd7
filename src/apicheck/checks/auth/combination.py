"""Where credentials are needed together, no part of them is enough."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Caller,
    Case,
    Check,
    Confirm,
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
from apicheck.checks.auth._scope import expected_refusals, needs_no_credential


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that take several credentials at once, and nothing less."""
    if reason := needs_no_credential(subject):
        return reason
    every = subject.context.alternatives[subject.op.id]
    if all(len(names) < 2 for names in every):
        return NotApplicable("one credential is enough for it")
    if expected_refusals(subject) is None:
        return NotApplicable("the policy says nothing on how a credential is refused")
    return Applies(facts=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each of the credentials left out, where what is left is no alternative of its own."""
    sent = _together(subject)
    if not sent:
        return (Case("without one of them", ""),)
    enough = {frozenset(names) for names in subject.context.alternatives[subject.op.id]}
    return tuple(
        Case(f"without {one.scheme}", one.scheme)
        for one in sent
        if not any(names <= {o.scheme for o in sent if o != one} for names in enough)
    )


def _together(subject: Subject) -> tuple[Credential, ...]:
    actor = subject.context.actors.get(subject.op.id)
    if actor is None:
        return ()
    return credentials.credentials_of(
        subject.context, subject.op.id, subject.context.identities[actor]
    )


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with one credential left out."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    left_out = subject.case.value if subject.case else ""
    sent = credentials.credentials_of(subject.context, subject.op.id, build.identity_of(subject))
    kept = tuple(one for one in sent if one.scheme != left_out)
    bare = request.without_credentials()
    # Neither nobody's nor a bad one: what the challenge says to it is left to the server.
    yield from steps.send(replace(bare, credentials=kept, caller=Caller.ANONYMOUS))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    refusal = expected_refusals(subject)
    assert refusal is not None  # applies() saw to it
    return judging.judge_refused(transcript, refusal)


CHECK = Check(
    title="A part of the credentials that are needed together is not enough",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("openapi-3.1.1#security-requirement-object",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("auth/part-of-a-combination-suffices",),
        "wrong-status": ("auth/bad-credentials-answered-with-other-status",),
    },
)
