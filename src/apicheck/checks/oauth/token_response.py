"""A token response has the members that RFC 6749 requires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Json,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
)

_ROUNDED_S = 5
"""Seconds by which the remaining lifetime may be below the whole of it."""


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Read every response that grants a token; one with `error` grants none."""
    oauth = context.facts.oauth
    if oauth is None or exchange.request.operation != oauth.token or not exchange.succeeded:
        return
    members = exchange.members
    if "error" not in members:
        yield "oauth", _judge(members, oauth.lifetime_s, exchange)


def _judge(
    members: Mapping[str, Json], lifetime: float | None, exchange: Exchange
) -> Failure | None:
    for name in ("access_token", "token_type"):
        value = members.get(name)
        if not isinstance(value, str) or not value:
            came = "no such member" if name not in members else _name_type(value)
            return Failure("missing", f"{name}, a string", came, name, exchange.id)
    for name in ("scope", "refresh_token"):
        value = members.get(name, "")
        if not isinstance(value, str):
            came = _name_type(value)
            return Failure("wrong-type", f"{name}, a string", came, name, exchange.id)
    left = members.get("expires_in")
    if left is None:
        return None
    if isinstance(left, bool) or not isinstance(left, int | float):
        came = _name_type(left)
        return Failure("wrong-type", "expires_in, a number", came, "expires_in", exchange.id)
    if lifetime is not None and not 0 <= lifetime - left <= _ROUNDED_S:
        came = f"expires_in {left:g}"
        return Failure("wrong-lifetime", f"expires_in {lifetime:g}", came, exchange=exchange.id)
    return None


def _name_type(value: Json) -> str:
    if value == "":
        return "an empty string"
    names = {str: "a string", bool: "a boolean", list: "an array", dict: "an object"}
    return names.get(type(value), "a number" if value is not None else "null")


CHECK = Check(
    title="The members of a token response are correct",
    failure_title="A member of a token response is missing or wrong",
    applies=applying.applies_where(
        lambda facts: facts.oauth and facts.oauth.token, "the policy names no token operation"
    ),
    fold=folds.per_exchange(inspect),
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
