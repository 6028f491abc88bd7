"""A parameter chooses the format of a response, as promised."""

from __future__ import annotations

import json
from xml.parsers import expat

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    describe,
    spreading,
    steps,
)
from apicheck.authoring.facts import Negotiation
from apicheck.checks.formats._parameters import has_query_parameter

_CHOSEN, _OF_ERRORS = "formats.negotiation.values", "formats.negotiation.errors"
_SAME = {"text/xml": "application/xml", "text/json": "application/json"}
"""Media types that are written in two ways (RFC 7303, section 9.2)."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """To reads with the parameter, where the policy says which format each value chooses."""
    facts = subject.facts.formats.negotiation
    if facts is None:
        return NotApplicable("the policy promises no choice of formats")
    if not subject.op.safe or not has_query_parameter(subject, facts.parameter):
        return NotApplicable(f"it is no read with the parameter {facts.parameter}")
    if not subject.context.selects(facts.ops, subject.op):
        return NotApplicable("the policy promises no choice of formats for it")
    return Applies(facts=(_CHOSEN, *((_OF_ERRORS,) if facts.errors else ())))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Every value, and every other format than that of errors with a request that is refused."""
    facts = _promised(subject)
    rows = [Case(value, {"value": value}, fact=_CHOSEN) for value in facts.values]
    if facts.errors and subject.op.id in subject.context.secured:
        rows += [
            Case(f"an error, {value}", {"value": value, "refused": True}, fact=_OF_ERRORS)
            for value in facts.values
            if value != facts.errors
        ]
    return spreading.spread(rows, among="formats")


def script(subject: Subject) -> Script:
    """Ask for the format, with the credential or without one."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    part = Part("query", _promised(subject).parameter)
    chosen = alter.with_part(request, subject.op, part, subject.row.value["value"])
    if subject.row.value.get("refused"):
        chosen = chosen.without_credentials()
    yield from steps.send(chosen)


def _promised(subject: Subject) -> Negotiation:
    facts = subject.facts.formats.negotiation
    if facts is None:
        raise ValueError("the policy promises no choice of formats")
    return facts


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge status, media type, and whether the body is of that type."""
    facts, (exchange, *_) = _promised(subject), transcript.exercised
    value, is_error = subject.row.value["value"], subject.row.value.get("refused")
    if is_error and exchange.succeeded:
        return NotApplicable("the request was accepted without a credential")
    if not is_error and not exchange.succeeded:
        expected = f"a response in {facts.values[value]}"
        return Failure("refused", expected, describe(exchange), value, exchange.id)
    if exchange.bodiless or not exchange.received.body:
        return Inconclusive("the response has no body")
    wanted = facts.values[facts.errors if is_error else value]
    media = exchange.received.media_type
    if not _is_of(media, wanted):
        outcome = "error-format" if is_error else "other-format"
        actual = media or "no Content-Type"
        return Failure(outcome, wanted, actual, value, exchange.id)
    if not _can_be_parsed(exchange, wanted):
        text = exchange.received.body[:60].decode("utf-8", "replace")
        return Failure("malformed", f"a body in {wanted}", repr(text), value, exchange.id)
    return None


def _is_of(media: str, wanted: str) -> bool:
    """Whether a media type is the wanted one, or one of its structured syntax (`+json`)."""
    suffix = f"+{wanted.rpartition('/')[2]}"
    return _SAME.get(media, media) == _SAME.get(wanted, wanted) or media.endswith(suffix)


def _can_be_parsed(exchange: Exchange, wanted: str) -> bool:
    """Whether a body is JSON, or well-formed XML; True for what cannot be told."""
    body = exchange.received.body
    if exchange.received.truncated:
        return True
    try:
        if wanted.endswith("json"):
            json.loads(body)
        elif wanted.endswith("xml"):
            expat.ParserCreate().Parse(body, True)
    except (ValueError, RecursionError, expat.ExpatError):
        return False
    return True


CHECK = Check(
    title="A response has the format that its request chose",
    failure_title="A response does not have the format that its request chose",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    accepted=True,
    reads=("formats.negotiation",),
    standards=("rfc9110#8.3", "rfc7303#9.1"),
    outcomes=(
        Outcome("refused", Severity.MEDIUM),
        Outcome("other-format", Severity.MEDIUM),
        Outcome("error-format", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
    ),
    proven_by={
        "refused": ("formats/refuses-other-formats",),
        "other-format": ("formats/ignores-the-chosen-format",),
        "error-format": ("formats/errors-in-the-chosen-format",),
        "malformed": ("formats/changes-the-label-alone",),
    },
)
