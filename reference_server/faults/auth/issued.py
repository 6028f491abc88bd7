"""Credentials that operations hand out, and end."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import at
from reference_server.call import Call, Reply
from reference_server.document.schemas import put
from reference_server.faults.fault import fault
from reference_server.operations.issuing import withdraw_credentials
from reference_server.responses.success import finish_success


@fault("auth/ends-no-credential", withdraw_credentials, needs=("authentication.issued",))
def ends_no_credential(honest: Callable[[Call], None], call: Call) -> None:
    """The credential of an ended session, or of a revoked key, is accepted."""


@fault("auth/hands-out-unusable-credentials", finish_success, needs=("authentication.issued",))
def hands_out_unusable_credentials(
    honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply
) -> Reply:
    """The credential in a response lacks its last character."""
    made = honest(call, reply)
    issued = call.server.profile.facts.authentication.issued.get(call.op_rules.operation.id)
    if issued is not None:
        made.value = put(made.value, issued.value, str(at(made.value, issued.value))[:-1])
    return made
