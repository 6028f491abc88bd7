"""The steps of a clause's example come out as expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from apicheck.authoring import (
    MISSING,
    Applies,
    Check,
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
    StatusSet,
    Subject,
    SubjectKind,
    Transcript,
    build,
    expressions,
    parameters,
    steps,
)
from apicheck.authoring.facts import Example
from apicheck.checks.behaviour._expectations import judge_step, parse_statuses

_NO_IDENTITY = "nobody"
"""What a step says to be sent without a credential."""


def _steps_of(subject: Subject) -> tuple[Example, ...]:
    return subject.clause.example if subject.clause else ()


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every clause with an example whose operations can be called."""
    for number, step in enumerate(_steps_of(subject)):
        recipe = subject.context.recipes[step.operation]
        # A later step may take what is missing from an earlier one.
        if isinstance(recipe, NotTested) and not step.send and not number:
            return recipe
        if step.identity not in ("", _NO_IDENTITY, *subject.context.identities):
            return NotTested(
                NotTestedKind.NEEDS_IDENTITY,
                f"no identity named {step.identity}",
                f'[identities.{step.identity}]\ntoken_env = "{step.identity.upper()}_TOKEN"',
            )
    patterns = [item for step in _steps_of(subject) for item in parse_statuses(step).patterns]
    provokes = StatusSet(tuple(item for item in patterns if item[0] == "5" or item == "429"))
    return Applies(requests=len(_steps_of(subject)), provokes=provokes)


def script(subject: Subject) -> Script:
    """Send each step in turn, until one does not come out as expected."""
    played: dict[str, Exchange] = {}
    for step in _steps_of(subject):
        who = _find_identity(subject, step)
        try:
            parts = expressions.evaluate(step.send, played)
        except LookupError as missing:
            steps.end_script(
                Inconclusive(f"step {step.id} refers to {missing}, which has no value")
            )
        recipe = _make_recipe(subject, step, parts, _collect_path_values(subject, played))
        sender = _without_parameters(who, parts.get("path", {}))
        request = yield from build.resolve_recipe(
            subject, recipe, sender, owner=who, shared_as=None
        )
        if step.identity == _NO_IDENTITY:
            request = request.without_credentials()
        played[step.id] = yield from steps.send(request)
        if judge_step(subject.context, step, played) is not None:
            return


def _find_identity(subject: Subject, step: Example) -> Identity:
    if step.identity in ("", _NO_IDENTITY):
        return build.identity_of(subject, step.operation)
    return subject.context.identities[step.identity]


def _without_parameters(who: Identity, named: Mapping[str, Json]) -> Identity:
    """The identity without the parameters that a step names: the step has the last word."""
    kept = {name: value for name, value in who.parameters.items() if name not in named}
    return replace(who, parameters=kept)


def _collect_path_values(subject: Subject, played: Mapping[str, Exchange]) -> Mapping[str, str]:
    """The latest value that each path parameter had in earlier steps.

    With them a step finds what an earlier one created inside another object.
    """
    found: dict[str, str] = {}
    for exchange in played.values():
        operation = subject.context.spec.operation(exchange.request.operation)
        found |= operation.path_values(exchange.request.path)
    return found


def _make_recipe(
    subject: Subject, step: Example, parts: Mapping[str, Json], places: Mapping[str, str]
) -> Recipe:
    """Put the step's own parts into the operation's canonical recipe."""
    known = subject.context.recipes[step.operation]
    recipe = Recipe(step.operation) if isinstance(known, NotTested) else known
    operation = subject.context.spec.operation(step.operation)
    find = partial(parameters.find_parameter, operation)
    values = {**places, **parts.get("path", {})}
    query = parts.get("query", {})
    headers = {
        name.lower(): (name, parameters.write_header(find("header", name), value))
        for name, value in parts.get("headers", {}).items()
    }
    _, content_type = headers.pop("content-type", ("", ""))
    body = parts.get("body", MISSING)
    media = operation.body
    usual = recipe.media_type or (media[0].media_type if media and body else "")
    given = {"path": values, "query": query, "body": {} if body is MISSING else {"": body}}
    return replace(
        recipe,
        values={**recipe.values, **values},
        query=(
            *(
                pair
                for pair in recipe.query
                if not any(parameters.belongs_to(find("query", name), pair[0]) for name in query)
            ),
            *(
                pair
                for name, value in query.items()
                for pair in parameters.write_query(find("query", name), value)
            ),
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
    """Fail at the first step that does not come out as expected."""
    played: dict[str, Exchange] = {}
    for step, exchange in zip(_steps_of(subject), transcript.exercised, strict=False):
        played[step.id] = exchange
        if failure := judge_step(subject.context, step, played):
            status = exchange.status
            if status in subject.provokes and status not in parse_statuses(step):
                return Inconclusive(f"step {step.id} got {status}, which a later step expects")
            if failure.outcome == "unexpected-body" and _was_cut(exchange):
                return Inconclusive(f"the response to step {step.id} is longer than apicheck reads")
            return failure
    if len(played) < len(_steps_of(subject)):
        return Inconclusive(f"only {len(played)} of {len(_steps_of(subject))} steps were sent")
    return None


def _was_cut(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.truncated


CHECK = Check(
    title="The steps of a clause's example come out as expected",
    failure_title="A step of a clause's example does not come out as expected",
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
        "unexpected-status": (
            "behaviour/keeps-deleted",
            "behaviour/refuses-the-last-step",
            "behaviour/refuses-what-is-valid",
        ),
        "unexpected-header": ("headers/location-of-another-object",),
        "unexpected-body": (
            "behaviour/forgets-update",
            "behaviour/list-misses-the-newest",
            "behaviour/lists-what-was-deleted",
            "behaviour/reads-are-stale",
            "behaviour/shows-another-state",
        ),
    },
)
