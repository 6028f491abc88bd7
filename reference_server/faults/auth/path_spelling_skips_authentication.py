"""Paths are guarded as they are written, and served as they are meant: dots, slashes, case."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from urllib.parse import unquote

from apicheck.model.exchange import Pairs
from reference_server.call import Call, Refusal
from reference_server.document.routing import Match, Routes
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


def _meant(path: str) -> str:
    """Decoded, without dots and doubled slashes; literal parts of our paths are in lower case."""
    plain = posixpath.normpath(unquote(path).split(";")[0]).replace("//", "/")
    return plain.lower() if plain.isupper() else plain


def match_operation(
    honest: Callable[[Routes, str, str, Pairs], Match],
    routes: Routes,
    method: str,
    path: str,
    headers: Pairs,
) -> Match:
    """The path as it is meant, for whoever has no credential."""
    found = honest(routes, method, path, headers)
    known = {name for name, _ in headers}
    if found.operation is not None or known & {"authorization", "x-api-key"}:
        return found
    return honest(routes, method, _meant(path), headers)


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """The first identity for nobody, where the guard was not asked."""
    found = honest(call)
    passed = _meant(call.path) != call.path
    if passed and isinstance(found, Refusal) and found.kind == "anonymous":
        return call.server.first_identities[0]
    return found
