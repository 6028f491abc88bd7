"""Requests that pass the guard, or that the guard stops for nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from urllib.parse import unquote

from apicheck.model.exchange import Pairs
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.document.routing import Match, Routes, match_operation
from reference_server.faults.fault import alters, fault
from reference_server.stages.authentication import authenticate, needs_credential
from reference_server.state.identities import Identity

Authenticate = Callable[[Call], Identity | Refusal]
MatchOperation = Callable[[Routes, str, str, Pairs], Match]

OVERRIDE = "x-http-method-override"
_REFUSAL = ("authentication.refusal",)


def _meant(path: str) -> str:
    """Decoded, without dots and doubled slashes; literal parts of our paths are in lower case."""
    plain = posixpath.normpath(unquote(path).split(";")[0]).replace("//", "/")
    return plain.lower() if plain.isupper() else plain


def _reads_are_public(profile: Profile) -> bool:
    """Where some operation that only reads is public."""
    rules = profile.rules.values()
    return any(rule.operation.safe and not rule.secured for rule in rules)


def _serve_anonymous(call: Call, found: Identity | Refusal) -> Identity | Refusal:
    """The first identity where no credential came, else what was found."""
    if isinstance(found, Refusal) and found.kind == "anonymous":
        return call.server.first_identities[0]
    return found


def _has_credential(headers: Pairs) -> bool:
    return not {name for name, _ in headers}.isdisjoint({"authorization", "x-api-key"})


@alters(authenticate, needs=_REFUSAL)
def skips_authentication(due: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A request without credentials is served as if it came from the first identity."""
    return _serve_anonymous(call, due)


@alters(authenticate, needs=_REFUSAL)
def head_skips_authentication(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """HEAD is served without a credential."""
    return _serve_anonymous(call, found) if call.method == "HEAD" else found


@fault(match_operation, needs=_REFUSAL)
def method_override_skips_authentication(
    honest: MatchOperation, routes: Routes, method: str, path: str, headers: Pairs
) -> Match:
    """The guard sees the method of the request line, and the server obeys the one in a field."""
    return honest(routes, dict(headers).get(OVERRIDE, method), path, headers)


@method_override_skips_authentication.also(authenticate)
def _serve_another_method(honest: Authenticate, call: Call) -> Identity | Refusal:
    overridden = call.header(OVERRIDE) not in (None, call.method)
    return _serve_anonymous(call, honest(call)) if overridden else honest(call)


@fault(match_operation, needs=_REFUSAL)
def path_spelling_skips_authentication(
    honest: MatchOperation, routes: Routes, method: str, path: str, headers: Pairs
) -> Match:
    """Paths are guarded as they are written, and served as they are meant: dots, slashes, case."""
    found = honest(routes, method, path, headers)
    guarded = found.operation is not None or _has_credential(headers)
    return found if guarded else honest(routes, method, _meant(path), headers)


@path_spelling_skips_authentication.also(authenticate)
def _serve_another_spelling(honest: Authenticate, call: Call) -> Identity | Refusal:
    passed = _meant(call.path) != call.path
    return _serve_anonymous(call, honest(call)) if passed else honest(call)


@fault(match_operation, needs=_REFUSAL)
def trailing_slash_skips_authentication(
    honest: MatchOperation, routes: Routes, method: str, path: str, headers: Pairs
) -> Match:
    """Paths are guarded without a slash at their end, and served with one."""
    found = honest(routes, method, path, headers)
    guarded = found.operation is not None or _has_credential(headers)
    return found if guarded else honest(routes, method, path.removesuffix("/"), headers)


@trailing_slash_skips_authentication.also(authenticate)
def _serve_with_a_slash(honest: Authenticate, call: Call) -> Identity | Refusal:
    passed = call.path != "/" and call.path.endswith("/")
    return _serve_anonymous(call, honest(call)) if passed else honest(call)


@alters(needs_credential, needs=_REFUSAL, shows_in=_reads_are_public)
def public_operation_needs_credential(due: bool, call: Call) -> bool:
    """A public operation that only reads asks for a credential."""
    return due or (call.operation is not None and call.operation.safe)
