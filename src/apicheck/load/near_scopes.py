"""Finds scopes that the document does not know and that resemble one which it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apicheck.load.mistakes import did_you_mean, resembles
from apicheck.load.selectors import spec_scopes
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.target import Target


def find_near_scopes(spec: Spec, policy: Policy, target: Target) -> Iterator[tuple[str, str]]:
    """Find the scopes of policy and target that are likely mistyped: where it stands, and what.

    They may be names of the server's own, so that none is a mistake that stops a run.
    """
    authorization = policy.facts.authorization
    declared = {scope for scheme in spec.schemes.values() for scope in scheme.scopes}
    used = spec_scopes(spec)
    yield from _compare("authorization.scopes", authorization.scopes, declared)
    implied = dict.fromkeys(
        name for scope, names in authorization.implies.items() for name in (scope, *names)
    )
    yield from _compare("authorization.implies", implied, used | set(authorization.scopes))
    for identity in target.identities.values():
        yield from _compare(f"identities.{identity.name}", identity.scopes or (), used)
    for minter in target.minters:
        yield from _compare(f"mint.{minter.name}", minter.scopes or (), used)


def _compare(about: str, scopes: Iterable[str], known: set[str]) -> Iterator[tuple[str, str]]:
    for scope in scopes:
        if scope not in known and resembles(scope, known):
            yield about, f'the document has no scope "{scope}": {did_you_mean(scope, known)}'
