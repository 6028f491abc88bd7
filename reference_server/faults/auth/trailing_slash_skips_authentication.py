"""Paths are guarded without a slash at their end, and served with one."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.exchange import Pairs
from reference_server.call import Call, Refusal
from reference_server.document.routing import Match, Routes
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


def match_operation(
    honest: Callable[[Routes, str, str, Pairs], Match],
    routes: Routes,
    method: str,
    path: str,
    headers: Pairs,
) -> Match:
    """The path without its last slash, for whoever has no credential."""
    found = honest(routes, method, path, headers)
    known = {name for name, _ in headers}
    if found.operation is not None or known & {"authorization", "x-api-key"}:
        return found
    return honest(routes, method, path.removesuffix("/"), headers)


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """The first identity for nobody, where the guard was not asked."""
    found = honest(call)
    passed = call.path != "/" and call.path.endswith("/")
    if passed and isinstance(found, Refusal) and found.kind == "anonymous":
        return call.server.first_identities[0]
    return found
