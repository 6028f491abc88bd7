"""A request with more than one credential is refused, whichever of them is valid."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
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
from apicheck.checks.auth._scope import covered_by_sibling, needs_no_credential

_GARBAGE = "not-a-token"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says how more than one credential is answered."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject):
        return reason
    if subject.facts.authentication.several is None:
        return NotApplicable("the policy says nothing on more than one credential")
    return Applies(facts=("authentication.several",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """The valid one before and after one that is none, twice, and beside one of another kind."""
    rows = [Case(name, name) for name in ("the valid one first", "the valid one last", "twice")]
    if _other_kind(subject):
        rows.append(Case("two kinds", "two kinds"))
    return tuple(rows)


def _other_kind(subject: Subject) -> tuple[Credential, ...]:
    """The same identity's credentials as another alternative has them, in another place."""
    context, actor = subject.context, subject.context.actors.get(subject.op.id)
    if actor is None:
        return ()
    identity = context.identities[actor]
    own = {
        (one.place, one.name)
        for one in credentials.credentials_of(context, subject.op.id, identity)
    }
    for names in context.alternatives.get(subject.op.id, ()):
        if credentials.satisfies(context, identity, names):
            other = credentials.credentials_of(context, subject.op.id, identity, alternative=names)
            if not own & {(one.place, one.name) for one in other}:
                return other
    return ()


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with one more credential."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    valid = credentials.credentials_of(subject.context, subject.op.id, build.identity_of(subject))
    word, space, _ = valid[0].value.rpartition(" ")
    garbage = replace(valid[0], value=f"{word}{space}{_GARBAGE}")
    row = subject.case.value if subject.case else ""
    sent = {
        "the valid one first": (*valid, garbage),
        "the valid one last": (garbage, *valid),
        "twice": (*valid, valid[0]),
        "two kinds": (*valid, *_other_kind(subject)),
    }
    yield from steps.send(request.with_bad_credentials(*sent[str(row)]))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    refusal = subject.facts.authentication.several
    assert refusal is not None  # applies() saw to it
    return judging.judge_refused(transcript, refusal)


CHECK = Check(
    title="A request with two credentials is refused",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.several",),
    standards=("rfc6750#2", "rfc6750#3.1"),
    outcomes=(
        Outcome("accepted", Severity.MEDIUM, Confirm.ONCE),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "accepted": ("auth/takes-first-of-two-credentials", "auth/takes-last-of-two-credentials"),
        "wrong-status": ("auth/two-credentials-answered-with-other-status",),
    },
)
