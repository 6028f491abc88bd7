"""What the checks share of requests that a policy has refused, or served as if nothing were odd."""

from __future__ import annotations

from apicheck.authoring import (
    Judgement,
    NotApplicable,
    Outcome,
    Severity,
    Subject,
    Transcript,
    judging,
)

OUTCOMES = (
    Outcome("accepted", Severity.LOW),
    Outcome("wrong-status", Severity.LOW),
    Outcome("refused", Severity.LOW),
)


def find_reason(subject: Subject, kind: str) -> NotApplicable | None:
    """Why `requests.KIND` promises nothing of an operation, None where it does."""
    promise = subject.facts.requests.get(kind)
    if promise is None:
        return NotApplicable(f"the policy promises no response (requests.{kind})")
    if isinstance(promise, str) or judging.is_promised_for(subject.context, promise, subject.op):
        return None
    return NotApplicable(f"the promise is about other operations (requests.{kind}.ops)")


def judge(subject: Subject, transcript: Transcript, kind: str, served: str) -> Judgement:
    """Judge by the promise. served: what is expected where the policy ignores the odd part."""
    promise = subject.facts.requests[kind]
    if isinstance(promise, str):
        return judging.judge_accepted(transcript, served, kind)
    return judging.judge_refused(transcript, promise, kind)
