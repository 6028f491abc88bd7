"""The server never responds with an unexpected 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Outcome,
    RunContext,
    Severity,
    describe,
    folds,
)
from apicheck.authoring.observations import ONLY_UNDER_LOAD

_SERVER_ERROR = 500
_ELSEWHERE = ": another server, on which this one relies or which the request names, failed it"
_MILDER = {
    501: ": the server says that it does not have what the request asks for",
    502: _ELSEWHERE,
    503: ": the server says that it is overloaded or under maintenance, whatever the request",
    504: _ELSEWHERE,
}
"""The statuses that blame no defect of the operation, with what they say instead."""


def inspect(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, folds.Result]]:
    """Judge every response, except failures that a check provokes and judges itself."""
    if exchange.observed("provoked") or exchange.observed("asked-to-fail"):
        return
    wrong: folds.Result = None
    if under_load := exchange.observed(ONLY_UNDER_LOAD):
        beside = under_load[0].value
        wrong = Inconclusive(
            f"{exchange.status} came only while {beside} requests ran side by side"
            if beside != "1"
            else f"{exchange.status} came, and more often the operation accepts a request:"
            " the server was busy for a while"
        )
    elif exchange.status >= _SERVER_ERROR:
        says = _MILDER.get(exchange.status)
        wrong = Failure(
            "server-error",
            "a status below 500",
            describe(exchange) + (says or ""),
            str(exchange.status),
            exchange.id,
            at_most=Severity.MEDIUM if says else None,
        )
    yield "", wrong


def _step(context: RunContext, tallies: folds.Tallies, exchange: Exchange) -> folds.Tallies:
    """Judge a response, and the request after which the server responded no more."""
    for seen in exchange.observed("stopped-server"):
        tallies.note("", exchange, _judge_stop(exchange, seen.value))
    judged: folds.Tallies = _EACH.step(context, tallies, exchange)
    return judged


def _judge_stop(exchange: Exchange, words: str) -> folds.Result:
    """Blame an altered request; an ordinary one may be meant to stop the server."""
    if not exchange.role.exercises:
        meant = "that may be what the operation is for"
        return Inconclusive(f"{words}: {describe(exchange)}; {meant}")
    actual = f"{describe(exchange)}; the server responded to no request afterwards"
    expected = "a server that goes on"
    return Failure("server-error", expected, actual, "stopped", exchange.id, Severity.MEDIUM)


_EACH = folds.per_exchange(inspect, of_accepted=folds.of_every_operation(), under_load=True)

CHECK = Check(
    title="The server never responds with an unexpected 5xx",
    failure_title="The server responds with an unexpected 5xx",
    fold=replace(_EACH, step=_step),
    triggered_by=("errors/malformed-body", "errors/unknown-object"),
    standards=("rfc9110#15.6",),
    outcomes=(Outcome("server-error", Severity.HIGH),),
    proven_by={
        "server-error": ("errors/fails-on-malformed-body", "errors/fails-on-unknown-object"),
    },
)
