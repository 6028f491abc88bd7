"""A body that names the object of another tenant, user or app is refused like one of nobody."""

from __future__ import annotations

import json
from dataclasses import replace

from apicheck.authoring import (
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Identity,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    alter,
    build,
    describe,
    paths,
    pointers,
    steps,
)
from apicheck.checks.scopes._foreign import (
    applies_to_foreign,
    foreign_identity,
    foreign_needs,
    foreign_owners,
    send_control_as_owner,
)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each member of the body that names an object, with one of each kind of owner."""
    return tuple(
        Case(f"{name.strip('/')} of another {whose}", {"whose": whose, "member": name})
        for whose in foreign_owners(subject, "body")
        for name in foreign_needs(subject, "body", whose)
        if _is_json(subject)
    )


def _is_json(subject: Subject) -> bool:
    return any("json" in media.media_type for media in subject.op.body)


def script(subject: Subject) -> Script:
    """Our own request, accepted; with an id of nobody; then with one of somebody else."""
    value = subject.case.value if subject.case else {}
    other = yield from foreign_identity(subject, value["whose"])
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    theirs = yield from build.valid_request(
        subject, identity=build.identity_of(subject), owner=other
    )
    yield from _not_ours_too(subject, value["member"], other)
    part = Part("body", value["member"])
    foreign = _member(theirs, part.name)
    yield from steps.send(alter.with_part(request, subject.op, part, _absent(foreign)), Role.SETUP)
    yield from steps.send(alter.with_part(request, subject.op, part, foreign))


def _not_ours_too(subject: Subject, member: str, other: Identity) -> Steps[None]:
    """Ends the script where the id is also ours, as far as an operation reads what it names."""
    context, recipe = subject.context, subject.context.recipes[subject.op.id]
    needs = recipe.needs if isinstance(recipe, Recipe) else ()
    makers = {need.operation for need in needs if need.name == member}
    for operation in context.spec.operations:
        found = context.recipes[operation.id]
        named = {need.operation for need in found.needs} if isinstance(found, Recipe) else set()
        if operation.method == "GET" and named & makers and operation.id in context.actors:
            of_reader = replace(subject, operation=operation)
            theirs = yield from build.valid_request(
                of_reader, operation.id, build.identity_of(subject, operation.id), owner=other
            )
            yield from send_control_as_owner(of_reader, theirs, other)
            return


def _member(request: Request, pointer: str) -> Json:
    return pointers.at(json.loads(request.body or b"null"), pointer)


def _absent(known: Json) -> Json:
    other = paths.make_absent_id(str(known))
    return int(other) if isinstance(known, int) else other


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Taking it is worse than telling that it exists."""
    value = subject.case.value if subject.case else {}
    absent = _last_of(subject, transcript.of_role(Role.SETUP))
    if absent is None:
        return Inconclusive("no answer for an absent object to compare with")
    if absent.succeeded:
        return NotApplicable(f"any {value['member']} is accepted, also one that nobody has")
    for exchange in transcript.exercised:
        expected = f"{describe(absent)}, as for an absent object"
        if exchange.succeeded:
            detail = value["member"]
            return Failure("accepted", expected, describe(exchange), detail, exchange.id)
        if exchange.status != absent.status and _hidden(subject, value["whose"]):
            detail = value["member"]
            return Failure("told-apart", expected, describe(exchange), detail, exchange.id)
    return None


def _last_of(subject: Subject, exchanges: tuple[Exchange, ...]) -> Exchange | None:
    same = [e for e in exchanges if e.request.operation == subject.op.id and e.response]
    return same[-1] if same else None


def _hidden(subject: Subject, whose: str) -> bool:
    """Whether the policy answers for the object of somebody else as for one of nobody."""
    facts = subject.facts.authorization
    foreign = facts.foreign[whose].response
    return foreign is None or (
        facts.absent is not None and foreign.statuses == facts.absent.statuses
    )


CHECK = Check(
    title="A body cannot name what belongs to somebody else",
    applies=lambda subject: applies_to_foreign(subject, "body"),
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.foreign", "authorization.absent"),
    standards=(
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
    ),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.ONCE),
        Outcome("told-apart", Severity.LOW),
    ),
    proven_by={
        "accepted": ("scopes/ignores-tenant-in-bodies",),
        "told-apart": ("scopes/foreign-reference-answered-with-other-status",),
    },
)
