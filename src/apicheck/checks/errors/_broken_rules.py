"""How a rule of a schema that was broken is asked about, wherever it is broken, and judged."""

from __future__ import annotations

from collections.abc import Iterable

from apicheck.authoring import (
    MISSING,
    Case,
    Judgement,
    Part,
    Script,
    Subject,
    Transcript,
    alter,
    build,
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, not_promised
from apicheck.checks.errors._violations import Violation, vary_violations


def formats_are_rules(subject: Subject) -> bool:
    """Whether the policy promises what a value of another format is answered."""
    return not_promised(subject, "format") is None


def select_violations(
    subject: Subject, violations: Iterable[Violation], most: int
) -> tuple[Violation, ...]:
    """Those that break a rule by the policy: at most so many, or all when thorough."""
    due = [one for one in violations if one.kind != "format" or formats_are_rules(subject)]
    return tuple(due) if subject.context.thorough else vary_violations(due, most)


def case_of(name: str, violation: Violation) -> Case:
    """The row of one broken rule."""
    value = {"kind": violation.kind, "pointer": violation.pointer}
    return Case(name, value if violation.value is MISSING else {**value, "value": violation.value})


def send_violation(subject: Subject, place: str) -> Script:
    """The canonical request, accepted; then with one part of a place that breaks a rule."""
    assert subject.case is not None  # cases() made it
    case = subject.case.value
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    part = Part(place, case["pointer"])
    yield from steps.send(alter.with_part(request, subject.op, part, case.get("value", MISSING)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    kind = subject.case.value["kind"] if subject.case else ""
    promise = "format" if kind == "format" else "schema"
    return judge_promised_refusal(subject, transcript, promise, kind)
