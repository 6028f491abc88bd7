"""Make the recipe of each operation's canonical valid request.

The sources of a part of the request, in this order:

- a path parameter: the target's fixture, the response of an operation that links to this one, a
  schema that lists its values (`enum`, `const`), by convention the response of the operation that
  creates such objects, the document's example;
- query, headers and body: the target's fixture, the document's example, the schema; links then
  replace members of the body.

For path parameters a link, or the convention, goes before an example: the example may name an
object that the target does not have, and the link names one of a response just received.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.bodies import Body, DrawBody, Draws, draw_no_body, make_body, usual_type
from apicheck.requests.conventions import find_usual_need
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.links import find_body_needs, find_path_need, meet_needs, path_parameters
from apicheck.requests.media_types import find_media
from apicheck.requests.obstacles import find_obstacle
from apicheck.requests.parameters import (
    example_of,
    find_parameter,
    write_cookie_field,
    write_cookies,
    write_header,
    write_query,
)
from apicheck.requests.sampling import sample
from apicheck.requests.strings import DrawText, draw_no_text
from apicheck.requests.uniqueness import unique_places, with_unique

_PARTS = frozenset({"path", "query", "headers", "cookies", "body", "consumes"})
_SENT_ANYWAY = frozenset({"accept", "authorization", "content-type"})


@dataclass(frozen=True, slots=True)
class _Given:
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


class _Unknown(Exception):
    """A part of a request has no source. Never leaves this module."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def make_recipes(
    spec: Spec,
    fixtures: Mapping[str, Json],
    *,
    identity_parameters: frozenset[str] = frozenset(),
    reads_only: bool = False,
    draw_body: DrawBody = draw_no_body,
    draw_text: DrawText = draw_no_text,
    host: str = "",
) -> Mapping[str, Recipe | NotTested]:
    """Make the recipe of every operation, by operationId, or say why there is none.

    fixtures: parameter name -> value; operationId -> {path, query, headers, cookies, body,
    consumes}, or a value without any of these members, which is the body.
    identity_parameters: path parameters whose value each identity brings along.
    reads_only: take linked values from safe operations where there is a choice.
    draw_body, draw_text: draw a body, or a text for a pattern, where no plain one can be made.
    host: of the target's base URL.
    """
    draws = Draws(draw_body, draw_text)

    def attempt(operation: Operation, *, reads_only: bool) -> Recipe | NotTested:
        if obstacle := find_obstacle(operation, host):
            return obstacle
        try:
            given = _read_given(operation, fixtures)
            return _make_recipe(spec, operation, given, identity_parameters, reads_only, draws)
        except _Unknown as unknown:
            return NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"no request for {operation.method} {operation.path} ({unknown.what})",
                unknown.remedy,
            )

    made = {op.id: attempt(op, reads_only=reads_only) for op in spec.operations}
    whole = {key: meet_needs(key, made) for key in made}
    for operation in spec.operations:
        if operation.safe and isinstance(whole[operation.id], NotTested) and not reads_only:
            # A list may show an object that no request can create.
            listed = {**made, operation.id: attempt(operation, reads_only=True)}
            other = meet_needs(operation.id, listed)
            whole[operation.id] = other if isinstance(other, Recipe) else whole[operation.id]
    return whole


def _make_recipe(
    spec: Spec,
    operation: Operation,
    given: _Given,
    identity_parameters: frozenset[str],
    reads_only: bool,
    draws: Draws,
) -> Recipe:
    values: dict[str, Json] = {}
    needs: list[Need] = []
    for parameter in path_parameters(operation):
        name = parameter.name
        fixed = given.path.get(name, given.named.get(name, MISSING))
        if fixed is not MISSING:
            values[name] = fixed
        elif need := _find_need(spec, operation, parameter, identity_parameters, reads_only):
            needs.append(need)
        elif reads_only and not operation.safe and not _lists_values(spec, parameter):
            if name not in identity_parameters:
                raise _Unknown(
                    f"in this mode the target file must name the {name} to try it on",
                    f'[fixtures]\n{name} = "one that may be lost"',
                )
        elif (value := _find_value(spec, parameter, named_only=True)) is not MISSING:
            values[name] = value
        elif name not in identity_parameters:
            raise _Unknown(
                f"nothing says which {name} exists", f'[fixtures]\n{name} = "an existing one"'
            )
    body = _make_body(spec, operation, given, draws)
    if body.media_type and given.body is MISSING:
        linked = find_body_needs(spec, operation, reads_only=reads_only)
        needs.extend(need for need in linked if need.name.strip("/") not in given.named)
    return Recipe(
        operation=operation.id,
        values=values,
        query=_make_query(spec, operation, given),
        headers=_make_headers(spec, operation, given),
        body=body.value,
        media_type=body.media_type,
        needs=tuple(needs),
        consumes=operation.method == "DELETE" or given.consumes,
        origin="fixture" if given.anything else body.origin,
    )


