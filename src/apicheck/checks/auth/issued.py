"""A credential that an operation issues works until another operation ends it."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
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
    judging,
    steps,
)
from apicheck.checks.auth._issuing import (
    find_reader,
    read_credential,
    write_follow_up,
    write_use,
)
from apicheck.checks.auth._scope import expected_for_state


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations that issue a credential which another operation ends."""
    issued = subject.facts.authentication.issued.get(subject.op.id)
    if issued is None or not issued.revoke:
        return NotApplicable("the policy names no credential that it issues and another ends")
    expected = expected_for_state(subject, "revoked")
    if expected is None:
        return NotApplicable("the policy promises no response to a revoked credential")
    if _find_ending(subject) is None or _find_reader(subject) is None:
        return NotApplicable("no request can end its credential, or no operation takes it")
    return Applies(requests=4, facts=("authentication.issued",), promise=expected)


def _find_ending(subject: Subject) -> Recipe | None:
    """How to end the credential; None where that needs more than the response that issues it."""
    issued = subject.facts.authentication.issued[subject.op.id]
    recipe = subject.context.recipes.get(issued.revoke)
    if not isinstance(recipe, Recipe) or issued.revoke not in subject.context.actors:
        return None
    return recipe if all(need.operation == subject.op.id for need in recipe.needs) else None


def _find_reader(subject: Subject) -> Recipe | None:
    scheme = subject.facts.authentication.issued[subject.op.id].scheme
    return find_reader(subject.context, scheme)


def script(subject: Subject) -> Script:
    """Have a credential issued, use it, end it, and use it again."""
    reader, ending = _find_reader(subject), _find_ending(subject)
    assert reader is not None  # applies() saw to both
    assert ending is not None
    request = yield from build.valid_request(subject, fresh=True)
    response = yield from steps.send(request, Role.CONTROL)
    credential = read_credential(subject, subject.op.id, response)
    use = write_use(subject, reader, credential, "")
    yield from steps.send(use)
    ended = yield from steps.send(write_follow_up(subject, ending, response), Role.SETUP)
    if not ended.succeeded:
        steps.end_script(Inconclusive(f"the server did not end the credential: {describe(ended)}"))
    yield from steps.send(use.with_bad_credentials(credential))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server refuses the new credential, or does not refuse the ended one.

    A refusal of the new one for want of a right is no failure.
    """
    first, *rest = transcript.exercised
    if first.status in subject.expected.statuses:
        expected = f"the credential that {subject.op.id} issued is accepted"
        return Failure("refused", expected, describe(first), exchange=first.id)
    if not rest:
        return Inconclusive("the credential was not ended")
    after = Transcript(transcript.probe, tuple(rest))
    ending = subject.facts.authentication.issued[subject.op.id].revoke
    return judging.judge_refused(after, subject.expected, though=f"after {ending} had ended it")


CHECK = Check(
    title="An issued credential is accepted until its end, then refused as promised",
    failure_title="An issued credential does not work, or is not refused as promised after its end",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.issued",),
    standards=("rfc6750#3.1",),
    outcomes=(
        Outcome("refused", Severity.MEDIUM),
        Outcome("accepted", Severity.HIGH, Confirm.ONCE),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "refused": ("auth/hands-out-unusable-credentials",),
        "accepted": ("auth/ends-no-credential",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
    accepted=True,
)
