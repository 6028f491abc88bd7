"""What the parts of a request are made of: fixtures, the document, the operations around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation, Parameter, Spec
from apicheck.model.target import Ref
from apicheck.requests.bodies import Draws
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.neighbours import Neighbours
from apicheck.requests.parameters import example_of
from apicheck.requests.sampling import sample

_PARTS = frozenset({"path", "query", "headers", "cookies", "body", "consumes"})


class Source(StrEnum):
    """Where ids come from: of objects that the run makes, of listed ones, or of examples.

    NEW: as MADE, but the object that the path ends with has a name that nothing has yet.
    """

    MADE = "made"
    NEW = "new"
    LISTED = "listed"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Given:
    """The fixtures of one operation, and those of parameters."""

    path: Mapping[str, Json] = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    cookies: Mapping[str, Json] = field(default_factory=dict)
    body: Json = MISSING
    consumes: bool = False
    named: Mapping[str, Json] = field(default_factory=dict)
    """Parameter name -> value, for every operation."""

    @property
    def anything(self) -> bool:
        """Whether the operation has a fixture of its own."""
        parts = (self.path, self.query, self.headers, self.cookies)
        return any(parts) or self.body is not MISSING


class Unknown(Exception):
    """A part of a request has no source. `make_recipes` turns it into a reason."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Setting:
    """What the recipes of a document share."""

    spec: Spec
    around: Neighbours
    identity_parameters: frozenset[str]
    draws: Draws
    refs: tuple[Ref, ...] = ()
    one_item: frozenset[str] = frozenset()


def read_given(operation: Operation, fixtures: Mapping[str, Json]) -> Given:
    """The fixtures that concern an operation."""
    own = fixtures.get(operation.id, MISSING)
    if own is MISSING:
        return Given(named=fixtures)
    if isinstance(own, Mapping) and own and set(own) <= _PARTS:
        return Given(
            path=own.get("path", {}),
            query=own.get("query", {}),
            headers=own.get("headers", {}),
            cookies=own.get("cookies", {}),
            body=own.get("body", MISSING),
            consumes=bool(own.get("consumes", False)),
            named=fixtures,
        )
    return Given(body=own, named=fixtures)


def find_value(spec: Spec, parameter: Parameter, *, named_only: bool = False) -> Json:
    """A parameter's example, else a value that its schema allows, or names (named_only)."""
    example = example_of(parameter)
    return (
        example
        if example is not MISSING
        else sample(spec.document, parameter.schema, named_only=named_only)
    )


def lists_values(spec: Spec, parameter: Parameter) -> bool:
    """Whether the schema of a parameter lists its values."""
    return bool({"enum", "const"} & set(flatten_schema(spec.document, parameter.schema)))
