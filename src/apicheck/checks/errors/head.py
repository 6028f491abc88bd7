"""HEAD is answered as promised: as GET is, or with a refusal."""

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
    """To every GET, where the policy speaks of HEAD and the document does not."""
    if "head" not in subject.facts.requests:
        return NotApplicable("the policy says nothing on HEAD (requests.head)")
    if subject.op.method != "GET":
        return NotApplicable("asked where there is GET")
    others = subject.context.spec.operations
    if any(op.path == subject.op.path and op.method == "HEAD" for op in others):
        return NotApplicable("its path has an operation of its own for HEAD")
    return Applies(facts=("requests.head",))


def script(subject: Subject) -> Script:
    """GET, accepted; then the same request with HEAD."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(replace(request, method="HEAD"))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The status of GET, and its media type; or the status of the refusal."""
    promise = subject.facts.requests["head"]
    before = transcript.of_role(Role.CONTROL)
    for exchange in transcript.exercised:
        if isinstance(promise, ExpectedResponse):
            return judging.judge_status(exchange, promise)
        if before:
            return _differs(exchange, before[-1])
    return None


def _differs(head: Exchange, get: Exchange) -> Failure | None:
    if head.status != get.status:
        expected = f"{describe(get)}, as to GET"
        return Failure("wrong-status", expected, describe(head), exchange=head.id)
    if head.response is None or get.response is None:
        return None
    said, due = head.response.header("content-type"), get.response.header("content-type")
    if said is not None and said != due:
        expected = f"Content-Type {due}, as to GET"
        return Failure("fields-differ", expected, said, "Content-Type", head.id)
    return None


CHECK = Check(
    title="HEAD is answered as GET is",
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
    also={
        "errors/head-answered-with-other-status": ("conformance/response",),
        "errors/head-has-other-media-type": ("conformance/response",),
    },
)
