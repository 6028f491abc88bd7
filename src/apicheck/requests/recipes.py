"""Make the recipe of each operation's canonical valid request.

The sources of a part of the request, in this order:

- a path parameter: the target's fixture, the response of an operation that links to this one, a
  schema that lists its values (`enum`, `const`), by convention the response of the operation that
  creates such objects, a new name where the client chooses it, the document's example;
- query, headers and body: the target's fixture, the document's example, the schema; links then
  replace members of the body.

For path parameters a link, or the convention, goes before an example: the example may name an
object that the target does not have, and the link names one of a response just received. What
comes later in this order is kept (`Recipe.otherwise`), to be tried when the target refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Media, Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.conventions import chooses_name, find_usual_need
from apicheck.requests.links import find_body_needs, find_path_need, meet_needs, path_parameters
from apicheck.requests.naming import make_new_name
from apicheck.requests.neighbours import Neighbours, find_neighbours
from apicheck.requests.sampling import flatten_schema, sample, unique_places, with_unique

_PARTS = frozenset({"path", "query", "headers", "body", "consumes"})
_SENT_ANYWAY = frozenset({"accept", "authorization", "content-type"})


@dataclass(frozen=True, slots=True)
class _Given:
    """The fixtures of one operation, and those of parameters."""

    path: Mapping[str, Json] = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    body: Json = MISSING
    consumes: bool = False
    named: Mapping[str, Json] = field(default_factory=dict)
    """Parameter name -> value, for every operation."""

    @property
    def anything(self) -> bool:
        """Whether the operation has a fixture of its own."""
        return bool(self.path or self.query or self.headers) or self.body is not MISSING


class _Source(StrEnum):
    """Where ids come from: of objects that the run makes, of listed ones, or of examples."""

    MADE = "made"
    LISTED = "listed"
    EXAMPLE = "example"


class _Unknown(Exception):
    """A part of a request has no source. Never leaves this module."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


DrawBody = Callable[[Mapping[str, Json], str, str, str], Json]
"""Draws a body: (document, method, path, prefix of the first server) -> a body, or MISSING."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the recipes of a document share."""

    spec: Spec
    around: Neighbours
    identity_parameters: frozenset[str]
    draw_body: DrawBody


def _draw_none(*_: object) -> Json:
    return MISSING


def make_recipes(
    spec: Spec,
    fixtures: Mapping[str, Json],
    *,
    identity_parameters: frozenset[str] = frozenset(),
    reads_only: bool = False,
    draw_body: DrawBody = _draw_none,
) -> Mapping[str, Recipe | NotTested]:
    """Make the recipe of every operation, by operationId, or say why there is none.

    fixtures: parameter name -> value; operationId -> {path, query, headers, body, consumes}, or
    a value without any of these members, which is the body.
    identity_parameters: path parameters whose value each identity brings along.
    reads_only: take linked values from safe operations where there is a choice.
    draw_body: draws a body where no plain one can be made of the schema.
    """
    setting = _Setting(spec, find_neighbours(spec), identity_parameters, draw_body)

    def attempt(operation: Operation, source: _Source) -> Recipe | NotTested:
        try:
            given = _read_given(operation, fixtures)
            return _make_recipe(setting, operation, given, source)
        except _Unknown as unknown:
            return NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"no request for {operation.method} {operation.path} ({unknown.what})",
                unknown.remedy,
            )

    made = {
        op.id: tuple(attempt(op, source) for source in _list_sources(op, reads_only))
        for op in spec.operations
    }
    return {name: _join(meet_needs(name, made)) for name in made}


def _list_sources(operation: Operation, reads_only: bool) -> Iterator[_Source]:
    """Where the ids of an operation may come from, in the order in which they are tried.

    A list may show an object that no request can create, and an example one that neither shows.
    What may change an object gets only one that was made for it, if anything makes such objects.
    """
    if not reads_only:
        yield _Source.MADE
    if "{" in operation.path and (operation.safe or reads_only):
        yield _Source.LISTED
    if "{" in operation.path and operation.safe:
        yield _Source.EXAMPLE
    elif reads_only and "{" not in operation.path:
        yield _Source.LISTED


def _join(found: tuple[Recipe, ...] | NotTested) -> Recipe | NotTested:
    """The first recipe, with those that differ from it in what the path names."""
    if isinstance(found, NotTested):
        return found
    different = {(tuple(sorted(one.values.items())), one.needs): one for one in reversed(found)}
    first, *rest = reversed(different.values())
    return replace(first, otherwise=tuple(rest))


def _make_recipe(setting: _Setting, operation: Operation, given: _Given, source: _Source) -> Recipe:
    spec, reads_only = setting.spec, source is _Source.LISTED
    values: dict[str, str] = {}
    needs: list[Need] = []
    for parameter in path_parameters(operation):
        name = parameter.name
        fixed = given.path.get(name, given.named.get(name, MISSING))
        if fixed is not MISSING:
            values[name] = _write_text(fixed)
        elif need := _find_need(setting, operation, parameter, source):
            needs.append(need)
        elif reads_only and not operation.safe and not _lists_values(spec, parameter):
            if name not in setting.identity_parameters:
                raise _Unknown(
                    f"in this mode the target file must name the {name} to try it on",
                    f'[fixtures]\n{name} = "one that may be lost"',
                )
        elif new := _find_new_name(setting, operation, parameter, source):
            values[name] = new
        elif (value := _find_value(spec, parameter, named_only=True)) is not MISSING:
            values[name] = _write_text(value)
        elif name not in setting.identity_parameters:
            raise _Unknown(
                f"nothing says which {name} exists", f'[fixtures]\n{name} = "an existing one"'
            )
    body, media_type, body_origin = _make_body(spec, operation, given, setting.draw_body)
    if media_type and given.body is MISSING:
        linked = find_body_needs(setting.around, operation, reads_only=reads_only)
        needs.extend(need for need in linked if need.name.strip("/") not in given.named)
    return Recipe(
        operation=operation.id,
        values=values,
        query=_make_query(spec, operation, given),
        headers=_make_headers(spec, operation, given),
        body=body,
        media_type=media_type,
        needs=tuple(needs),
        consumes=operation.method == "DELETE" or given.consumes,
        origin="fixture" if given.anything else body_origin,
    )


