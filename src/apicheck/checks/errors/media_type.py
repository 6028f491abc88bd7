"""A body of a media type that the operation does not take is refused as promised."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    Recipe,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, not_promised

_OTHERS = ("text/plain", "application/xml")


def applies(subject: Subject) -> Applies | NotApplicable:
    """To operations that take a body."""
    if why := not_promised(subject, "media"):
        return why
    recipe = subject.context.recipes[subject.op.id]
    if isinstance(recipe, Recipe) and not recipe.media_type:
        return NotApplicable("its request has no body")
    if not cases(subject):
        return NotApplicable("it takes every media type that we would try")
    return Applies(facts=("requests.media",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Media types that no entry of the operation's body takes."""
    offered = {media.media_type.partition(";")[0].strip().lower() for media in subject.op.body}
    if "*/*" in offered:
        return ()
    ranges = {name.removesuffix("*") for name in offered if name.endswith("/*")}
    return tuple(
        Case(other, other)
        for other in _OTHERS
        if other not in offered and not other.startswith(tuple(ranges))
    )


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same body under another name."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(request.with_header("Content-Type", str(subject.case.value)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    return judge_promised_refusal(subject, transcript, "media")


CHECK = Check(
    title="A body of another media type is refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.media",),
    standards=("rfc9110#15.5.16", "rfc9110#8.3"),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/ignores-content-type",),
        "wrong-status": ("errors/media-type-answered-with-other-status",),
    },
)
