"""A body that names a foreign object is refused like one that names an unknown id."""

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
    end_if_id_is_ours,
    foreign_needs,
    foreign_owners,
    obtain_foreign_identity,
    optional_references,
)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each member of the body that names an object, with an object of each kind of owner."""
    return tuple(
        Case(
            f"{name.strip('/')} of another {whose}",
            {"whose": whose, "member": name},
            fact=f"authorization.foreign.{whose}",
        )
        for whose in foreign_owners(subject, "body")
        for name in foreign_needs(subject, "body", whose)
        if _is_json(subject)
    )


def _is_json(subject: Subject) -> bool:
    return any("json" in media.media_type for media in subject.op.body)


def script(subject: Subject) -> Script:
    """Our own request, accepted; with an unknown id; then with the id of a foreign object."""
    value = subject.row.value
    other = yield from obtain_foreign_identity(subject, value["whose"])
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    naming = next(
        (op for op, need in optional_references(subject) if need.name == value["member"]), ""
    )
    theirs = yield from build.valid_request(
        subject, naming, identity=build.identity_of(subject), owner=other
    )
    yield from _end_if_member_is_ours(subject, value["member"], other)
    part = Part("body", value["member"])
    foreign = _read_member(theirs, part.name)
    unknown = alter.with_part(request, subject.op, part, _make_absent(foreign))
    yield from steps.send(unknown, Role.SETUP)
    yield from steps.send(alter.with_part(request, subject.op, part, foreign))


def _end_if_member_is_ours(subject: Subject, member: str, other: Identity) -> Steps[None]:
    """End the script where the id also names our own object, if an operation can read it."""
    context, recipe = subject.context, subject.context.recipes[subject.op.id]
    own = recipe.needs if isinstance(recipe, Recipe) else ()
    needs = (*own, *(need for _, need in optional_references(subject)))
    makers = {need.operation for need in needs if need.name == member}
    for operation in context.spec.operations:
        found = context.recipes[operation.id]
        named = {need.operation for need in found.needs} if isinstance(found, Recipe) else set()
        if operation.method == "GET" and named & makers and operation.id in context.actors:
            of_reader = replace(subject, operation=operation)
            theirs = yield from build.valid_request(
                of_reader, operation.id, build.identity_of(subject, operation.id), owner=other
            )
            yield from end_if_id_is_ours(of_reader, theirs, other)
            return


def _read_member(request: Request, pointer: str) -> Json:
    return pointers.at(json.loads(request.body or b"null"), pointer)


def _make_absent(known: Json) -> Json:
    other = paths.make_absent_id(str(known))
    return int(other) if isinstance(known, int) else other


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepting the foreign object is worse than revealing that it exists."""
    whose, member = subject.row.value["whose"], subject.row.value["member"]
    absent = _find_last(subject, transcript.of_role(Role.SETUP))
    if absent is None:
        return Inconclusive("no response to an unknown id to compare with")
    if absent.succeeded:
        return NotApplicable(f"the operation accepts any {member}, even an unknown id")
    expected = f"{describe(absent)}, as for an unknown id"
    for exchange in transcript.exercised:
        if exchange.succeeded:
            return Failure("accepted", expected, describe(exchange), member, exchange.id)
        if exchange.status != absent.status and _is_hidden(subject, whose):
            return Failure("told-apart", expected, describe(exchange), member, exchange.id)
    return None


def _find_last(subject: Subject, exchanges: tuple[Exchange, ...]) -> Exchange | None:
    same = [e for e in exchanges if e.request.operation == subject.op.id and e.response]
    return same[-1] if same else None


def _is_hidden(subject: Subject, whose: str) -> bool:
    """Whether the policy promises the same status for a foreign object as for an unknown id."""
    facts = subject.facts.authorization
    foreign = facts.foreign[whose].response
    return foreign is None or (
        facts.absent is not None and foreign.statuses == facts.absent.statuses
    )


CHECK = Check(
    title="A body that names a foreign object is refused like one with an unknown id",
    failure_title="A body that names a foreign object is not refused like one with an unknown id",
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
