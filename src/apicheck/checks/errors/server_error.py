"""Whatever stands in one part of a request, the server does not break on it."""

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
    Fail,
    Fails,
    Json,
    Judgement,
    NotApplicable,
    Part,
    Recipe,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    TransportErrorKind,
    control,
    describe,
    fits,
    prepared,
    send,
    with_part,
)
from apicheck.checks.errors._odd_parts import is_scarce, parts, rows

_BUSY = 503
_MARK = "apicheck-goes-here"
_FEW = 2


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation that has something in its request."""
    if not parts(subject) and isinstance(subject.world.recipes[subject.op.id], Recipe):
        return NotApplicable("its request has no part to replace")
    return Applies()


def cases(subject: Subject) -> tuple[Case, ...]:
    """The classics for each place; every one in every part when thorough."""
    is_few = is_scarce(subject) and not subject.world.thorough
    return tuple(islice(rows(subject), _FEW if is_few else None))


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with an odd value in one part."""
    value = subject.case.value if subject.case else None
    yield from control(subject)
    request = yield from prepared(subject)
    odd = _with_odd(subject, request, value)
    if odd is None:
        return
    exchange = yield from send(odd)
    if _closed(exchange):
        # A kept connection may have ended by itself: a new one tells.
        yield from send(odd)


def _with_odd(subject: Subject, request: Request, value: Json) -> Request | None:
    """None for a value that shrinking has left without a part of itself."""
    if not isinstance(value, Mapping) or not {"place", "name"} <= set(value):
        return None
    part = Part(str(value["place"]), str(value["name"]))
    if part not in parts(subject):
        return None
    if "raw" in value:
        marked = with_part(request, subject.op, part, _MARK)
        text = str(value["raw"]).encode()
        return replace(marked, body=(marked.body or b"").replace(f'"{_MARK}"'.encode(), text))
    if "value" not in value or not fits(part, value["value"]):
        return None
    return with_part(request, subject.op, part, value["value"])


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """An answer of class 5xx, or none; 503 says that the server was busy, and nothing else."""
    drawn = subject.case.value if subject.case else None
    place = drawn.get("place", "") if isinstance(drawn, Mapping) else ""  # shrinking tears values
    expected = "any answer below 500"
    for exchange in transcript.exercised:
        if _broke(exchange):
            return Fails("server-error", expected, describe(exchange), place, exchange.id)
    asked = transcript.exercised
    if len(asked) > 1 and _closed(asked[0]) and (_closed(asked[-1]) or _is_gone(asked[-1])):
        since = "no connection is taken since" if _is_gone(asked[-1]) else "twice"
        actual = f"the connection was closed without an answer; {since}"
        return Fails("no-answer", expected, actual, place, asked[0].id)
    return None


def _closed(exchange: Exchange) -> bool:
    return exchange.error is not None and exchange.error.kind is TransportErrorKind.CLOSED


def _is_gone(exchange: Exchange) -> bool:
    return exchange.error is not None and exchange.error.kind is TransportErrorKind.REFUSED


def _broke(exchange: Exchange) -> bool:
    return exchange.status >= 500 and exchange.status != _BUSY


CHECK = Check(
    title="No value in a request makes the server fail",
    applies=applies,
    cases=cases,
    draws="odd-part",
    script=script,
    judge=judge,
    accepted=True,
    provokes=frozenset(range(500, 600)) - {_BUSY},
    closes=True,
    standards=(
        "rfc9110#15.6",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ),
    outcomes=(
        Fail("server-error", Severity.HIGH),
        Fail("no-answer", Severity.HIGH, Confirm.UNDENIED),
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
