"""Writes whose version is not looked at, or too late."""

from __future__ import annotations

import json
from collections.abc import Callable

from apicheck.model.exchange import Pairs
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.document.versions import Naming, find_current, name_version
from reference_server.faults.fault import fault
from reference_server.faults.versioning._versions import UNKNOWN
from reference_server.operations.crud import perform
from reference_server.policy import choose_status

NameVersion = Callable[[Profile, str, str, Pairs, Pairs], Naming]

_READS = ("GET", "HEAD", "OPTIONS")


def _in_path(profile: Profile) -> bool:
    """Where the version is part of the path, and of the path of a POST."""
    versioning = profile.facts.versioning
    return versioning is not None and versioning.place == "path"


def _with_current(profile: Profile, naming: Naming, path: str) -> str:
    """The path as the current version has it."""
    versioning = profile.facts.versioning
    current = find_current(versioning) if versioning else ""
    return path.replace(f"/{naming.named}/", f"/{current}/", 1)


@fault(name_version, needs=UNKNOWN, shows_in=_in_path)
def serves_unknown_version_to_writes(
    honest: NameVersion, profile: Profile, method: str, path: str, query: Pairs, headers: Pairs
) -> Naming:
    """Only requests that read are refused for their version."""
    naming = honest(profile, method, path, query, headers)
    if method in _READS or naming.kind != "unknown":
        return naming
    return honest(profile, method, _with_current(profile, naming, path), query, headers)


@fault(choose_status, needs=UNKNOWN, shows_in=_in_path)
def makes_before_it_refuses_the_version(
    honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal
) -> int:
    """A request to create an object is refused for its version after the object was created."""
    if refusal.kind == "version:unknown" and call.method == "POST":
        _create(call)
    return honest(call, refusal)


def _create(call: Call) -> None:
    """Create what a request would have created in the current version."""
    profile = call.server.profile
    path = _with_current(profile, call.naming, call.path)
    match = profile.routes.match(call.method, path)
    if match.operation is None:
        return
    rules = profile.rules[match.operation.id]
    before = call.match, call.rules, call.value, call.identity
    try:
        call.value = json.loads(call.body)
    except ValueError:
        return
    if rules.use.kind == "create" and not rules.use.names and isinstance(call.value, dict):
        call.match, call.rules = match, rules
        call.identity = next(iter(call.server.directory.all()))
        perform(call)
    call.match, call.rules, call.value, call.identity = before
