"""A request that is refused for a missing right, or a foreign object, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Identity,
    Inconclusive,
    Json,
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
    spreading,
    steps,
)
from apicheck.checks.scopes._foreign import foreign_owners, obtain_foreign_identity
from apicheck.checks.scopes._rights import (
    NO_UNDERPRIVILEGED_IDENTITY,
    obtain_identity,
    required_rights,
    underprivileged_cases,
    with_sender,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To unsafe operations on an object that the run can create and read."""
    if subject.op.safe or subject.op.id not in subject.context.secured:
        return NotApplicable("the operation changes nothing, or is public")
    recipe = subject.context.recipes[subject.op.id]
    created = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    if readback.read_operation(subject) is None or not created:
        return NotApplicable("no operation reads the object that this one changes")
    if not cases(subject):
        return (
            NO_UNDERPRIVILEGED_IDENTITY
            if required_rights(subject)
            else NotApplicable("the policy promises no refusal for a right or for a foreign object")
        )
    return Applies(requests=4, facts=("authorization.refusal", "authorization.foreign"))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Refused for a missing right; refused because the object belongs to another owner.

    Each of each method at least, and one of each operation.
    """
    return spreading.spread(_rows(subject), subject.op.method)


def _rows(subject: Subject) -> Iterator[Case]:
    if subject.facts.authorization.refusal is not None and required_rights(subject):
        for row in underprivileged_cases(subject):
            yield Case("without the right", row.value)
    for whose in foreign_owners(subject, "path"):
        yield Case(f"as another {whose}", {"whose": whose})


def script(subject: Subject) -> Script:
    """An object of this script alone is read; the request is refused; the object is read again."""
    request = yield from build.valid_request(subject, fresh=True)
    sender = yield from _obtain_refused(subject, subject.row.value)
    read = readback.build_read(subject, request)
    before = yield from steps.send(read, Role.SETUP)
    request = readback.ask_for_visible_change(subject, request, before)
    yield from steps.send(with_sender(subject, request, sender))
    yield from readback.read_afterwards(read, before)


def _obtain_refused(subject: Subject, value: Json) -> Steps[Identity]:
    if "whose" in value:
        return (yield from obtain_foreign_identity(subject, value["whose"]))
    return (yield from obtain_identity(subject, value))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What was read before the refused request is the same after it."""
    reader = readback.read_operation(subject)
    earlier = [
        exchange
        for exchange in transcript.of_role(Role.SETUP)
        if reader and exchange.request.operation == reader.id
    ]
    refused = [e for e in transcript.exercised if e.request.operation == subject.op.id]
    after = [e for e in transcript.exercised if reader and e.request.operation == reader.id]
    if not refused or not after or not earlier or not earlier[-1].succeeded:
        return Inconclusive("the object could not be read")
    if refused[-1].succeeded:
        return NotApplicable("the request was accepted, which another check reports")
    before, last = earlier[-1], after[-1]
    witness = refused[-1].id
    if last.status != before.status:
        expected = f"{describe(before)} for the object, as before the refused request"
        return Failure("changed", expected, f"{describe(last)} afterwards", exchange=witness)
    if changed := readback.changed_members(refused[-1].request, before, after):
        members = ", ".join(filter(None, changed)) or "the body"
        expected = "the object is the same before and after the refused request"
        return Failure("changed", expected, f"{members} changed", exchange=witness)
    return None


CHECK = Check(
    title="A refused request does not change the object it names",
    failure_title="A refused request changes the object it names",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    reads=("authorization.refusal", "authorization.foreign"),
    standards=("rfc9110#15.5.4",),
    outcomes=(Outcome("changed", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"changed": ("scopes/deletes-before-refusing", "scopes/changes-before-refusing")},
)
