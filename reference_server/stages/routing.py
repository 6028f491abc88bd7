"""Whether the document has the path and the method of a request, and serves them still."""

from __future__ import annotations

import math

from apicheck.model.facts import ExpectedResponse
from reference_server.call import Call, Refusal
from reference_server.document.versions import find_treatment
from reference_server.seam import seam
from reference_server.state.clock import parse_instant

_REDIRECT = 308
_SAID = {
    "served": "This version is not served.",
    "another-name": "There is no such version.",
    "redirected": "This version is elsewhere.",
    "retired": "This version is no longer served.",
    "unknown": "There is no such version.",
    "future": "There is no such version yet.",
    "malformed": "This is no version.",
    "missing": "Which version?",
    "conflict": "These are two versions.",
}


def refuse_path(call: Call) -> Refusal | None:
    """Why a path is not served: not its version, not by the document, or not any more."""
    if call.naming.refused and (call.operation is not None or _is_promised(call)):
        status = _REDIRECT if call.naming.target else None
        return Refusal(f"version:{call.naming.kind}", _SAID[call.naming.kind], status)
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


def _is_promised(call: Call) -> bool:
    """Whether the policy says what becomes of such a version."""
    versioning, naming = call.server.profile.facts.versioning, call.naming
    return bool(versioning and find_treatment(versioning, naming.kind, naming.named))


def _find_request_promise(call: Call, kind: str) -> ExpectedResponse | str | None:
    return call.server.profile.facts.requests.get(kind)