def _find_need(
    setting: _Setting, operation: Operation, parameter: Parameter, source: _Source
) -> Need | None:
    """Find the source of a path parameter's value, by a link or by convention."""
    if source is _Source.EXAMPLE:
        return None
    reads_only = source is _Source.LISTED
    linked = find_path_need(setting.around, operation, parameter.name, reads_only=reads_only)
    if _lists_values(setting.spec, parameter) or parameter.name in setting.identity_parameters:
        return linked
    if linked and not (
        operation.safe and reads_only and not setting.spec.operation(linked.operation).safe
    ):
        return linked
    usual = find_usual_need(setting.around, operation, parameter.name, reads_only=reads_only)
    return usual or linked


def _find_new_name(
    setting: _Setting, operation: Operation, parameter: Parameter, source: _Source
) -> str:
    """A name that nothing has yet, where the operation creates what is called so; else ""."""
    if source is not _Source.MADE or not chooses_name(setting.around, operation, parameter.name):
        return ""
    example = _find_value(setting.spec, parameter, named_only=True)
    return make_new_name(flatten_schema(setting.spec.document, parameter.schema), example)


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
            body=own.get("body", MISSING),
            consumes=bool(own.get("consumes", False)),
            named=fixtures,
        )
    return _Given(body=own, named=fixtures)


def _find_value(spec: Spec, parameter: Parameter, *, named_only: bool = False) -> Json:
    """A parameter's example, else a value that its schema allows, or names (named_only)."""
    if parameter.example is not MISSING and parameter.example is not None:
        return parameter.example
    return sample(spec.document, parameter.schema, named_only=named_only)


def _make_query(spec: Spec, operation: Operation, given: _Given) -> Pairs:
    pairs: list[tuple[str, str]] = []
    declared = {p.name for p in operation.parameters if p.place == "query"}
    for name, value in given.query.items():
        if name not in declared:
            pairs.extend(_make_pairs(name, value))
    for parameter in operation.parameters:
        if parameter.place != "query":
            continue
        value = given.query.get(parameter.name, MISSING)
        if value is MISSING and parameter.required:
            value = _find_required(spec, parameter, given)
        if value is not MISSING:
            pairs.extend(_make_pairs(parameter.name, value))
    return tuple(pairs)


def _make_headers(spec: Spec, operation: Operation, given: _Given) -> Pairs:
    pairs = [(name, _write_text(value)) for name, value in given.headers.items()]
    known = {name.lower() for name, _ in pairs} | _SENT_ANYWAY
    for parameter in operation.parameters:
        wanted = parameter.place == "header" and parameter.required
        if wanted and parameter.name.lower() not in known:
            pairs.append((parameter.name, _write_text(_find_required(spec, parameter, given))))
    return tuple(pairs)


def _find_required(spec: Spec, parameter: Parameter, given: _Given) -> Json:
    if parameter.name in given.named:
        return given.named[parameter.name]
    value = _find_value(spec, parameter)
    if value is MISSING:
        raise _Unknown(
            f"the required {parameter.place} parameter {parameter.name} has no example",
            f'[fixtures]\n{parameter.name} = "a value that is accepted"',
        )
    return value


def _make_body(
    spec: Spec, operation: Operation, given: _Given, draw_body: DrawBody
) -> tuple[Json, str, str]:
    """Make (body, media type, origin); the media type is "" for a request without a body."""
    media = _choose_media(operation.body)
    if given.body is not MISSING:
        return given.body, media.media_type if media else "application/json", "fixture"
    if media is None:
        return None, "", "example"
    if media.examples:
        body, origin = media.examples[0], "example"
    elif operation.body_required:
        body, origin = sample(spec.document, media.schema), "schema"
        if body is MISSING:
            body = draw_body(spec.document, operation.method, operation.path, spec.prefix)
    else:
        return None, "", "example"
    if body is MISSING:
        raise _Unknown(
            "its body has no example",
            f"[fixtures.{operation.id}]\nbody = {{}}  # one that is accepted",
        )
    for place in unique_places(spec.document, media.schema, body):
        body = with_unique(body, place)
    return body, media.media_type, origin


def _choose_media(offered: tuple[Media, ...]) -> Media | None:
    """Choose the media type to send: JSON, then a form, then the first."""
    for wanted in ("application/json", "json", "application/x-www-form-urlencoded"):
        for media in offered:
            if wanted in media.media_type:
                return media
    return offered[0] if offered else None


def _make_pairs(name: str, value: Json) -> Iterator[tuple[str, str]]:
    values = value if isinstance(value, list) else [value]
    return ((name, _write_text(item)) for item in values)


def _write_text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
