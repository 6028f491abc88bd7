"""Requests that break one rule of a schema, in a body or in the query, and their judge."""

from __future__ import annotations

from collections.abc import Iterable

from apicheck.authoring import (
    MISSING,
    Case,
    ExpectedResponse,
    Judgement,
    Part,
    Script,
    Subject,
    Transcript,
    alter,
    build,
    steps,
)
from apicheck.checks.errors._refusals import find_promise, judge_promised_refusal
from apicheck.checks.errors._violations import Violation, vary_violations


def formats_are_rules(subject: Subject) -> bool:
    """Whether the policy promises a refusal of values that do not have their `format`."""
    return isinstance(find_promise(subject, "format"), ExpectedResponse)


def select_violations(
    subject: Subject, violations: Iterable[Violation], most: int
) -> tuple[Violation, ...]:
    """The violations of what the policy enforces: at most so many, or all when thorough."""
    enforced = [one for one in violations if one.kind != "format" or formats_are_rules(subject)]
    return tuple(enforced) if subject.context.thorough else vary_violations(enforced, most)


def make_case(name: str, violation: Violation) -> Case:
    """Make the case that breaks one rule."""
    value = {"kind": violation.kind, "pointer": violation.pointer}
    return Case(name, value if violation.value is MISSING else {**value, "value": violation.value})


def send_violation(subject: Subject, place: str) -> Script:
    """Send the canonical request, then the same with one part that breaks a rule."""
    case = subject.row.value
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    part = Part(place, case["pointer"])
    yield from steps.send(alter.with_part(request, subject.op, part, case.get("value", MISSING)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge by the promise for formats where a format was broken, else by that for schemas."""
    kind = subject.row.value["kind"]
    promise = "format" if kind == "format" else "schema"
    return judge_promised_refusal(subject, transcript, promise, kind)
