"""Rules of the document that requests need not keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from apicheck.model.json import Json
from apicheck.model.operation import Media, Parameter
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults._documented import bodies_have, ignores, queries_have_rules, refuses
from reference_server.faults.fault import Fault, alters, fault
from reference_server.stages.validation import (
    Broken,
    find_broken_rules,
    fits_schema,
    refuse_unknown_members,
    refuse_unknown_query,
)

FindBrokenRules = Callable[[Call, Json, Json], Iterable[Broken]]


def _ignores(fault_id: str, keywords: tuple[str, ...], about: str, need: str) -> Fault:
    """A fault that does not hold bodies to the rules with these keywords of JSON Schema."""

    def find(honest: FindBrokenRules, call: Call, schema: Json, value: Json) -> Iterable[Broken]:
        return [one for one in honest(call, schema, value) if one.keyword not in keywords]

    def shows_in(profile: Profile) -> bool:
        return bodies_have(profile, keywords)

    declare = fault(
        find_broken_rules, fault_id=fault_id, about=about, needs=(need,), shows_in=shows_in
    )
    return declare(find)


RULES = (
    _ignores(
        "errors/ignores-choices",
        ("enum", "const"),
        "Members that must be one of a few values may be anything.",
        "requests.schema",
    ),
    _ignores(
        "errors/ignores-formats",
        ("format",),
        "Texts need not be of their format.",
        "requests.format",
    ),
    _ignores(
        "errors/ignores-lengths",
        ("maxLength", "minLength", "maxItems", "minItems"),
        "Texts and lists may be of any length.",
        "requests.schema",
    ),
    _ignores(
        "errors/ignores-patterns",
        ("pattern",),
        "Texts need not be of their pattern.",
        "requests.schema",
    ),
    _ignores(
        "errors/ignores-required",
        ("required",),
        "Members that are required may be missing.",
        "requests.schema",
    ),
    _ignores(
        "errors/ignores-types",
        ("type",),
        "Members may be of any type.",
        "requests.schema",
    ),
)


@fault(fits_schema, needs=("requests.schema",), shows_in=queries_have_rules)
def ignores_query_schemas(
    honest: Callable[[Call, Parameter, Json], bool], call: Call, parameter: Parameter, value: Json
) -> bool:
    """Parameters are not held to their schemas."""
    return parameter.place == "query" or honest(call, parameter, value)


@alters(
    refuse_unknown_members,
    needs=("requests.unknown_field",),
    shows_in=refuses("unknown_field"),
)
def ignores_unknown_members(due: Refusal | None, call: Call, media: Media) -> Refusal | None:
    """Undocumented members are ignored."""
    if due is not None and isinstance(call.value, Mapping):
        known = call.server.profile.schemas.members(media.schema)
        call.value = {name: value for name, value in call.value.items() if name in known}
    return None


@fault(refuse_unknown_query, needs=("requests.user_agent",), shows_in=ignores("user_agent"))
def refuses_other_clients(honest: Callable[[Call], Refusal | None], call: Call) -> Refusal | None:
    """A client that does not call itself apicheck is refused."""
    known = (call.header("User-Agent") or "").startswith("apicheck/")
    return honest(call) if known else Refusal("schema", "The client is not known.")


@fault(
    refuse_unknown_query,
    needs=("requests.unknown_query",),
    shows_in=ignores("unknown_query"),
)
def refuses_unknown_parameters(
    honest: Callable[[Call], Refusal | None], call: Call
) -> Refusal | None:
    """An undocumented parameter is refused."""
    known = {parameter.name for parameter in call.op_rules.operation.parameters}
    unknown = [name for name, _ in call.query if name not in known]
    return Refusal("schema", f"There is no parameter {unknown[0]}.") if unknown else honest(call)
