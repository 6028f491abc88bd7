"""A request by plain HTTP creates nothing."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Operation,
    Outcome,
    Recipe,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    creations,
)
from apicheck.authoring.endpoints import NO_EXPOSURE, UNHEARD, may_expose, send_by
from apicheck.checks.transport._plain import facts_of, find_obstacle

_NO_CREATION = NotApplicable("the API creates nothing that a list of the same path would show")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where an object could be created, and a list would show it."""
    if obstacle := find_obstacle(subject):
        return obstacle
    if _find_creator(subject) is None:
        return _NO_CREATION
    if not may_expose(subject.context):
        return NO_EXPOSURE
    if subject.context.mode is not Mode.FULL:
        return creations.NEEDS_FULL_MODE
    return Applies(requests=4, facts=facts_of(subject))


def _find_creator(subject: Subject) -> Operation | None:
    """Find an operation that creates what a list shows, with the fewest objects to be made first.

    One that needs a credential where there is one.
    """
    context = subject.context

    def rank(operation: Operation) -> tuple[bool, int]:
        recipe = context.recipes[operation.id]
        needs = len(recipe.needs) if isinstance(recipe, Recipe) else 0
        return operation.id not in context.secured, needs

    def fits(operation: Operation) -> bool:
        if operation.id not in context.actors or operation.deprecated:
            return False
        about = replace(subject, operation=operation)
        listed = creations.list_operation(about) is not None
        return listed and bool(creations.unique_member(about))

    return min(filter(fits, context.spec.operations), key=rank, default=None)


def _about_creation(subject: Subject) -> Subject:
    return replace(subject, operation=_find_creator(subject))


def script(subject: Subject) -> Script:
    """Send a creation by plain HTTP, one by the base URL, and read the list until it shows that."""
    about = _about_creation(subject)
    request = yield from build.valid_request(about)
    plain = send_by(request, subject.context.endpoints.plain_url)
    yield from creations.probe_refused_create(about, plain, request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the list shows what came by plain HTTP."""
    return creations.judge_refused_create(_about_creation(subject), transcript)


CHECK = Check(
    title="A request by plain HTTP has no effect",
    failure_title="A request by plain HTTP is refused or redirected, and carried out all the same",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("transport.https", "transport.plain"),
    standards=("rfc6750#5.3",),
    outcomes=(Outcome("made", Severity.HIGH),),
    proven_by={
        "made": (
            "transport/refuses-plain-after-the-fact",
            "transport/redirects-plain-after-the-fact",
        )
    },
    judges_errors=UNHEARD,
)