def _find_need(
    spec: Spec,
    operation: Operation,
    parameter: Parameter,
    identity_parameters: frozenset[str],
    reads_only: bool,
) -> Need | None:
    """Find the source of a path parameter's value, by a link or by convention."""
    linked = find_path_need(spec, operation, parameter.name, reads_only=reads_only)
    if linked or _lists_values(spec, parameter) or parameter.name in identity_parameters:
        return linked
    return find_usual_need(spec, operation, parameter.name, reads_only=reads_only)


def _lists_values(spec: Spec, parameter: Parameter) -> bool:
    return bool({"enum", "const"} & set(flatten_schema(spec.document, parameter.schema)))


def _read_given(operation: Operation, fixtures: Mapping[str, Json]) -> _Given:
    own = fixtures.get(operation.id, MISSING)
    if own is MISSING:
        return _Given(named=fixtures)
    if isinstance(own, Mapping) and own and set(own) <= _PARTS:
        return _Given(
            path=own.get("path", {}),
            query=own.get("query", {}),
            headers=own.get("headers", {}),
            cookies=own.get("cookies", {}),
            body=own.get("body", MISSING),
            consumes=bool(own.get("consumes", False)),
            named=fixtures,
        )
    return _Given(body=own, named=fixtures)


def _find_value(spec: Spec, parameter: Parameter, *, named_only: bool = False) -> Json:
    """A parameter's example, else a value that its schema allows, or names (named_only)."""
    example = example_of(parameter)
    return (
        example
        if example is not MISSING
        else sample(spec.document, parameter.schema, named_only=named_only)
    )


def _find_values(
    spec: Spec, operation: Operation, given: _Given, place: str, own: Mapping[str, Json]
) -> Iterator[tuple[Parameter, Json]]:
    """Find the values of the parameters of a place: the fixture's, and those that are required."""
    fold = str.lower if place == "header" else str
    fixed = {fold(name): (name, value) for name, value in own.items()}
    for parameter in operation.parameters:
        key = fold(parameter.name)
        if parameter.place != place or key in fixed or not parameter.required:
            continue
        if place != "header" or key not in _SENT_ANYWAY:
            yield parameter, _find_required(spec, parameter, given)
    for name, value in fixed.values():
        yield find_parameter(operation, place, name), value


def _make_query(spec: Spec, operation: Operation, given: _Given) -> Pairs:
    values = _find_values(spec, operation, given, "query", given.query)
    return tuple(chain.from_iterable(write_query(*found) for found in values))


def _make_headers(spec: Spec, operation: Operation, given: _Given) -> Pairs:
    values = _find_values(spec, operation, given, "header", given.headers)
    fields = [(parameter.name, write_header(parameter, value)) for parameter, value in values]
    values = _find_values(spec, operation, given, "cookie", given.cookies)
    cookies = tuple(chain.from_iterable(write_cookies(*found) for found in values))
    return (*fields, *([("Cookie", write_cookie_field(cookies))] if cookies else []))


def _find_required(spec: Spec, parameter: Parameter, given: _Given) -> Json:
    if parameter.name in given.named:
        return given.named[parameter.name]
    value = _find_value(spec, parameter)
    if value is MISSING and parameter.allow_empty:
        return ""
    if value is MISSING:
        raise _Unknown(
            f"the required {parameter.place} parameter {parameter.name} has no example",
            f'[fixtures]\n{parameter.name} = "a value that is accepted"',
        )
    return value


def _make_body(spec: Spec, operation: Operation, given: _Given, draws: Draws) -> Body:
    if given.body is not MISSING:
        return Body(given.body, usual_type(spec, operation), "fixture")
    body = make_body(spec, operation, draws)
    if isinstance(body, str):
        raise _Unknown(body, f"[fixtures.{operation.id}]\nbody = {{}}  # one that is accepted")
    value = body.value
    schema = find_media(operation.body, body.media_type).schema
    for place in unique_places(spec.document, schema, value):
        value = with_unique(value, place)
    return replace(body, value=value)
