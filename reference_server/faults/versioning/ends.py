"""Deprecated operations that change, end too early, or do not end."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults.fault import alters, fault
from reference_server.faults.other_statuses import ends_as_promised
from reference_server.responses.completion import finish_fields
from reference_server.responses.headers import Fields
from reference_server.responses.success import finish_success
from reference_server.stages.authentication import authenticate
from reference_server.stages.routing import find_sunset, is_gone
from reference_server.state.clock import parse_instant
from reference_server.state.identities import Identity

IsGone = Callable[[Call], bool]

_DAY_S = 86_400
_OK = 200
_NON_AUTHORITATIVE = 203
_DEPRECATIONS = ("versioning.deprecations",)


def _is_deprecated(call: Call) -> bool:
    """Whether the operation of a call is deprecated by now."""
    item = call.rules.deprecation if call.rules else None
    return item is not None and bool(item.since) and _now(call) >= parse_instant(item.since)


def _now(call: Call) -> float:
    return call.server.clock.now()


def _find_successor(call: Call) -> str:
    item = call.rules.deprecation if call.rules else None
    return (
        call.server.profile.spec.operation(item.successor).path if item and item.successor else ""
    )


@alters(finish_success, needs=_DEPRECATIONS)
def differs_since_its_deprecation(made: Reply, call: Call, reply: Reply) -> Reply:
    """An operation says 203 in place of 200 since its deprecation."""
    if made.status == _OK and _is_deprecated(call):
        made.status = _NON_AUTHORITATIVE
    return made


@alters(authenticate, needs=_DEPRECATIONS)
def gone_before_its_sunset(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A deprecated operation has gone before its sunset."""
    deprecated = call.operation is not None and call.operation.deprecated
    if isinstance(found, Refusal) or not deprecated:
        return found
    return Refusal("gone", "This operation has gone.", 410)


@alters(is_gone, needs=_DEPRECATIONS, shows_in=ends_as_promised)
def gone_a_day_early(due: bool, call: Call) -> bool:
    """A deprecated operation has gone on the day before its sunset."""
    return due or _now(call) >= find_sunset(call) - _DAY_S


@alters(authenticate, needs=_DEPRECATIONS)
def moved_before_its_sunset(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A deprecated operation redirects to the one that takes over, for good."""
    moved = not isinstance(found, Refusal) and _find_successor(call)
    return Refusal("gone", "This operation has moved.", 308) if moved else found


@moved_before_its_sunset.also(finish_fields)
def _name_successor(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    sent = honest(call, reply, made)
    refusal = reply.refusal
    moved = refusal is not None and (refusal.kind, refusal.status) == ("gone", 308)
    return [*sent, ("Location", _find_successor(call))] if moved else sent


@alters(authenticate, needs=_DEPRECATIONS)
def refuses_since_its_deprecation(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """An operation refuses every request since its deprecation."""
    refused = not isinstance(found, Refusal) and _is_deprecated(call)
    return Refusal("syntax", "Use the operation that takes over.", 400) if refused else found


@fault(is_gone, needs=_DEPRECATIONS, shows_in=ends_as_promised)
def served_after_its_sunset(honest: IsGone, call: Call) -> bool:
    """A deprecated operation is served after its sunset."""
    del honest, call
    return False
