"""Refused requests that have an effect, or show what they name."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults._documented import members_are_unique
from reference_server.faults._error_text import append_to_error
from reference_server.faults.fault import fault
from reference_server.operations.crud import perform
from reference_server.responses.errors import fill_error_body
from reference_server.stages.authentication import authenticate
from reference_server.state.identities import Identity

Authenticate = Callable[[Call], Identity | Refusal]
_REFUSAL = ("authentication.refusal",)


def _objects_change(profile: Profile) -> bool:
    """Where an object that can be changed can be read."""
    kinds = {(rules.use.kind, rules.use.collection) for rules in profile.rules.values()}
    return any(("read", known) in kinds for kind, known in kinds if kind in ("update", "delete"))


def _paths_name_objects(profile: Profile) -> bool:
    """Where a path names an object that the server keeps."""
    return any(rules.use.target for rules in profile.rules.values())


@fault("auth/acts-before-it-refuses", authenticate, needs=_REFUSAL, shows_in=_objects_change)
def acts_before_it_refuses(honest: Authenticate, call: Call) -> Identity | Refusal:
    """A request without credentials is refused after it was performed."""
    found = honest(call)
    use, store = call.op_rules.use, call.server.store
    collection = use.names.get(use.target)
    changes = use.kind in ("update", "delete")
    if isinstance(found, Refusal) and collection is not None and changes:
        item = store.find(collection.name, call.match.parameters.get(use.target, ""))
        if item is not None:
            store.remove(item)
    return found


@fault("auth/makes-before-it-refuses", authenticate, needs=_REFUSAL, shows_in=members_are_unique)
def makes_before_it_refuses(honest: Authenticate, call: Call) -> Identity | Refusal:
    """A request to create an object is refused for its credential after the object was created."""
    found, use = honest(call), call.op_rules.use
    if isinstance(found, Refusal) and use.kind == "create" and not use.names:
        try:
            call.value = json.loads(call.body)
        except ValueError:
            return found
        if isinstance(call.value, dict):
            call.identity = next(iter(call.server.directory.all()))
            perform(call)
            call.identity = None
    return found


@fault(
    "auth/refusal-shows-the-object", fill_error_body, needs=_REFUSAL, shows_in=_paths_name_objects
)
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
