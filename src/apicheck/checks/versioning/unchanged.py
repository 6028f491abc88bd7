"""Deprecation changes nothing: an operation works after it as it did before."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    describe,
    fields,
    steps,
)
from apicheck.checks.versioning._lifecycle import FACT
from apicheck.checks.versioning._visits import (
    HALF_A_DAY_S,
    OTHER_REASONS,
    applies_by_clock,
    find_deprecation,
    needs_deprecation,
    prepare_requests,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations of which the policy says since when they are deprecated."""
    item = needs_deprecation(subject)
    if isinstance(item, NotApplicable):
        return item
    since, sunset = fields.parse_instant(item.since), fields.parse_instant(item.sunset)
    if since is None:
        return NotApplicable("the policy does not say since when it is deprecated")
    if sunset is not None and since[1] + HALF_A_DAY_S >= sunset[0]:
        return NotApplicable("its sunset is as soon as its deprecation")
    return applies_by_clock(subject, requests=2)


def script(subject: Subject) -> Script:
    """Send the canonical request the day before the deprecation, and the day after."""
    item = find_deprecation(subject)
    span = fields.parse_instant(item.since) if item else None
    if span is None:
        return
    requests = yield from prepare_requests(subject, 2)
    for day, request in zip(
        (span[0] - HALF_A_DAY_S, span[1] + HALF_A_DAY_S), requests, strict=True
    ):
        yield from steps.travel(day)
        yield from steps.send(request)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail when what was accepted before is refused, or gets another response."""
    if len(transcript.exercised) < len(("before", "after")):
        return Inconclusive("nothing was sent on both days")
    before, after = transcript.exercised[:2]
    if not before.succeeded:
        return Inconclusive(f"the day before the deprecation: {describe(before)}")
    due = f"{_describe(before)}, as on the day before the deprecation"
    if not after.succeeded:
        if after.status in OTHER_REASONS:
            return Inconclusive(f"the day after the deprecation: {describe(after)}")
        return Failure("refused", due, describe(after), exchange=after.id)
    if _describe(after) != _describe(before):
        return Failure("differs", due, _describe(after), exchange=after.id)
    return None


def _describe(exchange: Exchange) -> str:
    """What a client relies on whatever the data: status, media type, kind of JSON value."""
    kind = type(exchange.json_or()).__name__
    words = {"dict": " with an object", "list": " with a list"}.get(kind, "")
    media = f", {exchange.received.media_type}" if exchange.received.media_type else ""
    return f"{describe(exchange)}{media}{words}"


CHECK = Check(
    title="Deprecation changes nothing in what an operation does",
    failure_title="Deprecation changes what an operation does",
    applies=applies,
    script=script,
    judge=judge,
    reads=(FACT,),
    standards=("rfc9745#5",),
    accepted=True,
    outcomes=(Outcome("refused", Severity.MEDIUM), Outcome("differs", Severity.LOW)),
    proven_by={
        "refused": ("versioning/refuses-since-its-deprecation",),
        "differs": ("versioning/differs-since-its-deprecation",),
    },
)
