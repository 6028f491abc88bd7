"""Decide what the confirmations of a failure say: upheld, refuted, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from apicheck.model.exchange import SIDE_BY_SIDE, Exchange, Role, Transcript
from apicheck.model.operation import SAFE_METHODS
from apicheck.model.verdict import (
    Confirm,
    Failure,
    HarnessError,
    Inconclusive,
    Judgement,
    NotTested,
)

_CONFLICT = 409
_GONE = (404, 410)
_SERVER_ERROR = 500
_ACCEPTED_BEFORE = (Role.SETUP, Role.CONTROL, Role.ATTEMPT)

Judgements = Sequence[Judgement | HarnessError]


def find_doubt(
    how: Confirm,
    first: Transcript,
    failure: Failure,
    later: Sequence[Transcript],
    again: Judgements,
) -> Inconclusive | None:
    """Find what speaks against a failure; None when the confirmations uphold it.

    first: the attempt that shows the failure. later, again: the other attempts, judged.
    """
    if how is Confirm.ONCE:
        return _find_spoiled_control(failure, again)
    if not again:
        return Inconclusive(
            f"{failure.outcome} was seen but not confirmed: the run ended", hides=failure
        )
    if any(isinstance(j, Failure) and j.outcome == failure.outcome for j in again):
        return None
    if any(_is_done_already(first, failure, transcript) for transcript in later):
        return None
    if blameless := _find_other_cause(first, failure, later):
        return blameless
    shown = _find_shown(first, failure)
    beside = shown.observed(SIDE_BY_SIDE) if shown else ()
    silent = [j for j in again if isinstance(j, NotTested | Inconclusive | HarnessError)]
    if len(silent) == len(again):
        return Inconclusive(
            f"{failure.outcome} ({failure.actual}) was seen, and could not be tried again:"
            f" {silent[0].reason}",
            hides=None if beside else failure,  # the load may be at fault: others prove nothing
        )
    seen = f"{failure.outcome} ({failure.actual}) was seen"
    if beside:
        return Inconclusive(
            f"{seen} only while {beside[0].value} requests ran side by side, and not alone"
        )
    return Inconclusive(f"flaky: {seen} but did not repeat")


def _find_spoiled_control(failure: Failure, again: Judgements) -> Inconclusive | None:
    spoiled = [j for j in again if isinstance(j, NotTested | HarnessError)]
    if again and len(spoiled) == len(again):
        reason = spoiled[0].reason
        return Inconclusive(f"{failure.outcome} was seen, but the control then failed: {reason}")
    return None


def find_lasting(
    suspected: Inconclusive, first: Transcript, later: Sequence[Transcript], again: Judgements
) -> Inconclusive:
    """What the confirmations leave of a suspicion: all of it, unless they refute it."""
    failure = suspected.hides
    if failure is None:
        return suspected
    if blameless := _find_other_cause(first, failure, later):
        return blameless
    shown = [one for one in again if one is None or isinstance(one, Failure)]
    refuted = shown and not any(one and one.outcome == failure.outcome for one in shown)
    return Inconclusive(suspected.reason) if refuted else suspected


def _find_other_cause(
    first: Transcript, failure: Failure, later: Sequence[Transcript]
) -> Inconclusive | None:
    """Say that a 5xx does not come of what the failing request has of its own.

    Another request may have left an object in disorder. The operation then fails for the request
    too that was accepted before.
    """
    shown = _find_shown(first, failure)
    if shown is None or shown.status < _SERVER_ERROR:
        return None
    for transcript in later:
        for one in transcript.of_role(*_ACCEPTED_BEFORE):
            if one.status >= _SERVER_ERROR:
                asked = f"{one.request.method} {one.request.path}"
                return Inconclusive(
                    f"{failure.outcome} ({failure.actual}) was seen, but not for the value's sake:"
                    f" {asked}, which must be accepted, got {one.status} as well when it was sent"
                    " again"
                )
    return None


def _is_done_already(first: Transcript, failure: Failure, later: Transcript) -> bool:
    """Whether a confirmation was refused because the first attempt had its effect.

    What was created or deleted cannot be created or deleted again: 409, 404 or 410 says so.
    """
    shown = _find_shown(first, failure)
    if shown is None or not shown.succeeded or shown.request.method in SAFE_METHODS:
        return False
    done = _GONE if shown.request.method == "DELETE" else (_CONFLICT,)
    return any(exchange.status in done for exchange in later.exercised if _is_same(exchange, shown))


def _find_shown(first: Transcript, failure: Failure) -> Exchange | None:
    """Find the exchange that shows a failure: the named one, else the only one."""
    exercised = first.exercised
    if failure.exchange:
        return next((e for e in exercised if e.id == failure.exchange), None)
    return exercised[0] if len(exercised) == 1 else None


def _is_same(one: Exchange, other: Exchange) -> bool:
    return (one.request.method, one.request.operation) == (
        other.request.method,
        other.request.operation,
    )
