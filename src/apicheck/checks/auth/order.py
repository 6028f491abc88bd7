"""Who is not authenticated is told so, or whatever else the policy's order has first."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Answer,
    Applies,
    Case,
    Check,
    Fail,
    Fails,
    Judgement,
    NotApplicable,
    NotTested,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    absent_id,
    control,
    decided_first,
    describe,
    due,
    first_refusal,
    path_selected,
    prepared,
    send,
)
from apicheck.checks.auth._asked import excused

_NO_MEDIA_TYPE = "application/x-apicheck"
_STAGES = {
    "an unknown id": "object",
    "another media type": "media",
    "a body that cannot be parsed": "body",
    "a body of the wrong kind": "body",
    "a method that the path does not have": "method",
}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy has an order, and says what an anonymous request is answered."""
    if reason := excused(subject):
        return reason
    if subject.facts.authentication.anonymous is None:
        return NotApplicable("the policy says nothing on requests without credentials")
    if not cases(subject):
        return NotApplicable("the policy does not say which of two mistakes is answered")
    return Applies(of=("order",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """What else can be wrong with a request of this operation, where the answer is promised."""
    possible = {
        "an unknown id": "{" in subject.op.path,
        "another media type": bool(subject.op.body),
        "a body that cannot be parsed": bool(subject.op.body),
        "a body of the wrong kind": bool(subject.op.body),
        "a method that the path does not have": bool(_other_method(subject)),
    }
    rows = (name for name, fits in possible.items() if fits and _promised(subject, name))
    return tuple(Case(name, name) for name in rows)


def _promised(subject: Subject, row: str) -> Answer | None:
    """The refusal that comes first of an anonymous request which is wrong in one more way."""
    facts, stage = subject.facts, _STAGES[row]
    kinds = {"media": "media", "method": "method"}
    written = facts.requests.get(kinds.get(stage, ""))
    other = facts.authorization.absent if stage == "object" else written
    if stage == "body" and decided_first(facts, ("credential", "body")) != "credential":
        return None  # which of two rules a body breaks first is for errors/ to say
    answer = other if isinstance(other, Answer) else None
    wrongs = {"credential": facts.authentication.anonymous, stage: answer}
    return first_refusal(facts, wrongs)


def _other_method(subject: Subject) -> str:
    """A method that no operation of the path has, nor of a template that takes it; "" for none."""
    path = subject.op.path
    operations = subject.world.spec.operations
    known = {other.method for other in operations if path_selected(other.path, "", path)}
    return next((m for m in ("DELETE", "PUT", "PATCH") if m not in known), "")


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then from nobody, and wrong in another way too."""
    yield from control(subject)
    request = (yield from prepared(subject, refused=True)).without_credentials()
    row = str(subject.case.value) if subject.case else ""
    yield from send(_made_wrong(subject, request, row))


def _made_wrong(subject: Subject, request: Request, row: str) -> Request:
    media = ("Content-Type", _NO_MEDIA_TYPE)
    if row == "an unknown id":
        return _with_unknown_id(subject, request)
    if row == "another media type":
        others = tuple(h for h in request.headers if h[0].lower() != "content-type")
        return replace(request, headers=(*others, media), body=request.body or b"x")
    if row == "a body that cannot be parsed":
        return replace(request, body=b'{"')
    if row == "a body of the wrong kind":
        return replace(request, body=b'"apicheck"')
    return replace(request, method=_other_method(subject), operation="")


def _with_unknown_id(subject: Subject, request: Request) -> Request:
    """With the last id of the path replaced by one that nobody has."""
    template = subject.op.path.split("/")
    sent = request.path.split("/")
    place = max(i for i, part in enumerate(template) if part.startswith("{"))
    sent[place] = absent_id(sent[place])
    return replace(request, path="/".join(sent))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Any other status than that of the refusal which comes first is out of order."""
    row = str(subject.case.value) if subject.case else ""
    answer = _promised(subject, row)
    assert answer is not None  # cases() saw to it
    for exchange in transcript.exercised:
        if exchange.status not in answer.statuses:
            expected = f"{due(answer)}, which comes first in the policy's order"
            return Fails("wrong-order", expected, describe(exchange), row, exchange.id)
    return None


CHECK = Check(
    title="A request from nobody is refused in the order of the policy",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("order", "authentication.refusal"),
    standards=("rfc9110#15.5.2",),
    outcomes=(Fail("wrong-order", Severity.LOW),),
    proven_by={"wrong-order": ("auth/validates-before-authentication",)},
    also={"auth/validates-before-authentication": ("scopes/order",)},
)
