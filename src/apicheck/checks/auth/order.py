"""A request that is wrong in two ways gets the refusal that comes first in the policy's order."""

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
    describe,
    judging,
    order,
    paths,
    selector,
    spreading,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential, without_valid_credential

_NO_MEDIA_TYPE = "application/x-apicheck"
_STAGES = {
    "an unknown id": "object",
    "another media type": "media",
    "a body that cannot be parsed": "body",
    "a body of the wrong kind": "body",
    "a method that the path does not have": "method",
}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy has an order, and promises how a credential is refused."""
    if reason := needs_no_credential(subject):
        return reason
    authentication = subject.facts.authentication
    if authentication.anonymous is None and authentication.bad is None:
        return NotApplicable("the policy promises no response to a missing or bad credential")
    if not cases(subject):
        return NotApplicable("the policy does not say which of two refusals comes first")
    return Applies(facts=("order",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each second mistake that is possible here and has a promised refusal.

    Each is made without a credential, and with an invalid one.
    """
    possible = {
        "an unknown id": "{" in subject.op.path,
        "another media type": bool(subject.op.body),
        "a body that cannot be parsed": bool(subject.op.body),
        "a body of the wrong kind": bool(subject.op.body),
        "a method that the path does not have": bool(_find_undefined_method(subject)),
    }
    named = [name for name, fits in possible.items() if fits]
    rows = [Case(name, {"wrong": name, "bad": False}) for name in named]
    rows += [Case(f"{name}, bad credential", {"wrong": name, "bad": True}) for name in named]
    promised = (row for row in rows if _find_expected(subject, row.value))
    return spreading.spread(promised, "operations")


def _find_expected(subject: Subject, row: Mapping[str, Any]) -> ExpectedResponse | None:
    """The refusal that the policy's order has first; None where the policy leaves it open."""
    facts, stage = subject.facts, _STAGES[row["wrong"]]
    authentication = facts.authentication
    credential = authentication.bad if row["bad"] else authentication.anonymous
    if stage == "body" and order.deciding_stage(facts, ("credential", "body")) != "credential":
        return None  # what a body gets where it is judged first, the checks of errors/ test
    kind = stage if stage in ("media", "method") else ""
    other = facts.authorization.absent if stage == "object" else facts.requests.get(kind)
    expected = other if isinstance(other, ExpectedResponse) else None
    return order.expected_refusal(facts, {"credential": credential, stage: expected})


def _find_undefined_method(subject: Subject) -> str:
    """A method that no operation with a matching path has; "" where there is none."""
    path = subject.op.path
    operations = subject.context.spec.operations
    known = {other.method for other in operations if selector.selects_path(other.path, "", path)}
    return next((m for m in ("DELETE", "PUT", "PATCH") if m not in known), "")


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same without a valid credential and with a mistake."""
    row = subject.row.value
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    bare = without_valid_credential(subject, request, bad=row["bad"])
    yield from steps.send(_make_mistake(subject, bare, row["wrong"]))


def _make_mistake(subject: Subject, request: Request, wrong: str) -> Request:
    if wrong == "an unknown id":
        return _replace_last_id(subject, request)
    if wrong == "another media type":
        other = request.with_header("Content-Type", _NO_MEDIA_TYPE)
        return replace(other, body=request.body or b"x")
    if wrong == "a body that cannot be parsed":
        return replace(request, body=b'{"')
    if wrong == "a body of the wrong kind":
        return replace(request, body=b'"apicheck"')
    return replace(request, method=_find_undefined_method(subject), operation="")


def _replace_last_id(subject: Subject, request: Request) -> Request:
    """Replace the last id of the path by an unknown one."""
    template = subject.op.path.split("/")
    sent = request.path.split("/")
    place = max(i for i, part in enumerate(template) if part.startswith("{"))
    sent[place] = paths.make_absent_id(
        sent[place], paths.schema_of(subject, template[place].strip("{}"))
    )
    return replace(request, path="/".join(sent))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on every other status than that of the refusal that comes first."""
    expected = _find_expected(subject, subject.row.value)
    assert expected is not None  # cases() left out the rows without one
    why = "which comes first in the policy's order"
    for exchange in transcript.exercised:
        if exchange.status not in expected.statuses:
            words = f"{judging.expected_text(expected)}, {why}"
            detail = subject.row.name
            return Failure("wrong-order", words, describe(exchange), detail, exchange.id)
    return None


CHECK = Check(
    title="A missing or bad credential is refused in the promised order",
    failure_title="A missing or bad credential is not refused in the promised order",
    applies=applies,
    cases=cases,
    rows_each=0,
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
