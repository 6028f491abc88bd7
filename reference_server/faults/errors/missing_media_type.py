"""Bodies whose media type the server guesses."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.stages.validation import find_media

Function = Callable[[Call, str], Media | None]


@fault(find_media, needs=("requests.missing_media",))
def accepts_missing_media_type(honest: Function, call: Call, sent: str) -> Media | None:
    """A body without Content-Type is read as the first media type that is documented."""
    return honest(call, sent) if sent else call.op_rules.operation.body[0]
