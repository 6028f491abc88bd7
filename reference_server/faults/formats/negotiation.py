"""Responses in another format than the one that was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable

from apicheck.model.json import Json
from apicheck.model.operation import Parameter
from reference_server.call import Call, Reply
from reference_server.faults.fault import alters, fault
from reference_server.responses.formats import find_format, write_xml
from reference_server.stages.validation import fits_schema

FindFormat = Callable[[Call, Reply], str]

_CHOSEN = ("formats.negotiation",)


@fault(find_format, needs=_CHOSEN)
def ignores_the_chosen_format(honest: FindFormat, call: Call, reply: Reply) -> str:
    """Every response has the default format."""
    return ""


@fault(write_xml, needs=_CHOSEN)
def changes_the_label_alone(honest: Callable[[Json], str], value: Json) -> str:
    """A response in another format has its label, and the JSON of the default one."""
    return json.dumps(value)


@fault(find_format, needs=("formats.negotiation.errors",))
def errors_in_the_chosen_format(honest: FindFormat, call: Call, reply: Reply) -> str:
    """An error has the format that was asked for, too."""
    facts = call.server.profile.facts.formats.negotiation
    chosen = dict(call.query).get(facts.parameter, "") if facts else ""
    return facts.values.get(chosen, "") if facts else ""


@alters(fits_schema, needs=_CHOSEN)
def refuses_other_formats(due: bool, call: Call, parameter: Parameter, value: Json) -> bool:
    """A request for another format than the default one is refused."""
    facts = call.server.profile.facts.formats.negotiation
    chooses = facts is not None and parameter.name == facts.parameter
    return due and not (chooses and facts is not None and value != facts.default)
