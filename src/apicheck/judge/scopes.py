"""List what came of each scope that an operation needs: without it, and with what is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from apicheck.model.exchange import Direction, Role, Transcript
from apicheck.model.json import Json
from apicheck.model.plan import Plan, Probe
from apicheck.model.results import ScopeUse

_HELD = "scopes"
_HOLDER = "identity"
_ACTIVE = "active"


def list_scope_uses(plan: Plan, transcripts: Sequence[Transcript]) -> tuple[ScopeUse, ...]:
    """List every scope that an operation needs, in the order of the document.

    A row of a check says which scopes its caller holds: by a list of `scopes`, or by the name of
    an identity. One that lacks a scope may lack other rights too, so that it only shows what came
    without the scope.
    """
    held = {probe.key: found for probe in plan.probes if (found := _find_held(plan, probe))}
    lacking: dict[tuple[str, str], set[int]] = {}
    holding: dict[tuple[str, str], set[int]] = {}
    for transcript in transcripts:
        if transcript.probe not in held:
            continue
        operation, scopes, exactly = held[transcript.probe]
        needed = plan.context.required_scopes.get(operation, ())
        for status in _list_statuses(plan, operation, transcript):
            for scope in needed:
                if scope not in scopes:
                    lacking.setdefault((operation, scope), set()).add(status)
                elif exactly and scopes.issuperset(needed):
                    holding.setdefault((operation, scope), set()).add(status)
    return tuple(
        ScopeUse(
            operation.id,
            scope,
            tuple(sorted(lacking.get((operation.id, scope), ()))),
            tuple(sorted(holding.get((operation.id, scope), ()))),
        )
        for operation in plan.spec.operations
        for scope in plan.context.required_scopes.get(operation.id, ())
    )


def _find_held(plan: Plan, probe: Probe) -> tuple[str, frozenset[str], bool] | None:
    """The operation of a probe, the scopes of its caller, and whether the row lists them."""
    subject = probe.subject
    value = subject.case.value if subject.case else None
    if subject.operation is None or not isinstance(value, Mapping):
        return None
    listed = value.get(_HELD)
    exactly = isinstance(listed, list | tuple)
    scopes = listed if exactly else _find_scopes(plan, value)
    if scopes is None:
        return None
    implied = plan.policy.facts.authorization.with_implied(map(str, scopes))
    return subject.operation.id, implied, exactly


def _find_scopes(plan: Plan, value: Mapping[str, Json]) -> Sequence[str] | None:
    holder = plan.context.identities.get(str(value.get(_HOLDER, "")))
    return holder.scopes if holder and holder.state == _ACTIVE else None


def _list_statuses(plan: Plan, operation: str, transcript: Transcript) -> Iterator[int]:
    method = plan.spec.operation(operation).method
    for exchange in transcript.of_role(Role.TABLE):
        request = exchange.request
        own = exchange.direction is Direction.OUT and request.operation == operation
        if own and request.method == method and exchange.response is not None:
            yield exchange.status
