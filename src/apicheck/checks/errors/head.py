"""HEAD gets the promised response: that of GET without its body, or a refusal."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    ExpectedResponse,
    Failure,
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


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every GET, where the policy promises a response to HEAD and the document has none."""
    if "head" not in subject.facts.requests:
        return NotApplicable("the policy promises nothing on HEAD (requests.head)")
    if subject.op.method != "GET":
        return NotApplicable("tested on GET operations")
    others = subject.context.spec.operations
    if any(op.path == subject.op.path and op.method == "HEAD" for op in others):
        return NotApplicable("its path has an operation of its own for HEAD")
    return Applies(facts=("requests.head",))


def script(subject: Subject) -> Script:
    """Send GET, then the same request with HEAD."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(replace(request, method="HEAD"))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when HEAD has another status or media type than GET, or is not refused as promised."""
    promise = subject.facts.requests["head"]
    before = transcript.of_role(Role.CONTROL)
    for exchange in transcript.exercised:
        if isinstance(promise, ExpectedResponse):
            return judging.judge_status(exchange, promise)
        if before:
            return _compare(exchange, before[-1])
    return None


def _compare(head: Exchange, get: Exchange) -> Failure | None:
    if head.status != get.status:
        expected = f"{describe(get)}, as for GET"
        return Failure("wrong-status", expected, describe(head), exchange=head.id)
    if head.response is None or get.response is None:
        return None
    head_type, get_type = head.response.header("content-type"), get.response.header("content-type")
    if head_type is not None and head_type != get_type:
        expected = f"Content-Type: {get_type}, as for GET"
        return Failure(
            "fields-differ", expected, f"Content-Type: {head_type}", "Content-Type", head.id
        )
    return None


CHECK = Check(
    title="HEAD gets the promised response",
    failure_title="HEAD does not get the promised response",
    applies=applies,
    script=script,
    judge=judge,
    reads=("requests.head",),
    standards=("rfc9110#9.3.2",),
    outcomes=(Outcome("wrong-status", Severity.LOW), Outcome("fields-differ", Severity.INFO)),
    proven_by={
        "wrong-status": ("errors/head-answered-with-other-status",),
        "fields-differ": ("errors/head-has-other-media-type",),
    },
)
