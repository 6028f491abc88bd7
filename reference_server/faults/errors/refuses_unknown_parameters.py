"""A parameter that the document does not name is refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile

NEEDS = ("requests.unknown_query",)


def refuse_unknown_query(honest: Callable[[Call], Refusal | None], call: Call) -> Refusal | None:
    """Every name is held against the document, what a proxy adds too."""
    known = {parameter.name for parameter in call.op_rules.operation.parameters}
    unknown = [name for name, _ in call.query if name not in known]
    return Refusal("schema", f"There is no parameter {unknown[0]}.") if unknown else honest(call)


def shows_in(profile: Profile) -> bool:
    """Where they are promised to be ignored."""
    return profile.facts.requests["unknown_query"] == "ignored"
