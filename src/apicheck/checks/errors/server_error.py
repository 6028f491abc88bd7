"""No value in one part of a request makes the server fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Json,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Recipe,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    describe,
    judging,
    steps,
)
from apicheck.authoring.observations import TransportErrorKind
from apicheck.checks.errors._odd_parts import is_scarce, parts, rows

_OF_GATEWAYS = (502, 504)
"""Another server failed: one on which this one relies, or one that the value names."""
_MARK = "apicheck-goes-here"
_FEW = 2


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation whose request has a part to replace."""
    if not parts(subject) and isinstance(subject.context.recipes[subject.op.id], Recipe):
        return NotApplicable("its request has no part to replace")
    return Applies()


def cases(subject: Subject) -> tuple[Case, ...]:
    """The classics for each place; every one in every part when thorough."""
    is_few = is_scarce(subject) and not subject.context.thorough
    return tuple(islice(rows(subject), _FEW if is_few else None))


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with an odd value in one part."""
    value = subject.case.value if subject.case else None
    yield from build.send_control(subject)
    # With an odd value in its path, the request names no object that it could use up.
    in_path = isinstance(value, Mapping) and value.get("place") == "path"
    request = yield from build.valid_request(subject, refused=in_path)
    odd = _with_odd(subject, request, value)
    if odd is None:
        return
    exchange = yield from steps.send(odd)
    if _closed(exchange):
        # A kept connection may have ended by itself: a new one decides.
        yield from steps.send(odd)


def _with_odd(subject: Subject, request: Request, value: Json) -> Request | None:
    """Put the odd value in its part; None for a value that shrinking has left incomplete."""
    if not isinstance(value, Mapping) or not {"place", "name"} <= set(value):
        return None
    part = Part(str(value["place"]), str(value["name"]))
    if part not in parts(subject):
        return None
    if "raw" in value:
        marked = alter.with_part(request, subject.op, part, _MARK)
        text = str(value["raw"]).encode()
        return replace(marked, body=(marked.body or b"").replace(f'"{_MARK}"'.encode(), text))
    if "value" not in value or not alter.part_accepts(part, value["value"]):
        return None
    return alter.with_part(request, subject.op, part, value["value"])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on a 5xx other than 503 (the server was busy), and on a connection closed twice."""
    drawn = subject.case.value if subject.case else None
    place = drawn.get("place", "") if isinstance(drawn, Mapping) else ""  # shrinking tears values
    expected = "a status below 500"
    for exchange in transcript.exercised:
        if exchange.status in judging.FAILURES:
            doubt = Severity.MEDIUM if exchange.status in _OF_GATEWAYS else None
            actual = describe(exchange)
            return Failure("server-error", expected, actual, place, exchange.id, doubt)
    asked = transcript.exercised
    if len(asked) > 1 and _closed(asked[0]) and (_closed(asked[-1]) or _is_gone(asked[-1])):
        actual = "the connection was closed twice without a response"
        if _is_gone(asked[-1]):
            actual = "no response: the connection was closed, and later ones were refused"
        return Failure("no-answer", expected, actual, place, asked[0].id)
    return None


def _closed(exchange: Exchange) -> bool:
    return exchange.error is not None and exchange.error.kind is TransportErrorKind.CLOSED


def _is_gone(exchange: Exchange) -> bool:
    return exchange.error is not None and exchange.error.kind is TransportErrorKind.REFUSED


CHECK = Check(
    title="No value in a request makes the server fail",
    failure_title="A value in a request makes the server fail",
    applies=applies,
    cases=cases,
    draws="mutated-part",
    script=script,
    judge=judge,
    accepted=True,
    provokes=judging.FAILURES,
    judges_errors=frozenset({TransportErrorKind.CLOSED}),
    standards=(
        "rfc9110#15.6",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ),
    outcomes=(
        Outcome("server-error", Severity.HIGH),
        Outcome("no-answer", Severity.HIGH, Confirm.REPEAT_OR_GONE),
    ),
    proven_by={
        "server-error": (
            "errors/fails-on-nul",
            "errors/fails-beyond-the-basic-plane",
            "errors/fails-on-huge-numbers",
            "errors/fails-on-deep-nesting",
            "errors/fails-on-percent-sign",
            "errors/fails-on-null",
            "errors/fails-on-fractions",
        ),
        "no-answer": ("errors/closes-connection-on-nul",),
    },
)
