"""A request that is refused for a right, or for its foreign object, changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Fail,
    Fails,
    Identity,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Operation,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    credentials_of,
    describe,
    identity_of,
    prepared,
    send,
)
from apicheck.checks.scopes._foreign import stranger, strangers
from apicheck.checks.scopes._rights import (
    NO_POOR_IDENTITY,
    as_sent_by,
    needed,
    poor,
    poor_cases,
)


def _reader(subject: Subject) -> Operation | None:
    """The operation that reads what this one changes: the same path, or the object's above it."""
    path = subject.op.path
    above = path[: path.rfind("}") + 1]
    for wanted in (path, above):
        for operation in subject.world.spec.operations:
            if operation.method == "GET" and operation.path == wanted and "{" in wanted:
                return operation
    return None


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To unsafe operations on an object that can be made anew, and read."""
    if subject.op.safe or subject.op.id not in subject.world.secured:
        return NotApplicable("the operation changes nothing, or is open to all")
    recipe = subject.world.recipes[subject.op.id]
    made = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    if _reader(subject) is None or not made:
        return NotApplicable("nothing reads what it changes")
    if not cases(subject):
        return NO_POOR_IDENTITY if needed(subject) else NotApplicable("nobody is refused")
    return Applies(requests=4, of=("authorization.refusal", "authorization.foreign"))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Refused for want of a right; refused because the object is somebody else's."""
    return tuple(_rows(subject))


def _rows(subject: Subject) -> Iterator[Case]:
    if subject.facts.authorization.refusal is not None and needed(subject):
        for row in poor_cases(subject):
            yield Case("without the right", row.value)
    for whose in strangers(subject, "path"):
        yield Case(f"as another {whose}", {"whose": whose})


def script(subject: Subject) -> Script:
    """An object that nobody else uses, read twice; the refused request; the object again."""
    value = subject.case.value if subject.case else {}
    request = yield from prepared(subject, fresh=True)
    who = yield from _refused_one(subject, value)
    before = _reading(subject, request)
    yield from send(before, Role.SETUP)
    yield from send(before, Role.SETUP)
    yield from send(as_sent_by(subject, request, who))
    yield from send(before)


def _refused_one(subject: Subject, value: dict[str, str]) -> Steps[Identity]:
    if "whose" in value:
        return (yield from stranger(subject, value["whose"]))
    return (yield from poor(subject, value))


def _reading(subject: Subject, request: Request) -> Request:
    """The request of the object's owner that reads it."""
    reader = _reader(subject)
    assert reader is not None  # applies() saw to it
    path = "/".join(request.path.split("/")[: len(reader.path.split("/"))])
    owner = identity_of(subject, reader.id)
    credentials = credentials_of(subject.world, reader.id, owner)
    plain = Request(method="GET", path=path, operation=reader.id)
    return plain.with_credentials(owner.name, *credentials)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What was the same before the refused request is the same after it."""
    reader = _reader(subject)
    read = [
        exchange
        for exchange in transcript.of_role(Role.SETUP)
        if reader and exchange.request.operation == reader.id
    ]
    refused = [e for e in transcript.exercised if e.request.operation == subject.op.id]
    after = [e for e in transcript.exercised if reader and e.request.operation == reader.id]
    if len(read) < 2 or not refused or not after or not read[-1].succeeded:
        return Inconclusive("what it changes could not be read")
    if refused[-1].succeeded:
        return NotApplicable("it was not refused, of which another check tells")
    first, second, last = read[-2], read[-1], after[-1]
    shown = refused[-1].id
    if last.status != second.status:
        return Fails("changed", describe(second), f"{describe(last)} afterwards", "", shown)
    if changed := _changed(_watched(refused[-1].request), first, second, last):
        actual = f"another {', '.join(changed)}".rstrip()
        return Fails("changed", "what it was before", actual, "", shown)
    return None


def _watched(request: Request) -> frozenset[str] | None:
    """The members that the request would change; None: not known, so all of them."""
    if request.method not in ("PATCH", "PUT", "DELETE"):
        return None
    try:
        body = json.loads(request.body or b"null")
    except ValueError:
        return None
    return frozenset(body) if isinstance(body, dict) else frozenset()


def _changed(
    watched: frozenset[str] | None, first: Exchange, second: Exchange, last: Exchange
) -> list[str]:
    """Members that did not change by themselves before the refused request, and did after it."""
    before, between, after = _members(first), _members(second), _members(last)
    return sorted(
        name
        for name, value in between.items()
        if (watched is None or name in watched)
        and before.get(name) == value
        and after.get(name) != value
    )


def _members(exchange: Exchange) -> dict[str, str]:
    """The members of an answer at its top, as text; the whole of one that has none."""
    try:
        body = exchange.response.json() if exchange.response else None
    except ValueError:
        body = exchange.response.body if exchange.response else None
    members = body if isinstance(body, dict) else {"": body}
    return {name: repr(value) for name, value in members.items()}


CHECK = Check(
    title="A refused request changes nothing",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.refusal", "authorization.foreign"),
    standards=("rfc9110#15.5.4",),
    outcomes=(Fail("changed", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"changed": ("scopes/deletes-before-refusing",)},
)
