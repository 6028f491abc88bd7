"""A request that the server refuses for its credential changes nothing."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    readback,
    spreading,
    steps,
)
from apicheck.checks.auth._scope import (
    ANONYMOUS,
    BAD,
    needs_no_credential,
    without_valid_credential,
)

_GONE = (404, 410)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to unsafe operations on an object that can be created for the check, and read."""
    if reason := needs_no_credential(subject):
        return reason
    if subject.op.safe:
        return NotApplicable("its method is safe: it changes nothing")
    recipe, put = subject.context.recipes[subject.op.id], subject.op.method == "PUT"
    made = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    if readback.read_operation(subject) is None or not (made or put):
        return NotApplicable("it changes no object that can be created for the check and read")
    return Applies(requests=4, facts=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Without a credential, and with an invalid one: both of each method at least."""
    alike = (subject.context.alternatives[subject.op.id], subject.op.method)
    return spreading.spread((ANONYMOUS, BAD), alike)


def script(subject: Subject) -> Script:
    """Read the object; be refused; read it again."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, fresh=True)
    read = readback.build_read(subject, request)
    before = yield from steps.send(read, Role.SETUP)
    if not before.succeeded and before.status not in _GONE:
        steps.end_script(Inconclusive(f"the object cannot be read before: {describe(before)}"))
    request = readback.ask_for_visible_change(subject, request, before)
    bare = without_valid_credential(subject, request, bad=subject.row.name == BAD.name)
    refused = yield from steps.send(bare, Role.SETUP)
    if refused.succeeded or not refused.status:
        steps.end_script(Inconclusive(f"the request was not refused: {describe(refused)}"))
    yield from readback.read_afterwards(read, before)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the object differs from before, is gone, or has come into being."""
    reader = readback.read_operation(subject)
    read = [one for one in transcript.exchanges if reader and one.request.operation == reader.id]
    earlier = [one for one in read if one.role is Role.SETUP]
    refused = [one for one in transcript.exchanges if one.request.operation == subject.op.id]
    afterwards = transcript.exercised
    if not afterwards:
        return None
    if not earlier:
        return Inconclusive("the object was not read before")
    before, after = earlier[-1], afterwards[-1]
    if not after.succeeded and after.status not in _GONE:
        return Inconclusive(f"the object cannot be read afterwards: {describe(after)}")
    if (after.status in _GONE) != (before.status in _GONE):
        expected = "no object" if before.status in _GONE else "the object"
        words = f"{expected}, as before the refused request"
        return Failure("changed", words, describe(after), exchange=after.id)
    changed = readback.changed_members(refused[-1].request, before, afterwards) if refused else ()
    if changed and after.succeeded:
        names = ", ".join(filter(None, changed)) or "body"
        expected = f"the same {names} as before the refused request"
        return Failure("changed", expected, f"another {names}", exchange=after.id)
    return None


CHECK = Check(
    title="A request that is refused for its credential changes nothing",
    failure_title="A request that is refused for its credential changes the object",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("changed", Severity.CRITICAL),),
    proven_by={
        "changed": (
            "auth/acts-before-it-refuses",
            "auth/acts-on-bad-credentials",
            "auth/changes-before-it-refuses",
        )
    },
    accepted=True,
)
