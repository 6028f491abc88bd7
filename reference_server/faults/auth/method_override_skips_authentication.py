"""A method in a field is obeyed after the guard has looked at the one in the request line."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.exchange import Pairs
from reference_server.call import Call, Refusal
from reference_server.document.routing import Match, Routes
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


_FIELD = "x-http-method-override"


def match_operation(
    honest: Callable[[Routes, str, str, Pairs], Match],
    routes: Routes,
    method: str,
    path: str,
    headers: Pairs,
) -> Match:
    """The operation of the method in the field."""
    return honest(routes, dict(headers).get(_FIELD, method), path, headers)


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """The first identity for nobody, where the field names another method."""
    found = honest(call)
    overridden = call.header(_FIELD) not in (None, call.method)
    if overridden and isinstance(found, Refusal) and found.kind == "anonymous":
        return call.server.first_identities[0]
    return found
