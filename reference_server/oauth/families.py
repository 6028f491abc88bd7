"""The tokens of one grant, which end together (RFC 9700, section 4.14.2)."""

from __future__ import annotations

from reference_server.call import Call
from reference_server.oauth.issuing import read_facts
from reference_server.seam import seam
from reference_server.state.grants import Grant


@seam
def end_family(call: Call, grant: Grant) -> None:
    """End what the policy says of a grant whose used refresh token or code comes again."""
    ends = read_facts(call).reuse_ends
    if "refresh" in ends:
        grant.refresh = ""
    if "access" in ends:
        for identity_id in grant.access:
            call.server.directory.revoke(identity_id)
