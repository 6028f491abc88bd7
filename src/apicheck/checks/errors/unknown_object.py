"""A request for an unknown object is refused as promised."""

from __future__ import annotations

from urllib.parse import unquote

from apicheck.authoring import (
    Case,
    ExpectedResponse,
    NotApplicable,
    Part,
    Recipe,
    Request,
    Subject,
    alter,
    paths,
)
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import match_operation


def promise(subject: Subject) -> ExpectedResponse | NotApplicable:
    """The response that `authorization.absent` promises."""
    return match_operation(subject, subject.facts.authorization.absent, "authorization.absent")


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only operations that name an object in their path."""
    if cases(subject):
        return None
    return NotApplicable("its path names no object that another operation creates or lists")


def cases(subject: Subject) -> tuple[Case, ...]:
    """One for each object in the path that comes from the response of another operation."""
    recipe = subject.context.recipes[subject.op.id]
    tenants = {tenant.parameter for tenant in subject.facts.authorization.tenants}
    needs = recipe.needs if isinstance(recipe, Recipe) else ()
    names = (need.name for need in needs if need.place == "path" and need.name not in tenants)
    return tuple(Case(name, name) for name in names)


def replace_id(subject: Subject, request: Request) -> Request:
    """Put an unknown id of the same form in the place of a known one."""
    name = subject.row.name
    segments = zip(subject.op.path.split("/"), request.path.split("/"), strict=True)
    known = unquote(dict(segments)["{" + name + "}"])
    unknown = paths.make_absent_id(known, paths.schema_of(subject, name))
    return alter.with_part(request, subject.op, Part("path", name), unknown)


CHECK = refusal(
    title="A request for an unknown object is refused as promised",
    failure_title="A request for an unknown object is not refused as promised",
    fact="authorization.absent",
    promise=promise,
    applies_to=applies_to,
    cases=cases,
    alter=replace_id,
    shares_objects=True,
    standards=("rfc9110#15.5.5",),
    proven_by={
        "accepted": ("errors/makes-up-absent-objects",),
        "wrong-status": ("errors/absent-object-answered-with-other-status",),
    },
)
