"""A request that accepts no format of the API is refused, or served all the same, as promised."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Script,
    Subject,
    Transcript,
    build,
    spreading,
    steps,
)
from apicheck.checks.formats._tolerated import OUTCOMES, find_reason
from apicheck.checks.formats._tolerated import judge as judge_by_promise

UNKNOWN = "application/vnd.apicheck.unknown"
"""A media type that no API has."""
_KIND = "accept"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To reads with documented media types, where the policy says what becomes of others."""
    if reason := find_reason(subject, _KIND):
        return reason
    versioning = subject.facts.versioning
    if versioning and versioning.place == "media":
        return NotApplicable("Accept has the version")
    offered = {media.media_type for response in subject.op.responses for media in response.media}
    if not subject.op.safe or not offered:
        return NotApplicable("it is no read with a documented media type")
    if any(media.startswith(("*/", "application/*")) for media in offered):
        return NotApplicable("it may have any media type")
    return Applies(facts=(f"requests.{_KIND}",))


def cases(_: Subject) -> tuple[Case, ...]:
    """One media type that the API does not have, sent to a few operations."""
    return spreading.spread([Case(UNKNOWN, UNKNOWN)], among=_KIND)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with the foreign media type alone in Accept."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(request.with_header("Accept", subject.row.value))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge by the promise."""
    return judge_by_promise(subject, transcript, _KIND, "served, as without Accept")


CHECK = Check(
    title="A request that accepts no format of the API is treated as promised",
    failure_title="A request that accepts no format of the API is not treated as promised",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    accepted=True,
    reads=("requests.accept",),
    standards=("rfc9110#12.4.1", "rfc9110#15.5.7"),
    outcomes=OUTCOMES,
    proven_by={
        "accepted": ("formats/serves-what-is-not-acceptable",),
        "wrong-status": ("formats/not-acceptable-answered-with-other-status",),
        "refused": ("formats/insists-on-accept",),
    },
)
