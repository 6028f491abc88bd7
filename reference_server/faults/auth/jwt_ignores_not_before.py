"""A JWT is believed whose time has not begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from reference_server.call import Call

NEEDS = ("authentication.jwt",)


def find_wrong_claim(
    honest: Callable[[Call, Mapping[str, Json]], str], call: Call, claims: Mapping[str, Json]
) -> str:
    """Nothing is wrong with nbf."""
    mistaken = honest(call, claims)
    return "" if mistaken == "nbf" else mistaken
