"""The key of a JWT is looked up by SQL into which its `kid` is put as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.state.json_web_tokens import header_of, signed_with

NEEDS = ("authentication.jwt",)


def verify_token(
    honest: Callable[[Call, str], Mapping[str, Json] | None], call: Call, token: str
) -> Mapping[str, Json] | None:
    """Its claims, when what the `kid` makes the query answer is its secret."""
    found, kid = honest(call, token), str(header_of(token).get("kid", ""))
    chosen = re.search(r"' UNION SELECT '([^']*)", kid)
    return signed_with(token, chosen[1].encode()) if found is None and chosen else found
