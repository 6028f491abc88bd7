"""A body of one byte more than the limit is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Case,
    Check,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal
from apicheck.checks.errors._sized import applies, pad_body


def cases(_: Subject) -> tuple[Case, ...]:
    """Just over the limit, and far over it."""
    return (Case("one byte over", 0), Case("twice as long", 1))


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with more white space after its body."""
    limit = subject.facts.body_limit_bytes
    assert limit is not None  # applies() saw to it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    size = 2 * limit if subject.case and subject.case.value else limit + 1
    yield from steps.send(replace(request, body=pad_body(request.body or b"", size)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    return judge_promised_refusal(subject, transcript, "too_large")


CHECK = Check(
    title="A body that is too large is refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.too_large",),
    standards=("rfc9110#15.5.14",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/one-byte-too-many",),
        "wrong-status": ("errors/too-large-answered-with-other-status",),
    },
)
