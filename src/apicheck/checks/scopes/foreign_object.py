"""An operation refuses the object of another tenant, user or app, named by its id."""

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
    end_if_id_is_ours,
    foreign_owners,
    obtain_foreign_identity,
    promised_response,
    send_foreign,
    with_unknown_ids,
)


def cases(subject: Subject) -> tuple[Case, ...]:
    """An object of each kind of owner that the policy keeps apart."""
    return tuple(
        Case(f"an object of another {w}", w, fact=f"authorization.foreign.{w}")
        for w in foreign_owners(subject, "path")
    )


def script(subject: Subject) -> Script:
    """Our own request, accepted; then the same for an object of another owner."""
    whose = subject.row.value
    other = yield from obtain_foreign_identity(subject, whose)
    yield from build.send_control(subject)
    if subject.op.safe:
        yield from build.send_control(subject, identity=other)
    request = yield from build.valid_request(
        subject, identity=build.identity_of(subject), owner=other, refused=True
    )
    yield from end_if_id_is_ours(subject, request, other)
    if promised_response(subject, whose) is None:
        yield from steps.send(with_unknown_ids(subject, request), Role.SETUP)
    yield from send_foreign(subject, request, other)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than a refusal with an unpromised status."""
    whose = subject.row.value
    promised = promised_response(subject, whose)
    if promised is not None:
        return judging.judge_refused(transcript, promised, whose)
    before = transcript.of_role(Role.SETUP)
    for exchange in transcript.exercised:
        if exchange.succeeded:
            expected = "the same response as for an unknown id"
            return Failure("accepted", expected, describe(exchange), whose, exchange.id)
        if not before or before[-1].succeeded or before[-1].response is None:
            return Inconclusive("no refusal of an unknown id to compare with")
        if exchange.status != before[-1].status:
            expected = f"{describe(before[-1])}, as for an unknown id"
            return Failure("wrong-status", expected, describe(exchange), whose, exchange.id)
    return None


CHECK = Check(
    title="An object of another tenant, user or app is refused as promised",
    failure_title="An object of another tenant, user or app is not refused as promised",
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
