"""What a request without the right would have made is not there afterwards."""

from __future__ import annotations

import json
from dataclasses import replace

from apicheck.authoring import (
    UNIQUE,
    Applies,
    Check,
    Exchange,
    Fail,
    Fails,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Operation,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    control,
    prepared,
    send,
)
from apicheck.checks.scopes._listing import shown, walked
from apicheck.checks.scopes._rights import NO_POOR_IDENTITY, as_sent_by, needed, poor, poor_cases


def _lister(subject: Subject) -> Operation | None:
    """The operation that lists what this one makes: GET of the same path."""
    for operation in subject.world.spec.operations:
        listed = operation.method == "GET" and operation.path == subject.op.path
        if listed and operation.id in subject.world.actors:
            return operation
    return None


def _mark(subject: Subject) -> str:
    """The member of the body in which every request is another; "" where there is none."""
    recipe = subject.world.recipes[subject.op.id]
    body = recipe.body if isinstance(recipe, Recipe) else None
    members = body.items() if isinstance(body, dict) else ()
    return next((n for n, value in members if isinstance(value, str) and UNIQUE in value), "")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To POST where GET lists, with a body that can be told from every other."""
    if subject.op.method != "POST" or not needed(subject) or _lister(subject) is None:
        return NotApplicable("it makes nothing that an operation of the same path lists")
    if subject.facts.authorization.refusal is None:
        return NotApplicable("the policy says nothing on credentials that lack a right")
    if not _mark(subject):
        return NotApplicable("nothing in its body is unique, by which to find what it made")
    if subject.world.mode is not Mode.FULL:
        reason = "something would have to be made to be listed"
        return NotTested(NotTestedKind.READ_ONLY, reason, '[safety]\nmode = "full"')
    if not poor_cases(subject):
        return NO_POOR_IDENTITY
    return Applies(requests=5, of=("authorization.refusal",))


def script(subject: Subject) -> Script:
    """Refused; then made by somebody who may; then the list, until it shows the second."""
    lister = _lister(subject)
    assert lister is not None  # applies() saw to it
    yield from control(subject)
    who = yield from poor(subject, poor_cases(subject)[0].value)
    request = yield from prepared(subject)
    yield from send(as_sent_by(subject, request, who))
    mine = yield from send(request, Role.SETUP)
    listing = yield from prepared(subject, lister.id)
    of_list = replace(subject, operation=lister)
    yield from walked(of_list, listing, _sent(mine, _mark(subject)), _mark(subject))


def _sent(exchange: Exchange, member: str) -> str:
    try:
        return str(json.loads(exchange.request.body or b"{}").get(member, ""))
    except (ValueError, AttributeError):
        return ""


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What we made is listed, what was refused is not."""
    mark = _mark(subject)
    made = [e for e in transcript.of_role(Role.SETUP) if e.request.operation == subject.op.id]
    refused = [e for e in transcript.exercised if e.request.operation == subject.op.id]
    pages = [e for e in transcript.exercised if e.request.operation != subject.op.id]
    if not made or not made[-1].succeeded or not refused or not pages:
        return Inconclusive("nothing was made to be listed")
    if refused[-1].succeeded:
        return NotApplicable("it was not refused, of which scopes/denied tells")
    for page in pages:
        if _sent(refused[-1], mark) in shown(page, mark):
            return Fails("made", "nothing of it", f"a list shows its {mark}", "", page.id)
    if not any(_sent(made[-1], mark) in shown(page, mark) for page in pages):
        return NotApplicable(f"the list does not show the {mark} of what was just made")
    return None


CHECK = Check(
    title="A refused request makes nothing",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authorization.refusal",),
    standards=("rfc9110#15.5.4",),
    outcomes=(Fail("made", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"made": ("scopes/makes-before-refusing",)},
)
