"""A method that a path does not know is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    RunContext,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    selector,
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, not_promised

_METHODS = ("GET", "PATCH", "PUT", "POST", "DELETE")
"""The least harmful first, should one be served after all."""
_TRIED = 2


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every path of the document: to the first of its operations, of those that only read."""
    if why := not_promised(subject, "method"):
        return why
    same = [op for op in subject.context.spec.operations if op.path == subject.op.path]
    first = min(same, key=lambda operation: not operation.safe)
    if first.id != subject.op.id:
        return NotApplicable(f"its path is asked with {first.id}")
    if not cases(subject):
        return NotApplicable("its path knows every method")
    return Applies(facts=("requests.method",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Methods that nothing in the document knows for the path; DELETE only with --thorough."""
    known = _known(subject.context, subject.op.path)
    unknown = [method for method in _METHODS if method not in known]
    if not subject.context.thorough:
        unknown = [method for method in unknown if method != "DELETE"][:_TRIED]
    return tuple(Case(method, method) for method in unknown)


def _known(context: RunContext, path: str) -> set[str]:
    """Methods of the path, and of the templates that take it as well."""
    return {
        operation.method
        for operation in context.spec.operations
        if selector.selects_path(operation.path, "", path)
        or selector.selects_path(path, "", operation.path)
    }


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with another method and without a body."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    plain = request.with_header("Content-Type")
    yield from steps.send(replace(plain, method=str(subject.case.value), body=None, operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    return judge_promised_refusal(subject, transcript, "method")


CHECK = Check(
    title="A method that a path does not know is refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.method",),
    standards=("rfc9110#15.5.6",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/serves-any-method",),
        "wrong-status": ("errors/method-answered-with-other-status",),
    },
    also={
        "errors/serves-any-method": ("auth/bypass", "auth/order", "errors/allow"),
        "errors/method-answered-with-other-status": ("auth/bypass", "auth/order", "errors/allow"),
    },
)
