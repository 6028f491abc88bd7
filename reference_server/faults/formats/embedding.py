"""Members that are asked for and not there."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Parameter
from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.responses.embedding import list_embedded
from reference_server.stages.validation import fits_schema


@fault(list_embedded, needs=("formats.embed",))
def ignores_embed(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """No member is added, whatever was asked for."""
    return ()


@fault(fits_schema, needs=("formats.embed",))
def refuses_embed(
    honest: Callable[[Call, Parameter, Json], bool], call: Call, parameter: Parameter, value: Json
) -> bool:
    """A request that asks for a member is refused."""
    facts = call.server.profile.facts.formats.embed
    asks = facts is not None and parameter.name == facts.parameter
    return not asks and honest(call, parameter, value)
