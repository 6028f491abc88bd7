"""A missing right is noticed before, or after, what else is wrong, as the policy's order has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    ExpectedResponse,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    judging,
    order,
    steps,
)
from apicheck.checks.scopes._foreign import for_absent
from apicheck.checks.scopes._rights import (
    NO_UNDERPRIVILEGED_IDENTITY,
    required_rights,
    underprivileged,
    underprivileged_cases,
    with_sender,
)

_MEDIA = "application/x-apicheck"
_NOT_JSON, _WRONG_KIND = "a body that cannot be parsed", "a body of the wrong kind"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the order says which of two refusals is due to a caller without the right."""
    if not required_rights(subject) or not subject.facts.order:
        return NotApplicable("the operation needs no right, or the policy has no order of checks")
    if not dict(_wrongs(subject)):
        return NotApplicable("the order says nothing of what else could be wrong with it")
    if not underprivileged_cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(requests=2, facts=("order", "authorization.refusal"))


def _wrongs(subject: Subject) -> Iterator[tuple[str, ExpectedResponse]]:
    """What else can be wrong with the request -> the refusal that is due to both together."""
    facts, recipe = subject.facts, subject.context.recipes[subject.op.id]
    if not isinstance(recipe, Recipe):
        return
    requests = facts.requests
    answers = {
        ("object", "an unknown object"): facts.authorization.absent if recipe.needs else None,
        ("media", "another media type"): requests.get("media") if recipe.media_type else None,
        ("body", _NOT_JSON): requests.get("syntax") if "json" in recipe.media_type else None,
        ("body", _WRONG_KIND): requests.get("schema") if isinstance(recipe.body, dict) else None,
    }
    for (stage, wrong), answer in answers.items():
        if not isinstance(answer, ExpectedResponse) or not _can(subject, stage):
            continue
        both = order.expected_refusal(facts, {"scope": facts.authorization.refusal, stage: answer})
        if both is not None and both.statuses:
            yield wrong, both


def _can(subject: Subject, stage: str) -> bool:
    return stage != "object" or "{" in subject.op.path


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each other wrong, together with the missing right."""
    return tuple(Case(wrong, wrong) for wrong, _ in _wrongs(subject))


def script(subject: Subject) -> Script:
    """Refused for the right alone; then with something else wrong as well."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    who = yield from underprivileged(subject, underprivileged_cases(subject)[0].value)
    request = with_sender(subject, (yield from build.valid_request(subject)), who)
    share = f"without rights {subject.op.id} as {who.name}"
    yield from steps.send(request, Role.SETUP, share)
    yield from steps.send(_with(subject, subject.case.value, request))


def _with(subject: Subject, wrong: str, request: Request) -> Request:
    if wrong == "an unknown object":
        return for_absent(subject, request)
    if wrong == "another media type":
        return request.with_header("Content-Type", _MEDIA)
    return replace(request, body=b'{"' if wrong == _NOT_JSON else b'"apicheck"')


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The status is that of the stage which comes first."""
    refusal = subject.facts.authorization.refusal
    wrong = subject.case.value if subject.case else ""
    answer = dict(_wrongs(subject))[wrong]
    alone = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    if not alone:
        return Inconclusive("the request without the right was not answered")
    if refusal is None or alone[-1].status not in refusal.statuses:
        return NotApplicable("a missing right alone is not refused as promised: scopes/denied")
    for exchange in transcript.exercised:
        if exchange.status not in answer.statuses:
            return Failure(
                "wrong-status",
                judging.expected_text(answer),
                describe(exchange),
                wrong,
                exchange.id,
            )
    return None


CHECK = Check(
    title="A missing right is refused in its turn",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("order", "authorization.refusal", "authorization.absent", "requests"),
    standards=("rfc9110#15.5.4",),
    outcomes=(Outcome("wrong-status", Severity.LOW),),
    proven_by={
        "wrong-status": (
            "scopes/looks-for-objects-first",
            "scopes/reads-bodies-first",
            "scopes/validates-bodies-first",
        ),
    },
)
