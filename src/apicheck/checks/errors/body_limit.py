"""A body as long as the limit is accepted."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Check,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    steps,
)
from apicheck.checks.errors._sized import applies, pad_body


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with white space after its body, up to the limit."""
    limit = subject.facts.body_limit_bytes
    assert limit is not None  # applies() saw to it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(replace(request, body=pad_body(request.body or b"", limit)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused although the limit allows it."""
    size = subject.facts.body_limit_bytes
    return judging.judge_accepted(transcript, f"accepted, with a body of {size} bytes")


CHECK = Check(
    title="A body as long as the limit is accepted",
    applies=applies,
    script=script,
    judge=judge,
    accepted=True,
    reads=("requests.too_large",),
    standards=("rfc9110#15.5.14",),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("errors/one-byte-too-few",)},
)
