"""A JWT is believed that was issued by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from reference_server.call import Call

NEEDS = ("authentication.jwt.issuer",)


def find_wrong_claim(
    honest: Callable[[Call, Mapping[str, Json]], str], call: Call, claims: Mapping[str, Json]
) -> str:
    """Nothing is wrong with iss."""
    mistaken = honest(call, claims)
    return "" if mistaken == "iss" else mistaken
