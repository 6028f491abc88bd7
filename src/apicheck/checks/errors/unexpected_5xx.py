"""The server never responds with an unexpected 5xx."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    ONLY_UNDER_LOAD,
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

_SERVER_ERROR = 500
_OF_GATEWAYS = (502, 504)
_ELSEWHERE = ": another server, on which this one relies or which the request names, failed it"


def inspect(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, folds.Result]]:
    """Judge every response, except failures that a check provokes and judges itself."""
    if exchange.observed("provoked") or exchange.observed("asked-to-fail"):
        return
    wrong: folds.Result = None
    if under_load := exchange.observed(ONLY_UNDER_LOAD):
        wrong = Inconclusive(
            f"{exchange.status} came only while {under_load[0].value} requests ran side by side"
        )
    elif exchange.status >= _SERVER_ERROR:
        status = str(exchange.status)
        gateway = exchange.status in _OF_GATEWAYS
        wrong = Failure(
            "server-error",
            "a status below 500",
            describe(exchange) + (_ELSEWHERE if gateway else ""),
            status,
            exchange.id,
            at_most=Severity.MEDIUM if gateway else None,
        )
    yield "", wrong


CHECK = Check(
    title="The server never responds with an unexpected 5xx",
    failure_title="The server responds with an unexpected 5xx",
    fold=folds.per_exchange(inspect, of_accepted=folds.of_every_operation(), under_load=True),
    triggered_by=("errors/malformed-body", "errors/unknown-object"),
    standards=("rfc9110#15.6",),
    outcomes=(Outcome("server-error", Severity.HIGH),),
    proven_by={
        "server-error": ("errors/fails-on-malformed-body", "errors/fails-on-unknown-object"),
    },
)
