"""Credentials that operations hand out, and end."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import at
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import put
from reference_server.faults.fault import alters, fault
from reference_server.operations.issuing import retire_credential, withdraw_credentials
from reference_server.responses.success import finish_success


def rotates(profile: Profile) -> bool:
    """Whether an operation replaces a credential that works on for a while."""
    issued = profile.facts.authentication.issued.values()
    return any(one.replaces and one.overlap_s for one in issued)


@fault(withdraw_credentials, needs=("authentication.issued",))
def ends_no_credential(honest: Callable[[Call], None], call: Call) -> None:
    """The credential of an ended session, or of a revoked key, is accepted."""


@alters(finish_success, needs=("authentication.issued",))
def hands_out_unusable_credentials(made: Reply, call: Call, reply: Reply) -> Reply:
    """The credential in a response lacks its last character."""
    issued = call.server.profile.facts.authentication.issued.get(call.op_rules.operation.id)
    if issued is not None:
        made.value = put(made.value, issued.value, str(at(made.value, issued.value))[:-1])
    return made


RetireCredential = Callable[[Call, str, float], None]


@fault(retire_credential, needs=("authentication.issued",), shows_in=rotates)
def rotation_ends_the_old_key_at_once(
    honest: RetireCredential, call: Call, identity_id: str, overlap: float
) -> None:
    """A key that was rotated is refused at once, in spite of the promised overlap."""
    honest(call, identity_id, 0.0)


@fault(retire_credential, needs=("authentication.issued",), shows_in=rotates)
def rotated_key_lives_for_ever(
    honest: RetireCredential, call: Call, identity_id: str, overlap: float
) -> None:
    """A key that was rotated goes on working beside the new one."""


@alters(finish_success, needs=("authentication.issued",), shows_in=rotates)
def rotation_hands_out_a_useless_key(made: Reply, call: Call, reply: Reply) -> Reply:
    """The key that takes the place of another lacks its last character."""
    issued = call.server.profile.facts.authentication.issued.get(call.op_rules.operation.id)
    if issued is not None and issued.replaces:
        made.value = put(made.value, issued.value, str(at(made.value, issued.value))[:-1])
    return made
