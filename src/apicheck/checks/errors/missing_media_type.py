"""A body without a media type is refused as promised."""

from __future__ import annotations

from apicheck.authoring import NotApplicable, Recipe, Request, Subject
from apicheck.authoring.refusals import refusal
from apicheck.checks.errors._refusals import promised


def applies_to(subject: Subject) -> NotApplicable | None:
    """Only operations that take a body."""
    recipe = subject.context.recipes[subject.op.id]
    if isinstance(recipe, Recipe) and not recipe.media_type:
        return NotApplicable("its request has no body")
    return None


def alter(_: Subject, request: Request) -> Request:
    """Leave out the field that names the media type of the body."""
    return request.without_header("Content-Type")


CHECK = refusal(
    title="A body without Content-Type is refused as promised",
    failure_title="A body without Content-Type is not refused as promised",
    fact="requests.missing_media",
    promise=promised("missing_media"),
    applies_to=applies_to,
    alter=alter,
    standards=("rfc9110#8.3", "rfc9110#15.5.16"),
    proven_by={
        "accepted": ("errors/accepts-missing-media-type",),
        "wrong-status": ("errors/missing-media-type-answered-with-other-status",),
    },
)
