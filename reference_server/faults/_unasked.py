"""The change that a refused request asks for, carried out all the same."""

from __future__ import annotations

import json
from collections.abc import Mapping

from apicheck.model.json import at
from reference_server.call import Call
from reference_server.document.examples import find_body_wrapper
from reference_server.state.store import Stored


def change_unasked(call: Call, item: Stored) -> None:
    """Give an object the members that the body of a call names, in a wrapper or without one."""
    wrapper = find_body_wrapper(call.server.profile.schemas, call.op_rules)
    try:
        sent = at(json.loads(call.body), wrapper)
    except ValueError:
        return
    if isinstance(sent, Mapping) and isinstance(item.value, Mapping):
        item.value = {**item.value, **sent}
