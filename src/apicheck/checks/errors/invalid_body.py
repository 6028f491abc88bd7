"""A body that breaks a rule of its schema is refused as promised."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    NotApplicable,
    Outcome,
    Recipe,
    Script,
    Severity,
    Subject,
)
from apicheck.authoring.document import Media
from apicheck.checks.errors._broken_rules import (
    formats_are_rules,
    judge,
    make_case,
    select_violations,
    send_violation,
)
from apicheck.checks.errors._refusals import find_promise, json_recipe
from apicheck.checks.errors._violations import body_violations

_TRIED = 10


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that take a JSON body whose schema excludes something."""
    expected = find_promise(subject, "schema")
    if isinstance(expected, NotApplicable):
        return expected
    if json_recipe(subject) is None:
        return NotApplicable("its request has no JSON body")
    if not cases(subject):
        return NotApplicable("its schema excludes no value that this check can make")
    formats = ("requests.format",) if formats_are_rules(subject) else ()
    return Applies(facts=("requests.schema", *formats))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One for each broken rule; formats only where the policy enforces them."""
    recipe = json_recipe(subject)
    media = _find_media(subject, recipe) if recipe else None
    if recipe is None or media is None:
        return ()
    found = body_violations(subject.context.spec.document, media.schema, recipe.body)
    rows = select_violations(subject, found, _TRIED)
    cases = {f"{one.kind} {one.pointer}": one for one in reversed(rows)}
    return tuple(make_case(name, one) for name, one in reversed(cases.items()))


def _find_media(subject: Subject, recipe: Recipe) -> Media | None:
    offered = (media for media in subject.op.body if media.media_type == recipe.media_type)
    return next(offered, None)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with one member that breaks a rule."""
    return send_violation(subject, "body")


CHECK = Check(
    title="A body that breaks its schema is refused as promised",
    failure_title="A body that breaks its schema is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.schema", "requests.format"),
    standards=("rfc9110#15.5.21", "openapi-3.1.1#schema-object"),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": (
            "errors/ignores-required",
            "errors/ignores-types",
            "errors/ignores-choices",
            "errors/ignores-lengths",
            "errors/ignores-patterns",
            "errors/ignores-formats",
        ),
        "wrong-status": ("errors/invalid-body-answered-with-other-status",),
    },
)
