"""Hosts of regions that do not serve the API."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults.fault import fault
from reference_server.responses.errors import make_error
from reference_server.stages.plain import Process, respond_at_region

RespondAtRegion = Callable[[Call, Process], Reply]


@fault(respond_at_region, needs=("transport.hosts",))
def region_with_another_api(honest: RespondAtRegion, call: Call, process: Process) -> Reply:
    """The host of the last of the regions serves something else: it knows no path of the API."""
    if call.entry != call.server.last_region:
        return honest(call, process)
    return make_error(call, Refusal("unknown_path", "There is nothing here.", 404))
