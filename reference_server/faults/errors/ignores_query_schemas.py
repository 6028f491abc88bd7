"""Parameters are not held to their schemas."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Parameter
from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults._documented import queries_have_rules

NEEDS = ("requests.schema",)


def fits_schema(
    honest: Callable[[Call, Parameter, Json], bool], call: Call, parameter: Parameter, value: Json
) -> bool:
    """Anything goes in the query."""
    return parameter.place == "query" or honest(call, parameter, value)


def shows_in(profile: Profile) -> bool:
    """Where some operation has a parameter in its query that a schema restricts."""
    return queries_have_rules(profile)
