"""A write that names a version that is not served is refused, and creates nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    ExpectedResponse,
    Failure,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Script,
    Severity,
    StatusSet,
    Subject,
    SubjectKind,
    Transcript,
    build,
    creations,
    describe,
    steps,
)
from apicheck.checks.versioning._kinds import find_treatment
from apicheck.checks.versioning._names import list_future, list_unknown
from apicheck.checks.versioning._refusals import PROVOKED
from apicheck.checks.versioning._requests import collides, find_obstacle, versions_of

_MOST = 2
"""How many operations are tried: most servers read the version in one place for all of them."""
_NAMES = {"unknown": list_unknown, "future": list_future}


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where a version is refused, and a list shows what a POST creates."""
    if obstacle := find_obstacle(subject):
        return obstacle
    if _find_refused(subject) is None:
        return NotApplicable("the policy refuses no version that is sure not to be served")
    if not cases(subject):
        return NotApplicable("no list shows what an operation of the current version creates")
    if subject.context.mode is not Mode.FULL:
        return creations.NEEDS_FULL_MODE
    return Applies(requests=5, facts=("versioning.unknown",), provokes=StatusSet(PROVOKED))


def _find_refused(subject: Subject) -> str | None:
    """A version that the policy refuses; None where it refuses none."""
    for kind, list_names in _NAMES.items():
        names = list_names(versions_of(subject))
        if names and isinstance(find_treatment(subject, kind)[1], ExpectedResponse):
            return names[0]
    return None


def cases(subject: Subject) -> tuple[Case, ...]:
    """A row for each of a few operations that create."""
    return tuple(Case(name) for name in _list_operations(subject))[:_MOST]


def _list_operations(subject: Subject) -> Iterator[str]:
    found, context = versions_of(subject), subject.context
    for operation in context.spec.operations:
        recipe = context.recipes.get(operation.id)
        of_version = found.is_of(operation, found.current) and operation.id in context.actors
        if not of_version or not isinstance(recipe, Recipe) or recipe.needs:
            continue
        one = replace(subject, operation=operation)
        if creations.list_operation(one) is not None and creations.unique_member(one):
            yield operation.id


def _bind(subject: Subject) -> Subject:
    """The subject with the operation of its row."""
    return replace(subject, operation=subject.context.spec.operation(subject.row.name))


def script(subject: Subject) -> Script:
    """Be refused, create another object, and read the list until it shows that one."""
    one = _bind(subject)
    yield from build.send_control(one)
    request = yield from build.valid_request(one)
    version = _find_refused(subject)
    refused = versions_of(subject).put(request, version)
    if refused is None or collides(subject, refused, version):
        steps.end_script(Inconclusive("the document has the path with that version"))
    yield from creations.probe_refused_create(one, refused, request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the request is accepted, or the list shows its object."""
    version = versions_of(subject).write(_find_refused(subject) or "")
    refused = transcript.exercised[0]
    if refused.succeeded:
        due = f"a refusal: {version} is no version that is served"
        return Failure("accepted", due, describe(refused), exchange=refused.id)
    return creations.judge_refused_create(_bind(subject), transcript)


CHECK = Check(
    title="A write that names a version that is not served creates nothing",
    failure_title="A write that names a version that is not served creates an object",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("versioning.unknown", "versioning.future"),
    standards=("rfc9110#15.5",),
    outcomes=(Outcome("accepted", Severity.HIGH), Outcome("made", Severity.HIGH)),
    min_exercised=2,
    proven_by={
        "accepted": ("versioning/serves-unknown-version-to-writes",),
        "made": ("versioning/makes-before-it-refuses-the-version",),
    },
)
