"""A body of an undocumented media type is refused as promised."""

from __future__ import annotations

from apicheck.authoring import Case, NotApplicable, Recipe, Request, Subject, media_types, spreading
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import promised

_OTHERS = ("text/plain", "application/xml")


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only operations that take a body."""
    recipe = subject.context.recipes[subject.op.id]
    if isinstance(recipe, Recipe) and not recipe.media_type:
        return NotApplicable("its request has no body")
    if not cases(subject):
        return NotApplicable("it takes every media type that this check tries")
    return None


def cases(subject: Subject) -> tuple[Case, ...]:
    """Media types that no entry of the operation's body takes."""
    offered = {media_types.strip_parameters(media.media_type) for media in subject.op.body}
    if "*/*" in offered:
        return ()
    ranges = {name.removesuffix("*") for name in offered if name.endswith("/*")}
    rows = (
        Case(other, other)
        for other in _OTHERS
        if other not in offered and not other.startswith(tuple(ranges))
    )
    return spreading.spread(rows, sorted(offered))


def alter(subject: Subject, request: Request) -> Request:
    """Give the same body another media type."""
    return request.with_header("Content-Type", subject.row.name)


CHECK = refusal(
    title="A body of an undocumented media type is refused as promised",
    failure_title="A body of an undocumented media type is not refused as promised",
    fact="requests.media",
    promise=promised("media"),
    applies_to=applies_to,
    cases=cases,
    rows_each=1,
    alter=alter,
    standards=("rfc9110#15.5.16", "rfc9110#8.3"),
    proven_by={
        "accepted": ("errors/ignores-content-type",),
        "wrong-status": ("errors/media-type-answered-with-other-status",),
    },
)
