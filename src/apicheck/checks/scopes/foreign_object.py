"""An operation does not let anybody reach the object of another tenant, user or app by its id."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    judging,
    steps,
)
from apicheck.checks.scopes._foreign import (
    applies_to_foreign,
    for_absent,
    foreign_identity,
    foreign_owners,
    promised_response,
    send_control_as_owner,
)


def cases(subject: Subject) -> tuple[Case, ...]:
    """An object of each kind of owner that the policy keeps apart."""
    return tuple(Case(f"an object of another {w}", w) for w in foreign_owners(subject, "path"))


def script(subject: Subject) -> Script:
    """Our own request, accepted; then the same for what somebody else made."""
    assert subject.case is not None  # cases() made it
    other = yield from foreign_identity(subject, subject.case.value)
    yield from build.send_control(subject)
    if subject.op.safe:
        yield from build.send_control(subject, identity=other)
    request = yield from build.valid_request(
        subject, identity=build.identity_of(subject), owner=other
    )
    yield from send_control_as_owner(subject, request, other)
    if promised_response(subject, subject.case.value) is None:
        yield from steps.send(for_absent(subject, request), Role.SETUP)
    yield from steps.send(request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status than the one promised."""
    assert subject.case is not None  # cases() made it
    whose, answer = subject.case.value, promised_response(subject, subject.case.value)
    before = transcript.of_role(Role.SETUP)
    for exchange in transcript.exercised:
        if exchange.succeeded:
            expected = (
                judging.expected_text(answer) if answer else "the answer for an absent object"
            )
            return Failure("accepted", expected, describe(exchange), whose, exchange.id)
        if answer is not None:
            if exchange.status not in answer.statuses:
                return Failure(
                    "wrong-status",
                    judging.expected_text(answer),
                    describe(exchange),
                    whose,
                    exchange.id,
                )
        elif not before or before[-1].succeeded or before[-1].response is None:
            return Inconclusive("no answer for an absent object to compare with")
        elif exchange.status != before[-1].status:
            expected = f"{describe(before[-1])}, as for an absent object"
            return Failure("wrong-status", expected, describe(exchange), whose, exchange.id)
    return None


CHECK = Check(
    title="What belongs to another tenant, user or app is out of reach",
    applies=lambda subject: applies_to_foreign(subject, "path"),
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.foreign", "authorization.absent"),
    standards=(
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "rfc9110#15.5.4",
    ),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "scopes/ignores-tenant",
            "scopes/ignores-tenant-when-deleting",
            "scopes/ignores-tenant-of-parents",
            "scopes/ignores-user",
            "scopes/ignores-app",
        ),
        "wrong-status": ("scopes/foreign-object-answered-with-other-status",),
    },
)
