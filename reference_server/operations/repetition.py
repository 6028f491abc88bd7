"""Requests that come again with the same key (`formats.idempotency` of the policy)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from reference_server.call import Call, Refusal, Reply
from reference_server.policy import selects
from reference_server.responses.headers import make_promised_headers
from reference_server.seam import seam
from reference_server.state.server_state import Repeatable


def perform_once(call: Call, perform: Callable[[Call], Reply | Refusal]) -> Reply | Refusal:
    """Perform a call, or respond as to an earlier one with its key."""
    facts = call.server.profile.facts.formats.idempotency
    key = call.header(facts.header) if facts and selects(call, facts.ops) else None
    if facts is None or not key:
        return perform(call)
    place = (call.caller_identity.id, call.op_rules.operation.id, key)
    earlier = find_earlier(call, place)
    if earlier is not None:
        if facts.changed and has_changed(call, earlier):
            return Refusal("changed", "This key came with another body before.")
        return _repeat(call, earlier)
    done = perform(call)
    if isinstance(done, Reply):
        kept = Repeatable(call.body, call.server.clock.now(), deepcopy(done))
        call.server.responses[place] = kept
    return done


def _repeat(call: Call, earlier: Repeatable) -> Reply:
    """The earlier response, with fields of its own where no two responses may share them."""
    assert isinstance(earlier.reply, Reply)
    reply = deepcopy(earlier.reply)
    own = make_promised_headers(call, reply.status, None)
    names = {name.lower() for name, _ in own}
    reply.headers = [*own, *(one for one in reply.headers if one[0].lower() not in names)]
    return reply


@seam
def find_earlier(call: Call, place: tuple[str, ...]) -> Repeatable | None:
    """What an earlier request with the same key got, while the key is remembered."""
    facts, earlier = call.server.profile.facts.formats.idempotency, call.server.responses.get(place)
    if facts is None or earlier is None:
        return None
    age = call.server.clock.now() - earlier.at
    return None if facts.ttl_s is not None and age > facts.ttl_s else earlier


@seam
def has_changed(call: Call, earlier: Repeatable) -> bool:
    """Whether the body is not that of the earlier request."""
    return call.body != earlier.body
