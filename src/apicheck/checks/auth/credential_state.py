"""A genuine credential that is out of use is refused, as its state says."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Identity,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    credentials,
    judging,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy has an answer for a state, and somebody has a credential in it."""
    if reason := needs_no_credential(subject):
        return reason
    states = subject.facts.authentication.states
    if not states:
        return NotApplicable("the policy says nothing on expired or revoked credentials")
    if not _at_hand(subject):
        state = next(iter(states))
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            f"no credential is {' or '.join(states)}",
            f'[identities.{state}]\ntoken_env = "{state.upper()}_TOKEN"\nstate = "{state}"',
        )
    return Applies(facts=("authentication.states",))


def _at_hand(subject: Subject) -> dict[str, str]:
    """State -> who has a credential in it that the operation would take, "" for a new one."""
    context = subject.context
    found = {
        identity.state: identity.name
        for identity in context.identities.values()
        if identity.state != "active"
        and any(
            credentials.satisfies(context, identity, names)
            for names in context.alternatives[subject.op.id]
        )
    }
    made = "" if "revoke" in context.capabilities else None
    every = {state: found.get(state, made) for state in context.facts.authentication.states}
    return {state: name for state, name in every.items() if name is not None}


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each state that somebody's credential is in, or can be brought into."""
    return tuple(Case(state, name) for state, name in _at_hand(subject).items())


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with a credential that is out of use."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    bad = yield from _out_of_use(subject)
    sent = credentials.credentials_of(subject.context, subject.op.id, bad)
    yield from steps.send(replace(request.with_bad_credentials(*sent), identity=bad.name))


def _out_of_use(subject: Subject) -> Steps[Identity]:
    assert subject.case is not None  # there is one for each state
    if subject.case.value:
        return subject.context.identities[str(subject.case.value)]
    tenant = build.identity_of(subject).tenant
    return (yield from steps.mint(tenant=tenant, state=subject.case.name))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status than the state's."""
    assert subject.case is not None  # there is one for each state
    answer = subject.facts.authentication.states[subject.case.name]
    return judging.judge_refused(transcript, answer, subject.case.name)


CHECK = Check(
    title="A credential that is expired, revoked or otherwise out of use is refused",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.states",),
    standards=("rfc6750#3.1",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "auth/accepts-expired-credentials",
            "auth/accepts-revoked-credentials",
            "auth/serves-accounts-out-of-use",
        ),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
