"""Tell where the values of a request come from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.target import Ref
from apicheck.requests.parameters import example_of, find_parameter
from apicheck.requests.refs import refs_of
from apicheck.requests.sources import Given, lists_values, read_given

_OF_BODIES = {"fixture": "fixture", "example": "example", "schema": "made up"}
_FIELDS = ("header", "cookie")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value comes from. place: as of a parameter, or "body".

    name: of the parameter, pointer into the body, "" for the body as a whole. source: "fixture",
    "identity", "ref", "link", "convention", "list", "enum", "example" or "made up". operation:
    whose response has it, or "".
    """

    place: str
    name: str
    source: str
    operation: str = ""

    def __str__(self) -> str:
        said = f"{self.source} ({self.operation})" if self.operation else self.source
        return f"{f'{self.place} {self.name}'.strip()}: {said}"


def find_origins(
    spec: Spec,
    recipe: Recipe,
    fixtures: Mapping[str, Json],
    refs: Collection[Ref] = (),
    belongings: Collection[str] = (),
) -> tuple[Origin, ...]:
    """Where each value of the request that a recipe makes comes from.

    fixtures, refs: of the target. belongings: names to which an identity gives values of its own.
    """
    operation = spec.operation(recipe.operation)
    given = read_given(operation, fixtures)
    named = {*fixtures, *belongings}
    needed = [_of_need(spec, operation, need, refs) for need in recipe.needs]
    origins = [
        *_of_path(spec, operation, recipe, given, named),
        *(
            Origin("query", name, _of_value(spec, find_parameter(operation, "query", name),
                                            name in given.query or name in named))
            for name in dict.fromkeys(name for name, _ in recipe.query)
        ),
        *(
            Origin(one.place, one.name, _of_value(spec, one, one.name in named))
            for one in operation.parameters
            if one.place in _FIELDS and one.required
        ),
        *([Origin("body", "", _OF_BODIES[recipe.origin])] if recipe.media_type else ()),
    ]  # fmt: skip
    return (*origins, *needed)


def _of_path(
    spec: Spec, operation: Operation, recipe: Recipe, given: Given, named: Collection[str]
) -> Iterator[Origin]:
    needed = {need.name for need in recipe.needs if need.place == "path"}
    for parameter in operation.parameters:
        name = parameter.name
        if parameter.place != "path" or name in needed or f"{{{name}}}" not in operation.path:
            continue
        fixed = name in given.path or name in named
        known = name in recipe.values
        source = _of_value(spec, parameter, fixed, recipe.values.get(name, MISSING))
        yield Origin("path", name, source if known else "identity")


def _of_value(spec: Spec, parameter: Parameter, fixed: bool, value: Json = MISSING) -> str:
    if fixed:
        return "fixture"
    example = example_of(parameter)
    if example is not MISSING and value in (MISSING, example):
        return "example"
    return "enum" if lists_values(spec, parameter) else "made up"


def _of_need(spec: Spec, operation: Operation, need: Need, refs: Collection[Ref]) -> Origin:
    ref = refs_of(refs, operation).get(need.name if need.place != "body" else _last(need.name))
    if ref is not None and need.operation in ref.sources and need.pointer == ref.pointer:
        source = "ref"
    elif not need.convention:
        source = "link"
    else:
        source = "list" if spec.operation(need.operation).safe else "convention"
    return Origin(need.place, need.name, source, need.operation)


def _last(pointer: str) -> str:
    """The member at the end of a pointer; an element is called like its list."""
    names = [name for name in pointer.split("/") if not name.isdigit()]
    return names[-1] if names else ""
