"""Whether the document has the path and the method of a request, and serves them still."""

from __future__ import annotations

import math

from apicheck.model.facts import ExpectedResponse
from reference_server.call import Call, Refusal
from reference_server.seam import seam
from reference_server.state.clock import parse_instant


def refuse_path(call: Call) -> Refusal | None:
    """Why a path is not served: the document does not have it, or its operation has gone."""
    if is_gone(call):
        return Refusal("gone", "This operation has gone.")
    if call.operation is not None or call.match.allowed:
        return None
    slashed = call.path != "/" and call.path.endswith("/")
    has_own = slashed and isinstance(
        _find_request_promise(call, "trailing_slash"), ExpectedResponse
    )
    return Refusal("trailing_slash" if has_own else "unknown_path", "There is nothing here.")


@seam
def is_gone(call: Call) -> bool:
    """Whether an operation has come to its sunset, where the policy says what comes then."""
    return call.server.clock.now() >= find_sunset(call)


def find_sunset(call: Call) -> float:
    """When the operation of a call goes, in epoch seconds; infinite where it stays."""
    item = call.rules.deprecation if call.rules else None
    return parse_instant(item.sunset) if item and item.gone and item.sunset else math.inf


def refuse_method(call: Call) -> Refusal | None:
    """Why a method is not served: the path does not have it."""
    if call.operation is None:
        return Refusal("method", f"{call.method} is not allowed here.")
    if call.method == "HEAD" and isinstance(_find_request_promise(call, "head"), ExpectedResponse):
        return Refusal("head", "HEAD is not allowed here.")
    return None


def _find_request_promise(call: Call, kind: str) -> ExpectedResponse | str | None:
    return call.server.profile.facts.requests.get(kind)
