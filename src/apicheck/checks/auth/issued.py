"""A credential that an operation hands out works, and no longer when it has been ended."""

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
    Operation,
    Outcome,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    credentials,
    describe,
    judging,
    pointers,
    steps,
)
from apicheck.checks.auth._scope import expected_for_state


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that hand out a credential which another operation ends."""
    issued = subject.facts.authentication.issued.get(subject.op.id)
    if issued is None or not issued.revoke:
        return NotApplicable("the policy says of no credential that it hands out")
    if expected_for_state(subject, "revoked") is None:
        return NotApplicable("the policy says nothing on credentials that are revoked")
    if _ending(subject) is None or _user(subject) is None:
        return NotApplicable("nothing says how its credential is ended, or what takes it")
    return Applies(requests=4, facts=("authentication.issued",))


def _ending(subject: Subject) -> Recipe | None:
    """How to end the credential, where all that it takes is in the answer that hands it out."""
    issued = subject.facts.authentication.issued[subject.op.id]
    recipe = subject.context.recipes.get(issued.revoke)
    if not isinstance(recipe, Recipe) or issued.revoke not in subject.context.actors:
        return None
    return recipe if all(need.operation == subject.op.id for need in recipe.needs) else None


def _user(subject: Subject) -> Operation | None:
    """A plain operation that takes a credential of this kind by itself, and reads."""
    context, scheme = subject.context, subject.facts.authentication.issued[subject.op.id].scheme
    return next(
        (
            one
            for one in context.spec.operations
            if one.safe
            and (scheme,) in context.alternatives.get(one.id, ())
            and isinstance(recipe := context.recipes.get(one.id), Recipe)
            and not recipe.needs
        ),
        None,
    )


def script(subject: Subject) -> Script:
    """A credential is handed out, used, ended, and used again."""
    context, issued = subject.context, subject.facts.authentication.issued[subject.op.id]
    request = yield from build.valid_request(subject, fresh=True)
    answer = yield from steps.send(request, Role.CONTROL)
    content = answer.json_or()
    secret = pointers.at(content, issued.value)
    if not answer.succeeded or not isinstance(secret, str):
        steps.end_script(Inconclusive(f"no credential came: {describe(answer)}"))
    credential = credentials.make_credential(context, context.spec.schemes[issued.scheme], secret)
    yield from steps.send(_use(subject).with_credentials("", credential))
    ending = _ending(subject)
    assert ending is not None  # applies() saw to it
    values = {need: pointers.at(content, need.pointer) for need in ending.needs}
    ended = yield from steps.send(
        build.build_request(context, ending, build.identity_of(subject, ending.operation), values),
        Role.SETUP,
    )
    if not ended.succeeded:
        steps.end_script(Inconclusive(f"the credential could not be ended: {describe(ended)}"))
    yield from steps.send(_use(subject).with_bad_credentials(credential))


def _use(subject: Subject) -> Request:
    """The request that takes the credential, still without it."""
    user = _user(subject)
    assert user is not None  # applies() saw to it
    recipe = subject.context.recipes[user.id]
    assert isinstance(recipe, Recipe)  # _user() saw to it
    return build.build_request(subject.context, recipe, build.identity_of(subject, user.id), {})


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted at first, for want of a right perhaps not granted; refused at last."""
    answer = expected_for_state(subject, "revoked")
    assert answer is not None  # applies() saw to it
    first, *rest = transcript.exercised
    if first.status in answer.statuses:
        expected = "the credential that was handed out is accepted"
        return Failure("refused", expected, describe(first), exchange=first.id)
    if not rest:
        return Inconclusive("the credential was not ended")
    after = Transcript(transcript.probe, tuple(rest))
    return judging.judge_refused(
        after,
        answer,
        though=f"after {subject.facts.authentication.issued[subject.op.id].revoke} had ended it",
    )


CHECK = Check(
    title="A credential that is handed out works until it is ended",
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
