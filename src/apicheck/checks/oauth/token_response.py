"""A token answer has the members that RFC 6749 has for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    Json,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    folds,
)
from apicheck.checks.oauth._client import body_members

_ROUNDED_S = 5
"""Seconds by which what is left of a lifetime may be below the whole of it."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy names the token operation."""
    oauth = subject.facts.oauth
    if oauth is None or not oauth.token:
        return NotApplicable("the policy names no token operation")
    return Applies()


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every answer that grants something is one test; one that says `error` grants nothing."""
    oauth = context.facts.oauth
    if oauth is None or exchange.request.operation != oauth.token or not exchange.succeeded:
        return
    answer = body_members(exchange)
    if "error" not in answer:
        yield "oauth", _wrong(answer, oauth.lifetime_s, exchange)


def _wrong(
    answer: Mapping[str, Json], lifetime: float | None, exchange: Exchange
) -> Failure | None:
    for name in ("access_token", "token_type"):
        if not isinstance(answer.get(name), str) or not answer[name]:
            came = "no such member" if name not in answer else "none"
            return Failure("missing", f"{name}, a text", came, name, exchange.id)
    for name in ("scope", "refresh_token"):
        if not isinstance(answer.get(name, ""), str):
            return Failure("wrong-type", f"{name}, a text", _kind(answer[name]), name, exchange.id)
    left = answer.get("expires_in")
    if left is None:
        return None
    if isinstance(left, bool) or not isinstance(left, int | float):
        return Failure("wrong-type", "expires_in, a number", _kind(left), "expires_in", exchange.id)
    if lifetime is not None and not 0 <= lifetime - left <= _ROUNDED_S:
        came = f"expires_in {left:g}"
        return Failure("wrong-lifetime", f"expires_in {lifetime:g}", came, exchange=exchange.id)
    return None


def _kind(value: Json) -> str:
    names = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}
    return names.get(type(value), "a number" if value is not None else "null")


CHECK = Check(
    title="A token answer is as OAuth has it",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("oauth",),
    standards=("rfc6749#5.1",),
    outcomes=(
        Outcome("missing", Severity.MEDIUM),
        Outcome("wrong-type", Severity.MEDIUM),
        Outcome("wrong-lifetime", Severity.LOW),
    ),
    proven_by={
        "missing": ("oauth/omits-token-type",),
        "wrong-type": ("oauth/expires-in-as-text",),
        "wrong-lifetime": ("oauth/lifetime-differs",),
    },
)
