"""A body as long as the limit is accepted."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
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
from apicheck.checks.errors._sized import applies_to, limit_of, pad_request, promise


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the operations that errors/too-large tests."""
    expected = promise(subject)
    if isinstance(expected, NotApplicable):
        return expected
    return applies_to(subject) or Applies(facts=("requests.too_large",))


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with its body padded up to the limit."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(pad_request(request, limit_of(subject)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the body is refused although the limit allows it."""
    expected = f"accepted, with a body of {limit_of(subject)} bytes"
    return judging.judge_accepted(transcript, expected)


CHECK = Check(
    title="A body as long as the limit is accepted",
    failure_title="A body as long as the limit is refused",
    applies=applies,
    script=script,
    judge=judge,
    accepted=True,
    reads=("requests.too_large",),
    standards=("rfc9110#15.5.14",),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("errors/one-byte-too-few",)},
)
