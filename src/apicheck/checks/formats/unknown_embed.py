"""A request for an unknown member is refused, or served without it, as promised."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Part,
    Script,
    Subject,
    Transcript,
    alter,
    build,
    spreading,
    steps,
)
from apicheck.checks.formats._embed import find_promise
from apicheck.checks.formats._tolerated import OUTCOMES, find_reason
from apicheck.checks.formats._tolerated import judge as judge_by_promise

UNKNOWN = "apicheckUnknown"
_KIND = "unknown_embed"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To reads with the parameter of `formats.embed`, which takes any text."""
    if reason := find_reason(subject, _KIND):
        return reason
    found = find_promise(subject)
    return found if isinstance(found, NotApplicable) else Applies(facts=(f"requests.{_KIND}",))


def cases(_: Subject) -> tuple[Case, ...]:
    """One name that no object has, sent to a few operations."""
    return spreading.spread([Case(UNKNOWN, UNKNOWN)], among=_KIND)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with the unknown name."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    facts = subject.facts.formats.embed
    name = facts.parameter if facts else ""
    yield from steps.send(alter.with_part(request, subject.op, Part("query", name), UNKNOWN))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge by the promise."""
    return judge_by_promise(subject, transcript, _KIND, "served, as without it")


CHECK = Check(
    title="A request to add an unknown member is refused or served as promised",
    failure_title="A request to add an unknown member is not refused or served as promised",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    accepted=True,
    reads=("requests.unknown_embed",),
    outcomes=OUTCOMES,
    proven_by={
        "accepted": ("formats/ignores-unknown-embed",),
        "wrong-status": ("formats/unknown-embed-answered-with-other-status",),
        "refused": ("formats/refuses-unknown-embed",),
    },
)
