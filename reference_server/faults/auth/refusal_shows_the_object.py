"""The refusal of a request from nobody describes the object that it names."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults._error_text import tell

NEEDS = ("authentication.refusal",)


def shows_in(profile: Profile) -> bool:
    """Where a path names an object that the server keeps."""
    return any(rules.use.target for rules in profile.rules.values())


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """The honest body, with what the object is in its words."""
    honest(call, refusal, reply)
    use = call.rules.use if call.rules else None
    collection = use.names.get(use.target) if use else None
    if refusal.kind != "anonymous" or use is None or collection is None:
        return
    item = call.server.store.find(collection.name, call.match.parameters.get(use.target, ""))
    if item is not None:
        tell(reply, f"You may not see {item.value}.")
