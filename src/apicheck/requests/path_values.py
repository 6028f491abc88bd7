"""Where the path parameters of a request get their values."""

from __future__ import annotations

from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation, Parameter
from apicheck.model.subject import Need
from apicheck.requests.conventions import chooses_name, find_usual_need
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.identifiers import collection_of
from apicheck.requests.links import find_path_need, path_parameters
from apicheck.requests.naming import make_new_name
from apicheck.requests.refs import find_ref_need, refs_of
from apicheck.requests.sources import (
    Given,
    Setting,
    Source,
    Unknown,
    find_value,
    lists_values,
)


def find_path_values(
    setting: Setting, operation: Operation, given: Given, source: Source
) -> tuple[dict[str, Json], list[Need]]:
    """Find the values that are known, and the needs for the others. Raises Unknown."""
    values: dict[str, Json] = {}
    needs: list[Need] = []
    for parameter in path_parameters(operation):
        name = parameter.name
        fixed = given.path.get(name, given.named.get(name, MISSING))
        if fixed is not MISSING:
            values[name] = fixed
        elif need := _find_need(setting, operation, parameter, source):
            needs.append(need)
        elif (value := _find_known_value(setting, operation, parameter, source)) is not MISSING:
            values[name] = value
    return values, needs


def _find_known_value(
    setting: Setting, operation: Operation, parameter: Parameter, source: Source
) -> Json:
    """A value that no response is needed for; MISSING where the identity brings it along."""
    name, spec = parameter.name, setting.spec
    brought = name in setting.identity_parameters
    if source is Source.LISTED and not operation.safe and not lists_values(spec, parameter):
        if brought:
            return MISSING
        raise Unknown(
            f"in this mode the target file must name the {name} to try it on",
            f'[fixtures]\n{name} = "one that may be lost"',
        )
    if new := _find_new_name(setting, operation, parameter, source):
        return new
    if (value := find_value(spec, parameter, named_only=True)) is not MISSING:
        return value
    if brought:
        return MISSING
    if _is_only_found(setting, operation, name):
        raise Unknown(
            f"{name}: no request makes one, and the run changes none that it finds",
            f'[fixtures]\n{name} = "one that may be changed"',
        )
    raise Unknown(f"nothing says which {name} exists", f'[fixtures]\n{name} = "an existing one"')


def _is_only_found(setting: Setting, operation: Operation, name: str) -> bool:
    """Whether the API lists what an unsafe operation would change, and the run makes none."""
    collection = collection_of(operation.path, name)
    return bool(collection and not operation.safe and "GET" in setting.around.at(collection))


def _find_need(
    setting: Setting, operation: Operation, parameter: Parameter, source: Source
) -> Need | None:
    """Find the source of a path parameter's value: by a ref, by a link or by convention."""
    if source is Source.EXAMPLE or (source is Source.NEW and _is_last(operation, parameter)):
        return None
    reads_only = source is Source.LISTED
    ref = refs_of(setting.refs, operation).get(parameter.name)
    if ref and (
        said := find_ref_need(
            setting.spec, operation, "path", parameter.name, ref, reads_only=reads_only
        )
    ):
        return said
    linked = find_path_need(setting.around, operation, parameter.name, reads_only=reads_only)
    if lists_values(setting.spec, parameter) or parameter.name in setting.identity_parameters:
        return linked
    if linked and not (
        operation.safe and reads_only and not setting.spec.operation(linked.operation).safe
    ):
        return linked
    usual = find_usual_need(setting.around, operation, parameter.name, reads_only=reads_only)
    return usual or linked


def _find_new_name(
    setting: Setting, operation: Operation, parameter: Parameter, source: Source
) -> str:
    """A name that nothing has yet, where the operation creates what is called so; else ""."""
    chosen = source is Source.MADE and chooses_name(setting.around, operation, parameter.name)
    if not chosen and not (source is Source.NEW and _is_last(operation, parameter)):
        return ""
    example = find_value(setting.spec, parameter, named_only=True)
    return make_new_name(flatten_schema(setting.spec.document, parameter.schema), example)


def _is_last(operation: Operation, parameter: Parameter) -> bool:
    return operation.path.rstrip("/").endswith(f"{{{parameter.name}}}")
