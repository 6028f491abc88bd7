"""Who is not authenticated is told so, or whatever else the policy's order has first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    ExpectedResponse,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    credentials,
    describe,
    judging,
    order,
    paths,
    selector,
    spreading,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential

_NO_MEDIA_TYPE = "application/x-apicheck"
_STAGES = {
    "an unknown id": "object",
    "another media type": "media",
    "a body that cannot be parsed": "body",
    "a body of the wrong kind": "body",
    "a method that the path does not have": "method",
}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy has an order, and says how a credential is refused."""
    if reason := needs_no_credential(subject):
        return reason
    authentication = subject.facts.authentication
    if authentication.anonymous is None and authentication.bad is None:
        return NotApplicable("the policy does not say how a credential is refused")
    if not cases(subject):
        return NotApplicable("the policy does not say which of two mistakes is answered")
    return Applies(facts=("order",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """What else can be wrong with a request of this operation, where the answer is promised.

    Each of these from nobody, and with a credential that is none.
    """
    possible = {
        "an unknown id": "{" in subject.op.path,
        "another media type": bool(subject.op.body),
        "a body that cannot be parsed": bool(subject.op.body),
        "a body of the wrong kind": bool(subject.op.body),
        "a method that the path does not have": bool(_other_method(subject)),
    }
    named = [name for name, fits in possible.items() if fits]
    rows = [Case(name, {"wrong": name, "bad": False}) for name in named]
    rows += [Case(f"{name}, bad credential", {"wrong": name, "bad": True}) for name in named]
    promised = (row for row in rows if _promised(subject, row.value))
    return spreading.spread(promised, subject.context.alternatives[subject.op.id])


def _promised(subject: Subject, row: Mapping[str, Any]) -> ExpectedResponse | None:
    """The refusal that comes first of a request which is wrong in one more way."""
    facts, stage = subject.facts, _STAGES[row["wrong"]]
    authentication = facts.authentication
    credential = authentication.bad if row["bad"] else authentication.anonymous
    kinds = {"media": "media", "method": "method"}
    written = facts.requests.get(kinds.get(stage, ""))
    other = facts.authorization.absent if stage == "object" else written
    if stage == "body" and order.deciding_stage(facts, ("credential", "body")) != "credential":
        return None  # which of two rules a body breaks first is for errors/ to say
    answer = other if isinstance(other, ExpectedResponse) else None
    wrongs = {"credential": credential, stage: answer}
    return order.expected_refusal(facts, wrongs)


def _other_method(subject: Subject) -> str:
    """A method that no operation of the path has, nor of a template that takes it; "" for none."""
    path = subject.op.path
    operations = subject.context.spec.operations
    known = {other.method for other in operations if selector.selects_path(other.path, "", path)}
    return next((m for m in ("DELETE", "PUT", "PATCH") if m not in known), "")


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then without a valid credential, and otherwise wrong too."""
    assert subject.case is not None  # cases() made it
    row = subject.case.value
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    if row["bad"]:
        who = build.identity_of(subject)
        bad = credentials.credentials_of(subject.context, subject.op.id, who, "not-a-token")
        request = request.with_bad_credentials(*bad)
    else:
        request = request.without_credentials()
    yield from steps.send(_made_wrong(subject, request, row["wrong"]))


def _made_wrong(subject: Subject, request: Request, wrong: str) -> Request:
    if wrong == "an unknown id":
        return _with_unknown_id(subject, request)
    if wrong == "another media type":
        other = request.with_header("Content-Type", _NO_MEDIA_TYPE)
        return replace(other, body=request.body or b"x")
    if wrong == "a body that cannot be parsed":
        return replace(request, body=b'{"')
    if wrong == "a body of the wrong kind":
        return replace(request, body=b'"apicheck"')
    return replace(request, method=_other_method(subject), operation="")


def _with_unknown_id(subject: Subject, request: Request) -> Request:
    """With the last id of the path replaced by one that nobody has."""
    template = subject.op.path.split("/")
    sent = request.path.split("/")
    place = max(i for i, part in enumerate(template) if part.startswith("{"))
    sent[place] = paths.make_absent_id(sent[place])
    return replace(request, path="/".join(sent))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Any other status than that of the refusal which comes first is out of order."""
    assert subject.case is not None  # cases() made it
    row = subject.case.name
    answer = _promised(subject, subject.case.value)
    assert answer is not None  # cases() saw to it
    for exchange in transcript.exercised:
        if exchange.status not in answer.statuses:
            expected = f"{judging.expected_text(answer)}, which comes first in the policy's order"
            return Failure("wrong-order", expected, describe(exchange), row, exchange.id)
    return None


CHECK = Check(
    title="A bad credential, or none, is refused in its turn",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("order", "authentication.refusal"),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("wrong-order", Severity.LOW),),
    proven_by={
        "wrong-order": (
            "auth/validates-before-authentication",
            "auth/looks-up-credentials-last",
        ),
    },
)
