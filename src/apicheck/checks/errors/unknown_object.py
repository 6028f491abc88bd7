"""An object that nobody has gets the promised refusal."""

from __future__ import annotations

from urllib.parse import unquote

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Recipe,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    judging,
    paths,
    steps,
)


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that name an object in their path, where the policy promises an answer."""
    answer = subject.facts.authorization.absent
    if answer is None:
        return NotApplicable("the policy promises no answer (authorization.absent)")
    if not judging.is_promised_for(subject.context, answer, subject.operation):
        return NotApplicable("the promise is about other operations (authorization.absent.ops)")
    if not cases(subject):
        return NotApplicable("its path names no object that something creates or lists")
    return Applies(facts=("authorization.absent",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One for each object in the path that comes from the answer of another operation."""
    recipe = subject.context.recipes[subject.op.id]
    tenants = {tenant.parameter for tenant in subject.facts.authorization.tenants}
    needs = recipe.needs if isinstance(recipe, Recipe) else ()
    names = (need.name for need in needs if need.place == "path" and need.name not in tenants)
    return tuple(Case(name, name) for name in names)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then for an object that nobody has."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    template, segments = subject.op.path.split("/"), request.path.split("/")
    known = dict(zip(template, segments, strict=True))["{" + subject.case.name + "}"]
    part = Part("path", subject.case.name)
    yield from steps.send(
        alter.with_part(request, subject.op, part, paths.make_absent_id(unquote(known)))
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    answer = subject.facts.authorization.absent
    assert answer is not None  # applies() saw to it
    return judging.judge_refused(transcript, answer)


CHECK = Check(
    title="An unknown object is refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.absent",),
    standards=("rfc9110#15.5.5",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/makes-up-absent-objects",),
        "wrong-status": ("errors/absent-object-answered-with-other-status",),
    },
    also={
        "errors/makes-up-absent-objects": (
            "auth/order",
            "behaviour/example",
            "conformance/response",
            "scopes/*",
        ),
        "errors/absent-object-answered-with-other-status": (
            "auth/order",
            "behaviour/example",
            "conformance/response",
            "scopes/*",
        ),
    },
)
