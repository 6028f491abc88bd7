"""The steps of a clause's example come out as the clause says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.authoring import (
    MISSING,
    Applies,
    Check,
    Example,
    Exchange,
    Identity,
    Inconclusive,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Recipe,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    expressions,
    steps,
)
from apicheck.checks.behaviour._expectations import wrong

_NOBODY = "nobody"


def _steps(subject: Subject) -> tuple[Example, ...]:
    return subject.clause.example if subject.clause else ()


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every clause with an example whose operations can be called."""
    for step in _steps(subject):
        recipe = subject.context.recipes[step.operation]
        if isinstance(recipe, NotTested) and not step.send:
            return recipe
        if step.identity not in ("", _NOBODY, *subject.context.identities):
            return NotTested(
                NotTestedKind.NEEDS_IDENTITY,
                f"no identity {step.identity}",
                f'[identities.{step.identity}]\ntoken_env = "{step.identity.upper()}_TOKEN"',
            )
    return Applies(requests=len(_steps(subject)))


def script(subject: Subject) -> Script:
    """Each step in turn, as long as they come out as expected."""
    played: dict[str, Exchange] = {}
    for step in _steps(subject):
        who = _identity(subject, step)
        try:
            parts = expressions.evaluate(step.send, played)
        except LookupError as missing:
            steps.end_script(Inconclusive(f"step {step.id}: nothing at {missing}"))
        recipe = _recipe(subject, step, parts, _places(subject, played))
        request = yield from build.resolve_recipe(subject, recipe, who, shared_as=None)
        if step.identity == _NOBODY:
            request = request.without_credentials()
        played[step.id] = yield from steps.send(request)
        if wrong(subject.context, step, played) is not None:
            return


def _identity(subject: Subject, step: Example) -> Identity:
    if step.identity in ("", _NOBODY):
        return build.identity_of(subject, step.operation)
    return subject.context.identities[step.identity]


def _places(subject: Subject, played: Mapping[str, Exchange]) -> Mapping[str, str]:
    """Path parameters with the values that they had in the steps before, the last one's first.

    So what one step makes inside of something is looked for in there by the next.
    """
    found: dict[str, str] = {}
    for exchange in played.values():
        operation = subject.context.spec.operation(exchange.request.operation)
        found |= operation.path_values(exchange.request.path)
    return found


def _recipe(
    subject: Subject, step: Example, parts: Mapping[str, Json], places: Mapping[str, str]
) -> Recipe:
    """The operation's canonical request with the step's own parts in place of its."""
    known = subject.context.recipes[step.operation]
    recipe = Recipe(step.operation) if isinstance(known, NotTested) else known
    values = {**places, **{name: str(value) for name, value in parts.get("path", {}).items()}}
    query = parts.get("query", {})
    headers = {name.lower(): (name, str(value)) for name, value in parts.get("headers", {}).items()}
    _, content_type = headers.pop("content-type", ("", ""))
    body = parts.get("body", MISSING)
    media = subject.context.spec.operation(step.operation).body
    usual = recipe.media_type or (media[0].media_type if media and body else "")
    given = {"path": values, "query": query, "body": {} if body is MISSING else {"": body}}
    return replace(
        recipe,
        values={**recipe.values, **values},
        query=(
            *(pair for pair in recipe.query if pair[0] not in query),
            *((name, str(value)) for name, value in query.items()),
        ),
        headers=(
            *(pair for pair in recipe.headers if pair[0].lower() not in headers),
            *headers.values(),
        ),
        body=recipe.body if body is MISSING else body,
        media_type=content_type or usual,
        needs=tuple(
            need
            for need in recipe.needs
            if (need.name if need.place != "body" else "") not in given[need.place]
        ),
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The first step that does not come out as expected is the failure."""
    played: dict[str, Exchange] = {}
    for step, exchange in zip(_steps(subject), transcript.exercised, strict=False):
        played[step.id] = exchange
        if fails := wrong(subject.context, step, played):
            return fails
    if len(played) < len(_steps(subject)):
        return Inconclusive(f"only {len(played)} of {len(_steps(subject))} steps were played")
    return None


CHECK = Check(
    title="The steps of a clause come out as it says",
    subject_kind=SubjectKind.CLAUSE,
    applies=applies,
    script=script,
    judge=judge,
    accepted=True,
    outcomes=(
        Outcome("unexpected-status", Severity.MEDIUM),
        Outcome("unexpected-header", Severity.MEDIUM),
        Outcome("unexpected-body", Severity.MEDIUM),
    ),
    proven_by={
        "unexpected-status": ("behaviour/keeps-deleted",),
        "unexpected-header": ("headers/location-of-another-object",),
        "unexpected-body": (
            "behaviour/forgets-update",
            "behaviour/list-misses-the-newest",
            "behaviour/lists-what-was-deleted",
            "behaviour/reads-are-stale",
        ),
    },
    also={"behaviour/list-misses-the-newest": ("scopes/*",)},
)
