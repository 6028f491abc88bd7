"""A page that may call the API can read that a limit refused it."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.authoring.facts import Cors
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_spent
from apicheck.checks.ratelimit._schedule import is_refused
from apicheck.checks.ratelimit._using_up import apply_to_lowest, use_up

_ANY_ORIGIN = "https://apicheck.invalid"
_ALLOWS = "Access-Control-Allow-Origin"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, where the policy lets pages of an origin in."""
    if not isinstance(subject.facts.transport.cors, Cors):
        return NotApplicable("the policy lets no web page in (transport.cors)")
    return apply_to_lowest(subject, 1, seconds=0.0)


def script(subject: Subject) -> Script:
    """Use the limit up, then send the request as a page of a promised origin."""
    sender = yield from obtain_spent(subject)
    request = yield from build.valid_request(subject, identity=sender)
    yield from use_up(subject, request)
    origin = ("Origin", _find_origin(subject))
    yield from steps.send(replace(request, headers=(*request.headers, origin)), paced=False)


def _find_origin(subject: Subject) -> str:
    """An origin whose pages may call."""
    cors = subject.facts.transport.cors
    assert isinstance(cors, Cors)  # applies() made sure
    return _ANY_ORIGIN if cors.any_origin else cors.origins[0]


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the refusal does not admit the origin."""
    limits, _ = facts_of(subject)
    exchange, origin = transcript.exercised[-1], _find_origin(subject)
    if not is_refused(limits, exchange):
        return Inconclusive(f"the limit did not refuse it ({describe(exchange)})")
    sent = exchange.received.header_values(_ALLOWS)
    if sent in (("*",), (origin,)):
        return None
    actual = f"{exchange.status} with {_ALLOWS}: {', '.join(sent)}" if sent else f"no {_ALLOWS}"
    expected = f"{_ALLOWS}: {origin} on a refusal too"
    return Failure("unreadable", expected, actual, exchange=exchange.id)


CHECK = Check(
    title="A page that may call the API can read that a limit refused it",
    failure_title="A page that may call the API cannot read that a limit refused it",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits", "transport.cors"),
    standards=("https://fetch.spec.whatwg.org/#http-cors-protocol",),
    outcomes=(Outcome("unreadable", Severity.MEDIUM, Confirm.FRESH),),
    proven_by={"unreadable": ("ratelimit/refusal-without-cors",)},
    provokes=REFUSALS,
    accepted=True,
)
