"""Requests that come again are performed again, or not told from new ones."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.operations.repetition import find_earlier, has_changed
from reference_server.state.server_state import Repeatable


@fault(find_earlier, needs=("formats.idempotency",))
def forgets_keys(
    honest: Callable[[Call, tuple[str, ...]], Repeatable | None],
    call: Call,
    place: tuple[str, ...],
) -> Repeatable | None:
    """A request that comes again with the same key is performed again."""
    return None


@fault(has_changed, needs=("formats.idempotency.changed",))
def looks_at_the_key_alone(
    honest: Callable[[Call, Repeatable], bool], call: Call, earlier: Repeatable
) -> bool:
    """Another request with the same key gets the response to the first."""
    return False
