"""A method in a header field or a parameter does not take the place of that of the request."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    ExpectedResponse,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    overrides,
)

_FACT = "requests.method_override"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that change or delete an object, where the policy rules this way out."""
    promise = subject.facts.requests.get("method_override")
    if promise is None:
        return NotApplicable(f"the policy does not say what becomes of another method ({_FACT})")
    if isinstance(promise, ExpectedResponse) and not judging.is_promised_for(
        subject.context, promise, subject.op
    ):
        return NotApplicable(f"the promise is about other operations ({_FACT}.ops)")
    if reason := overrides.changes_nothing_readable(subject):
        return reason
    if subject.context.mode is not Mode.FULL:
        why = "an object would have to be created, which the request must not change"
        return NotTested(NotTestedKind.READ_ONLY, why, '[safety]\nmode = "full"')
    return Applies(requests=4, facts=(_FACT,))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each way to name the method."""
    return overrides.cases(subject)


def script(subject: Subject) -> Script:
    """The change itself, accepted; then asked for by another method, by the same caller."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, fresh=True)
    yield from overrides.probe(subject, request, request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Whatever the response is, the object must be as it was."""
    line, method = subject.row.value["line"], subject.op.method
    return overrides.judge(subject, transcript, f"a {line} like any other, and no {method}")


CHECK = Check(
    title="A method in a field or parameter has no effect",
    failure_title="A method in a field or parameter takes the place of the method of the request",
    applies=applies,
    cases=cases,
    rows_each=0,
    script=script,
    judge=judge,
    reads=(_FACT,),
    standards=("rfc9110#9.1",),
    outcomes=(Outcome("obeyed", Severity.MEDIUM, Confirm.ONCE),),
    min_exercised=2,
    proven_by={"obeyed": ("errors/obeys-method-override",)},
)
