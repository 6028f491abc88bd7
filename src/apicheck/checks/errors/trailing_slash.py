"""A path with one slash more is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    send,
    send_control,
    valid_request,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, not_promised


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that only read, where the path with the slash is no other operation's."""
    if why := not_promised(subject, "trailing_slash"):
        return why
    if not subject.op.safe or subject.op.path.endswith("/"):
        return NotApplicable("asked of operations that only read, without a slash at their end")
    if any(op.path == f"{subject.op.path}/" for op in subject.context.spec.operations):
        return NotApplicable("the path with the slash is another operation's")
    return Applies(facts=("requests.trailing_slash",))


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with a slash at the end of its path."""
    yield from send_control(subject)
    request = yield from valid_request(subject)
    yield from send(replace(request, path=f"{request.path}/", operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    return judge_promised_refusal(subject, transcript, "trailing_slash")


CHECK = Check(
    title="A slash at the end of a path is answered as promised",
    applies=applies,
    script=script,
    judge=judge,
    reads=("requests.trailing_slash",),
    standards=("rfc9110#4.2.3",),
    outcomes=(Outcome("accepted", Severity.LOW), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/ignores-trailing-slash",),
        "wrong-status": ("errors/redirects-trailing-slash",),
    },
    also={
        "errors/ignores-trailing-slash": ("auth/bypass", "auth/order"),
        "errors/redirects-trailing-slash": ("auth/bypass", "auth/order"),
    },
)
