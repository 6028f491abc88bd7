"""Responses that no longer have what an earlier document promised."""

from __future__ import annotations

from apicheck.model.json import MISSING
from reference_server.call import Call, Reply
from reference_server.document.schemas import Schemas, remove_required
from reference_server.faults.fault import alters
from reference_server.responses.success import finish_success


@alters(finish_success, needs=("versioning.history",))
def response_without_an_earlier_member(made: Reply, call: Call, reply: Reply) -> Reply:
    """Reads lack a member that they always had by an earlier document."""
    now = call.op_rules.operation
    for spec in call.server.profile.policy.earlier if now.safe else ():
        for was in spec.operations:
            documented = was.response_for(made.status)
            same = (was.method, was.path) == (now.method, now.path)
            if same and documented and documented.media and made.value is not MISSING:
                schema = documented.media[0].schema
                made.value = remove_required(Schemas(spec.document), schema, made.value, None)
    return made
