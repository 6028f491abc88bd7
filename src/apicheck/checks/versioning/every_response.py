"""A deprecated operation announces it to HEAD, and with its errors where that is promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
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
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import FACT
from apicheck.checks.versioning._visits import find_deprecation, needs_deprecation

_FIELDS = ("Deprecation", "Sunset", "Link")
_HEAD, _ERROR = "HEAD", "without credentials"
_CLIENT_ERRORS = range(400, 500)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Apply to deprecated operations that respond to HEAD, or whose errors announce it."""
    item = needs_deprecation(subject)
    if isinstance(item, NotApplicable):
        return item
    if not _list_names(subject, item):
        return NotApplicable("it has no HEAD, and the policy promises nothing of its errors (when)")
    return Applies(facts=(FACT,))


def cases(subject: Subject) -> tuple[Case, ...]:
    """HEAD, and an error that every secured operation has."""
    item = find_deprecation(subject)
    names = _list_names(subject, item) if item else []
    return tuple(Case(name, name) for name in names)


def _list_names(subject: Subject, item: Deprecation) -> list[str]:
    own_head = any(
        op.path == subject.op.path and op.method == "HEAD" for op in subject.context.spec.operations
    )
    heads = subject.op.method == "GET" and not own_head
    refuses = subject.op.id in subject.context.secured and _covers_errors(item)
    return [*([_HEAD] if heads else []), *([_ERROR] if refuses else [])]


def _covers_errors(item: Deprecation) -> bool:
    when = item.when
    return when is not None and (
        not when.statuses or any(status in when.statuses for status in _CLIENT_ERRORS)
    )


def script(subject: Subject) -> Script:
    """Send the canonical request, then with HEAD or without its credential."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=subject.row.name == _ERROR)
    if subject.row.name == _HEAD:
        yield from steps.send(replace(request, method="HEAD"))
    else:
        yield from steps.send(request.without_credentials())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when a field is missing that the accepted response has."""
    item, controls = find_deprecation(subject), transcript.of_role(Role.CONTROL)
    if item is None or not controls or not transcript.exercised:
        return Inconclusive("no accepted response shows what is announced")
    got, asked = controls[-1].received, transcript.exercised[-1]
    if subject.row.name == _HEAD and not asked.succeeded:
        return Inconclusive(f"HEAD is not served: {describe(asked)}")
    if subject.row.name == _ERROR:
        if asked.succeeded:
            return Inconclusive(f"it needs no credential: {describe(asked)}")
        if not judging.rule_applies(subject.context, item.when, asked):
            return Inconclusive(f"the policy promises nothing of {describe(asked)}")
    missing = [
        name
        for name in (*_FIELDS, *item.headers)
        if got.header(name) is not None and asked.received.header(name) is None
    ]
    if not missing:
        return None
    due = f"{', '.join(missing)}, as on {describe(controls[-1])}"
    return Failure("absent", due, f"none on {describe(asked)}", subject.row.name, asked.id)


CHECK = Check(
    title="A deprecated operation announces it on HEAD and on errors too",
    failure_title="A deprecated operation announces it on some responses only",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=(FACT,),
    standards=("rfc9745#2", "rfc9110#9.3.2"),
    outcomes=(Outcome("absent", Severity.LOW),),
    proven_by={
        "absent": (
            "versioning/omits-deprecation-on-errors",
            "versioning/omits-deprecation-on-head",
        )
    },
)
