"""Make the recipe of each operation's canonical valid request.

The sources of a part of the request, in this order:

- a path parameter: the target's fixture, the response of the operation that the target's `refs`
  name, that of one that links to this one, a
  schema that lists its values (`enum`, `const`), by convention the response of the operation that
  creates such objects, a new name where the client chooses it, the document's example;
- query, headers and body: the target's fixture, the document's example, the schema; links then
  replace members of the body, and `refs` what they name.

For path parameters a link, or the convention, goes before an example: the example may name an
object that the target does not have, and the link names one of a response just received. What
comes later in this order is kept (`Recipe.otherwise`), to be tried when the target refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING, Json, with_value
from apicheck.model.media_types import is_json
from apicheck.model.operation import Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.target import Ref
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.bodies import DRAWS_NOTHING, Body, Draws, make_body, usual_type
from apicheck.requests.conventions import find_chosen_id, may_make, may_use_up
from apicheck.requests.dormant import put_to_rest
from apicheck.requests.items import find_items
from apicheck.requests.links import find_body_needs, meet_needs
from apicheck.requests.media_types import find_media
from apicheck.requests.mentions import find_mentions, find_query_mentions
from apicheck.requests.neighbours import find_neighbours
from apicheck.requests.obstacles import find_obstacle
from apicheck.requests.parameters import (
    find_parameter,
    write_cookie_field,
    write_cookies,
    write_header,
    write_query,
)
from apicheck.requests.path_values import find_path_values
from apicheck.requests.refs import find_members, find_ref_need, refs_of
from apicheck.requests.sources import (
    Given,
    Setting,
    Source,
    Unknown,
    find_value,
    read_given,
)
from apicheck.requests.uniqueness import unique_places, with_new_id, with_unique
from apicheck.schemas import find_schema_errors

_SENT_ANYWAY = frozenset({"accept", "authorization", "content-type"})


def make_recipes(
    spec: Spec,
    fixtures: Mapping[str, Json],
    *,
    identity_parameters: frozenset[str] = frozenset(),
    reads_only: bool = False,
    draws: Draws = DRAWS_NOTHING,
    host: str = "",
    refs: tuple[Ref, ...] = (),
    one_item: frozenset[str] = frozenset(),
) -> Mapping[str, Recipe | NotTested]:
    """Make the recipe of every operation, by operationId, or say why there is none.

    fixtures: parameter name -> value; operationId -> {path, query, headers, cookies, body,
    consumes}, or a value without any of these members, which is the body.
    identity_parameters: path parameters whose value each identity brings along.
    reads_only: take linked values from safe operations where there is a choice.
    draws: draw a body, or a text for a pattern, where no plain one can be made.
    host: of the target's base URL. refs: what takes its value from which response.
    one_item: operations whose bodies have no more items than they must.
    """
    setting = Setting(spec, find_neighbours(spec), identity_parameters, draws, refs, one_item)

    def attempt(operation: Operation, source: Source) -> Recipe | NotTested:
        if obstacle := find_obstacle(operation, host):
            return obstacle
        try:
            given = read_given(operation, fixtures)
            return _make_recipe(setting, operation, given, source)
        except Unknown as unknown:
            return NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"no request for {operation.method} {operation.path} ({unknown.what})",
                unknown.remedy,
            )

    made = {
        op.id: tuple(
            recipe
            for source in _list_sources(op, reads_only)
            for recipe in _with_ids_as_written(attempt(op, source))
        )
        for op in spec.operations
    }
    return {name: _join(meet_needs(name, made)) for name in made}


def _list_sources(operation: Operation, reads_only: bool) -> Iterator[Source]:
    """Where the ids of an operation may come from, in the order in which they are tried.

    A list may show an object that no request can create, and an example one that neither shows.
    What may change an object gets only one that was made for it, if anything makes such objects.
    """
    if not reads_only:
        yield Source.MADE
        if may_make(operation):
            yield Source.NEW
    if "{" in operation.path and (operation.safe or reads_only):
        yield Source.LISTED
    if "{" in operation.path and operation.safe:
        yield Source.EXAMPLE
    elif reads_only and "{" not in operation.path:
        yield Source.LISTED


def _with_ids_as_written(made: Recipe | NotTested) -> Iterator[Recipe | NotTested]:
    """The recipe, then the one that leaves the ids beyond its path as the document has them."""
    yield made
    if isinstance(made, Recipe):
        kept = tuple(need for need in made.needs if need.place == "path" or not need.convention)
        if kept != made.needs:
            yield replace(made, needs=kept)


def _join(found: tuple[Recipe, ...] | NotTested) -> Recipe | NotTested:
    """The first recipe, with those that differ from it in what the path names."""
    if isinstance(found, NotTested):
        return found
    different = {(repr(one.values), one.needs): one for one in reversed(found)}
    first, *rest = reversed(different.values())
    return replace(first, otherwise=tuple(rest))


def _make_recipe(setting: Setting, operation: Operation, given: Given, source: Source) -> Recipe:
    spec = setting.spec
    values, needs = find_path_values(setting, operation, given, source)
    body = _make_body(setting, operation, given)
    if body.media_type and given.body is MISSING:
        body = replace(body, value=_with_named_values(body.value, given))
        needs += _find_body_needs(setting, operation, given, body, source)
    asked = _find_query_needs(setting, operation, given, source)
    refs = refs_of(setting.refs, operation)
    taken = frozenset(need.name for need in asked if need.name in refs)
    return Recipe(
        operation=operation.id,
        values=values,
        query=_make_query(spec, operation, given, taken),
        headers=_make_headers(spec, operation, given),
        body=body.value,
        media_type=body.media_type,
        needs=(*needs, *asked),
        consumes=operation.method == "DELETE"
        or given.consumes
        or may_use_up(setting.around, operation, needs),
        origin="fixture" if given.anything else body.origin,
    )


def _find_values(
    spec: Spec, operation: Operation, given: Given, place: str, own: Mapping[str, Json]
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


def _find_query_needs(
    setting: Setting, operation: Operation, given: Given, source: Source
) -> tuple[Need, ...]:
    """Find the ids in the query: by refs, else by convention; fixtures go before both."""
    refs, spec = refs_of(setting.refs, operation), setting.spec
    names = [one.name for one in operation.parameters if one.place == "query" and one.name in refs]
    wanted = (
        find_ref_need(
            spec,
            operation,
            "query",
            name,
            refs[name],
            reads_only=source not in (Source.MADE, Source.NEW),
        )
        for name in names
    )
    found = [need for need in wanted if need is not None]
    if source is not Source.EXAMPLE:
        listed = source is Source.LISTED
        found += find_query_mentions(setting.around, operation, spec.document, reads_only=listed)
    free: dict[str, Need] = {}
    for need in found:
        if need.name not in given.named and need.name not in given.query:
            free.setdefault(need.name, need)
    return tuple(free.values())


def _make_query(
    spec: Spec, operation: Operation, given: Given, needed: frozenset[str] = frozenset()
) -> Pairs:
    """The query without the parameters that come from other operations."""
    plain = replace(
        operation,
        parameters=tuple(
            p for p in operation.parameters if not (p.place == "query" and p.name in needed)
        ),
    )
    values = _find_values(spec, plain, given, "query", given.query)
    return tuple(chain.from_iterable(write_query(*found) for found in values))


def _make_headers(spec: Spec, operation: Operation, given: Given) -> Pairs:
    values = _find_values(spec, operation, given, "header", given.headers)
    fields = [(parameter.name, write_header(parameter, value)) for parameter, value in values]
    values = _find_values(spec, operation, given, "cookie", given.cookies)
    cookies = tuple(chain.from_iterable(write_cookies(*found) for found in values))
    return (*fields, *([("Cookie", write_cookie_field(cookies))] if cookies else []))


def _find_required(spec: Spec, parameter: Parameter, given: Given) -> Json:
    if parameter.name in given.named:
        return given.named[parameter.name]
    value = find_value(spec, parameter)
    if value is MISSING and parameter.allow_empty:
        return ""
    if value is MISSING:
        raise Unknown(
            f"the required {parameter.place} parameter {parameter.name} has no example",
            f'[fixtures]\n{parameter.name} = "a value that is accepted"',
        )
    return value


def _make_body(setting: Setting, operation: Operation, given: Given) -> Body:
    spec = setting.spec
    if given.body is not MISSING:
        return Body(given.body, usual_type(spec, operation), "fixture")
    body = make_body(spec, operation, setting.draws)
    if isinstance(body, str):
        raise Unknown(body, f"[fixtures.{operation.id}]\nbody = {{}}  # one that is accepted")
    if operation.id in setting.one_item:
        body = _keep_one_item(spec, operation, body)
    value = body.value
    schema = find_media(operation.body, body.media_type).schema
    for place in unique_places(spec.document, schema, value):
        value = with_unique(value, place)
    value = with_new_id(spec.document, schema, value, find_chosen_id(setting.around, operation))
    value = put_to_rest(spec.document, schema, value, operation)
    return replace(body, value=value)


def _keep_one_item(spec: Spec, operation: Operation, body: Body) -> Body:
    """The body with the first of its items alone, where its schema allows that."""
    place, items = find_items(body.value)
    if len(items) <= 1 or not is_json(body.media_type):
        return body
    value = with_value(body.value, place, items[:1])
    schema = find_media(operation.body, body.media_type).schema
    return body if find_schema_errors(spec.document, schema, value) else replace(body, value=value)


def _find_body_needs(
    setting: Setting, operation: Operation, given: Given, body: Body, source: Source
) -> list[Need]:
    """Find the ids in a body: by refs, by links, in JSON also by convention; fixtures go first."""
    around, reads_only = setting.around, source is Source.LISTED
    spec, schema = setting.spec, find_media(operation.body, body.media_type).schema
    said = (
        find_ref_need(spec, operation, "body", place, ref, reads_only=reads_only)
        for name, ref in refs_of(setting.refs, operation).items()
        for place in find_members(body.value, schema, spec.document, name)
    )
    found = [need for need in said if need is not None]
    found += find_body_needs(around, operation, reads_only=reads_only)
    if "json" in body.media_type:
        found += find_mentions(
            around, operation, body.value, schema, spec.document, reads_only=reads_only
        )
    first = {need.name.strip("/"): need for need in reversed(found)}
    return [need for name, need in reversed(first.items()) if name not in given.named]


def _with_named_values(body: Json, given: Given) -> Json:
    """The body with the values that fixtures give to its members."""
    if not isinstance(body, Mapping):
        return body
    named = given.named
    own = {n: named[n] for n in body if n in named and not isinstance(named[n], Mapping)}
    return {**body, **own}
