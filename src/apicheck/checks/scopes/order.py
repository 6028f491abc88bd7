"""A missing right and a second mistake get the refusal that the policy's order puts first."""

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
    spreading,
    steps,
)
from apicheck.checks.scopes._foreign import with_unknown_ids
from apicheck.checks.scopes._rights import (
    NO_UNDERPRIVILEGED_IDENTITY,
    obtain_identity,
    required_rights,
    underprivileged_cases,
    with_sender,
)

_MEDIA = "application/x-apicheck"
_UNKNOWN, _OTHER_MEDIA = "an unknown object", "another media type"
_NOT_JSON, _WRONG_KIND = "a body that cannot be parsed", "a body of the wrong kind"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations for which the order decides between a missing right and another mistake."""
    if not required_rights(subject) or not subject.facts.order:
        return NotApplicable("the operation needs no right, or the policy has no order of checks")
    if not cases(subject):
        return NotApplicable("the order decides between a missing right and no other mistake")
    if not underprivileged_cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(requests=2, facts=("order", "authorization.refusal"))


def _expected_refusals(subject: Subject) -> Iterator[tuple[str, ExpectedResponse]]:
    """Each second mistake, with the refusal that is due to it and the missing right together."""
    facts, recipe = subject.facts, subject.context.recipes[subject.op.id]
    if not isinstance(recipe, Recipe):
        return
    requests = facts.requests
    named = recipe.needs and "{" in subject.op.path
    promises = (
        ("object", _UNKNOWN, facts.authorization.absent if named else None),
        ("media", _OTHER_MEDIA, requests.get("media") if recipe.media_type else None),
        ("body", _NOT_JSON, requests.get("syntax") if "json" in recipe.media_type else None),
        ("body", _WRONG_KIND, requests.get("schema") if isinstance(recipe.body, dict) else None),
    )
    for stage, mistake, alone in promises:
        if not isinstance(alone, ExpectedResponse):
            continue
        both = order.expected_refusal(facts, {"scope": facts.authorization.refusal, stage: alone})
        if both is not None and both.statuses:
            yield mistake, both


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each second mistake, together with the missing right."""
    rows = (Case(mistake, mistake) for mistake, _ in _expected_refusals(subject))
    return spreading.spread(rows, "operations")


def script(subject: Subject) -> Script:
    """Refused with both mistakes; where not as promised, also for the missing right alone."""
    yield from build.send_control(subject)
    sender = yield from obtain_identity(subject, underprivileged_cases(subject)[0].value)
    # A request that names an unknown object uses up none.
    unknown = subject.row.value == _UNKNOWN
    request = yield from build.valid_request(subject, refused=unknown)
    request = with_sender(subject, request, sender)
    both = yield from steps.send(_with_mistake(subject, subject.row.value, request))
    if both.status not in dict(_expected_refusals(subject))[subject.row.value].statuses:
        share = f"without rights {subject.op.id} as {sender.name}"
        yield from steps.send(request, Role.SETUP, share)


def _with_mistake(subject: Subject, mistake: str, request: Request) -> Request:
    if mistake == _UNKNOWN:
        return with_unknown_ids(subject, request)
    if mistake == _OTHER_MEDIA:
        return request.with_header("Content-Type", _MEDIA)
    return replace(request, body=b'{"' if mistake == _NOT_JSON else b'"apicheck"')


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The status is that of the stage which comes first."""
    refusal, mistake = subject.facts.authorization.refusal, subject.row.value
    expected = dict(_expected_refusals(subject))[mistake]
    wrong = [one for one in transcript.exercised if one.status not in expected.statuses]
    if not wrong:
        return None
    alone = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    if not alone:
        return Inconclusive("the request with the missing right alone was not sent")
    if refusal is None or alone[-1].status not in refusal.statuses:
        reason = "a missing right alone is not refused as promised, which scopes/denied reports"
        return NotApplicable(reason)
    due = judging.expected_text(expected)
    return Failure("wrong-status", due, describe(wrong[0]), mistake, wrong[0].id)


CHECK = Check(
    title="A missing right is refused in the promised order",
    failure_title="A missing right is not refused in the promised order",
    applies=applies,
    cases=cases,
    rows_each=1,
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
