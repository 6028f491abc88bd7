"""Refused requests that have an effect, or show what they name."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults._documented import members_are_unique
from reference_server.faults._error_text import append_to_error
from reference_server.faults._unasked import change_unasked
from reference_server.faults.fault import alters, fault
from reference_server.operations.crud import perform
from reference_server.responses.errors import fill_error_body
from reference_server.stages.authentication import authenticate
from reference_server.state.identities import Identity
from reference_server.state.store import Stored

_REFUSAL = ("authentication.refusal",)


def _objects_change(profile: Profile) -> bool:
    """Where an object that can be changed can be read."""
    kinds = {(rules.use.kind, rules.use.collection) for rules in profile.rules.values()}
    return any(("read", known) in kinds for kind, known in kinds if kind in ("update", "delete"))


def _objects_are_updated(profile: Profile) -> bool:
    """Where an object that can be updated can be read."""
    uses = {(rules.use.kind, rules.use.collection) for rules in profile.rules.values()}
    return any(("read", known) in uses for kind, known in uses if kind == "update")


def _paths_name_objects(profile: Profile) -> bool:
    """Where a path names an object that the server keeps."""
    return any(rules.use.target for rules in profile.rules.values())


@alters(authenticate, needs=_REFUSAL, shows_in=_objects_change)
def acts_before_it_refuses(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A request without credentials is refused after it was performed."""
    item = _find_named(call)
    changes = call.op_rules.use.kind in ("update", "delete")
    if isinstance(found, Refusal) and item is not None and changes:
        call.server.store.remove(item)
    return found


def _find_named(call: Call) -> Stored | None:
    """The object that the path of a call names, whoever owns it."""
    use = call.op_rules.use
    collection = use.names.get(use.target)
    named = call.match.parameters.get(use.target, "")
    return call.server.store.find(collection.name, named) if collection else None


@alters(authenticate, needs=_REFUSAL, shows_in=_objects_change)
def acts_on_bad_credentials(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A DELETE with a bad credential is refused after it was performed."""
    item = _find_named(call)
    deletes = call.op_rules.use.kind == "delete"
    if isinstance(found, Refusal) and found.kind == "bad" and item is not None and deletes:
        call.server.store.remove(item)
    return found


@alters(authenticate, needs=_REFUSAL, shows_in=_objects_are_updated)
def changes_before_it_refuses(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A PATCH or PUT is refused for its credential after the object was changed."""
    item = _find_named(call)
    updates = call.op_rules.use.kind == "update"
    if isinstance(found, Refusal) and item is not None and updates:
        change_unasked(call, item)
    return found


@alters(authenticate, needs=_REFUSAL, shows_in=members_are_unique)
def makes_for_another_tenant(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A refused request to create an object creates one for a tenant that is not the caller's."""
    everybody = call.server.first_identities
    others = [one for one in everybody if one.tenant != everybody[0].tenant]
    return _make_as(call, found, others[0]) if others else found


@alters(authenticate, needs=_REFUSAL, shows_in=members_are_unique)
def makes_before_it_refuses(due: Identity | Refusal, call: Call) -> Identity | Refusal:
    """A request to create an object is refused for its credential after the object was created."""
    return _make_as(call, due, next(iter(call.server.directory.all())))


def _make_as(call: Call, found: Identity | Refusal, who: Identity) -> Identity | Refusal:
    """Create what a refused call asks for, as somebody."""
    use = call.op_rules.use
    if isinstance(found, Refusal) and use.kind == "create" and not use.names:
        try:
            call.value = json.loads(call.body)
        except ValueError:
            return found
        if isinstance(call.value, dict):
            call.identity = who
            perform(call)
            call.identity = None
    return found


@fault(fill_error_body, needs=_REFUSAL, shows_in=_paths_name_objects)
def refusal_shows_the_object(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The refusal of a request without credentials describes the object that it names."""
    honest(call, refusal, reply)
    use = call.rules.use if call.rules else None
    collection = use.names.get(use.target) if use else None
    if refusal.kind != "anonymous" or use is None or collection is None:
        return
    item = call.server.store.find(collection.name, call.match.parameters.get(use.target, ""))
    if item is not None:
        append_to_error(reply, f"You may not see {item.value}.")
