"""Compares which credentials an operation takes, and how clients get and send them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from apicheck.compare.change import Change, change
from apicheck.compare.documents import Both
from apicheck.model.json import MISSING, Json, at, child_pointer
from apicheck.model.operation import Operation, SecurityRequirement, SecurityScheme, Spec

_SCHEMES = "/components/securitySchemes"


def compare_security(both: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """What becomes of callers with the credentials of the earlier document."""
    before, after = both.old.spec, both.new.spec
    places = _place(before, old), _place(after, new)
    if not new.secured:
        return
    if not old.secured:
        words = f"none → {_describe(new.security)}"
        yield change("security-added", words, *places)
        return
    for alternative in old.security:
        own = _resolve(before, alternative)
        taken = [_resolve(after, other) for other in new.security]
        if any(_suffices(own, other) for other in taken):
            continue
        same = next((other for other in taken if other.keys() <= own.keys()), None)
        if same is None:
            if not _is_explained(before, after, alternative):
                words = f"{_describe((alternative,))} → {_describe(new.security)}"
                yield change("security-removed", words, *places)
            continue
        more = sorted({scope for name in same for scope in same[name] - own[name]})
        yield change("security-scope-added", f"also {', '.join(more)}", *places)


def compare_schemes(both: Both, operations: Iterable[Operation]) -> Iterator[Change]:
    """What becomes of the credentials of operations: how clients send and get them."""
    before, after = both.old.spec, both.new.spec
    used = {name for one in operations for alternative in one.security for name, _ in alternative}
    for name, scheme in before.schemes.items():
        there = after.schemes.get(name)
        if there is None or name not in used:
            continue  # an operation that took it says so
        places = child_pointer(_SCHEMES, name), child_pointer(_SCHEMES, name)
        if identify(scheme) != identify(there):
            words = f"{name}: {_write(scheme)} → {_write(there)}"
            yield change("security-scheme-changed", words, *places)
            continue
        yield from _compare_flows(both, name)


def _compare_flows(both: Both, name: str) -> Iterator[Change]:
    pointer = f"{child_pointer(_SCHEMES, name)}/flows"
    before, after = both.old.part(pointer), both.new.part(pointer)
    offered = {scope for _, flow in both.new.members(after) for scope in _scopes(flow.value)}
    for kind, flow in both.old.members(before):
        there = both.new.inside(after, kind)
        if not there.value:
            yield change("oauth-flow-removed", f"{name}: {kind}", flow.at, after.at)
            continue
        for scope in sorted(_scopes(flow.value) - _scopes(there.value)):
            place, gone = child_pointer(flow.at, "scopes"), child_pointer(there.at, "scopes")
            moved = scope in offered
            words = f"{name}: {scope} of {kind}"
            yield change(
                "oauth-scope-removed", words, child_pointer(place, scope), gone, doubtful=moved
            )
        for key in ("tokenUrl", "authorizationUrl", "refreshUrl"):
            was, now = flow.value.get(key), there.value.get(key)
            if was is not None and was != now:
                places = child_pointer(flow.at, key), child_pointer(there.at, key)
                yield change("oauth-url-changed", f"{name}: {key} {was} → {now}", *places)


def identify(scheme: SecurityScheme) -> tuple[str, ...]:
    """What a client does to send the credential: schemes that are alike may change their names."""
    match scheme.kind:
        case "apiKey":
            name = scheme.parameter
            return ("apiKey", scheme.place, name.lower() if scheme.place == "header" else name)
        case "http":
            return ("http", scheme.http_scheme)
        case other:
            return (other,)


Held = Mapping[tuple[str, ...], frozenset[str]]
"""Scheme -> the scopes that it must hold."""


def _resolve(spec: Spec, requirement: SecurityRequirement) -> Held:
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for name, scopes in requirement:
        scheme = spec.schemes.get(name)
        key = identify(scheme) if scheme else ("unknown", name)
        found[key] = found.get(key, frozenset()) | frozenset(scopes)
    return found


def _suffices(held: Held, wanted: Held) -> bool:
    """Whether a caller who has what one alternative wants has what another wants."""
    return all(key in held and scopes <= held[key] for key, scopes in wanted.items())


def _is_explained(old: Spec, new: Spec, requirement: SecurityRequirement) -> bool:
    """Whether a scheme of the same name is another one now, which is a change of its own."""
    return any(
        name in old.schemes and name in new.schemes
        and identify(old.schemes[name]) != identify(new.schemes[name])
        for name, _ in requirement
    )  # fmt: skip


def _place(spec: Spec, operation: Operation) -> str:
    own = f"{operation.pointer}/security"
    return "/security" if at(spec.document, own) is MISSING else own


def _scopes(flow: Mapping[str, Json]) -> frozenset[str]:
    scopes = flow.get("scopes")
    return frozenset(scopes if isinstance(scopes, Mapping) else ())


def _write(scheme: SecurityScheme) -> str:
    return " ".join(identify(scheme))


def _describe(security: tuple[SecurityRequirement, ...]) -> str:
    return " or ".join(" and ".join(name for name, _ in one) or "none" for one in security)
