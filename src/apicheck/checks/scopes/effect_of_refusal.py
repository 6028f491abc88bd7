"""A request that is refused for a right, or for its foreign object, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Identity,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    readback,
    steps,
)
from apicheck.checks.scopes._foreign import foreign_identity, foreign_owners
from apicheck.checks.scopes._rights import (
    NO_UNDERPRIVILEGED_IDENTITY,
    required_rights,
    underprivileged,
    underprivileged_cases,
    with_sender,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To unsafe operations on an object that can be made anew, and read."""
    if subject.op.safe or subject.op.id not in subject.context.secured:
        return NotApplicable("the operation changes nothing, or is open to all")
    recipe = subject.context.recipes[subject.op.id]
    made = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    if readback.read_operation(subject) is None or not made:
        return NotApplicable("nothing reads what it changes")
    if not cases(subject):
        return (
            NO_UNDERPRIVILEGED_IDENTITY
            if required_rights(subject)
            else NotApplicable("nobody is refused")
        )
    return Applies(requests=4, facts=("authorization.refusal", "authorization.foreign"))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Refused for want of a right; refused because the object is somebody else's."""
    return tuple(_rows(subject))


def _rows(subject: Subject) -> Iterator[Case]:
    if subject.facts.authorization.refusal is not None and required_rights(subject):
        for row in underprivileged_cases(subject):
            yield Case("without the right", row.value)
    for whose in foreign_owners(subject, "path"):
        yield Case(f"as another {whose}", {"whose": whose})


def script(subject: Subject) -> Script:
    """An object that nobody else uses, read twice; the refused request; the object again."""
    value = subject.case.value if subject.case else {}
    request = yield from build.valid_request(subject, fresh=True)
    who = yield from _refused_one(subject, value)
    before = readback.build_read(subject, request)
    yield from steps.send(before, Role.SETUP)
    yield from steps.send(before, Role.SETUP)
    yield from steps.send(with_sender(subject, request, who))
    yield from steps.send(before)


def _refused_one(subject: Subject, value: dict[str, str]) -> Steps[Identity]:
    if "whose" in value:
        return (yield from foreign_identity(subject, value["whose"]))
    return (yield from underprivileged(subject, value))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What was the same before the refused request is the same after it."""
    reader = readback.read_operation(subject)
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
        return Failure("changed", describe(second), f"{describe(last)} afterwards", "", shown)
    if changed := readback.changed_members(refused[-1].request, first, second, last):
        actual = f"another {', '.join(changed)}".rstrip()
        return Failure("changed", "what it was before", actual, "", shown)
    return None


CHECK = Check(
    title="A refused request changes nothing",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.refusal", "authorization.foreign"),
    standards=("rfc9110#15.5.4",),
    outcomes=(Outcome("changed", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"changed": ("scopes/deletes-before-refusing",)},
)
