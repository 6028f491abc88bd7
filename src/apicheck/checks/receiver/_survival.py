"""Deliveries that a receiver must survive, whether it may accept them or not."""

from __future__ import annotations

from apicheck.authoring import (
    Exchange,
    Failure,
    Judgement,
    Request,
    Steps,
    Subject,
    Transcript,
    describe,
    steps,
)
from apicheck.authoring.observations import TransportErrorKind

_SERVER_ERROR = 500
ENDED = frozenset({TransportErrorKind.CLOSED})
"""Of which errors of the connection something is made: a receiver that crashes sends no 5xx."""


def send(request: Request) -> Steps[Exchange]:
    """Send a delivery; once more where the connection was closed without a response.

    A kept connection may have ended by itself: a new one decides. A script sends nothing more when
    that has no response either: the receiver may be gone.
    """
    sent = yield from steps.send(request)
    return (yield from steps.send(request)) if _is_closed(sent) else sent


def read_exchanges(transcript: Transcript) -> tuple[Exchange, ...]:
    """The exchanges in which a property was tested: without the first one if that was repeated.

    Where the repetition has no response either, the first one stays: it says how it ended.
    """
    exercised = transcript.exercised
    repeated = _is_closed(exercised[0]) and not is_lost(transcript)
    return exercised[1:] or exercised if repeated else exercised


def is_lost(transcript: Transcript) -> bool:
    """Whether the connection was closed without a response, and no new one brought any."""
    first, *others = transcript.exercised
    return _is_closed(first) and bool(others) and others[0].response is None


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on a 5xx, and on no response: by both it shows that it broke (RFC 9110, 15.6)."""
    sent = read_exchanges(transcript)[0]
    if sent.status < _SERVER_ERROR and not is_lost(transcript):
        return None
    expected = f"2xx or 4xx: {subject.row.value}"
    return Failure("error", expected, describe(sent), subject.row.name, sent.id)


def _is_closed(exchange: Exchange) -> bool:
    return exchange.error is not None and exchange.error.kind in ENDED
