"""The change that a refused request asks for, carried out all the same."""

from __future__ import annotations

import json
from collections.abc import Mapping

from reference_server.call import Call
from reference_server.state.store import Stored


def change_unasked(call: Call, item: Stored) -> None:
    """Give an object the members that the body of a call names."""
    try:
        sent = json.loads(call.body)
    except ValueError:
        return
    if isinstance(sent, Mapping) and isinstance(item.value, Mapping):
        item.value = {**item.value, **sent}
