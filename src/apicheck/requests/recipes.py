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

from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.model.exchange import Pairs
from apicheck.model.json import MISSING, Json
from apicheck.model.operation import Media, Operation, Parameter, Spec
from apicheck.model.subject import Need, Recipe
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.conventions import may_use_up
from apicheck.requests.links import find_body_needs, meet_needs
from apicheck.requests.mentions import find_mentions
from apicheck.requests.neighbours import find_neighbours
from apicheck.requests.path_values import find_path_values
from apicheck.requests.sampling import sample, unique_places, with_unique
from apicheck.requests.sources import (
    DrawBody,
    Given,
    Setting,
    Source,
    Unknown,
    find_value,
    read_given,
    write_text,
)

_SENT_ANYWAY = frozenset({"accept", "authorization", "content-type"})


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
    setting = Setting(spec, find_neighbours(spec), identity_parameters, draw_body)

    def attempt(operation: Operation, source: Source) -> Recipe | NotTested:
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
            for recipe in _with_body_as_written(attempt(op, source))
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
    if "{" in operation.path and (operation.safe or reads_only):
        yield Source.LISTED
    if "{" in operation.path and operation.safe:
        yield Source.EXAMPLE
    elif reads_only and "{" not in operation.path:
        yield Source.LISTED


def _with_body_as_written(made: Recipe | NotTested) -> Iterator[Recipe | NotTested]:
    """The recipe, then the one that leaves the ids in its body as the document has them."""
    yield made
    if isinstance(made, Recipe):
        kept = tuple(need for need in made.needs if need.place != "body" or not need.convention)
        if kept != made.needs:
            yield replace(made, needs=kept)


def _join(found: tuple[Recipe, ...] | NotTested) -> Recipe | NotTested:
    """The first recipe, with those that differ from it in what the path names."""
    if isinstance(found, NotTested):
        return found
    different = {(tuple(sorted(one.values.items())), one.needs): one for one in reversed(found)}
    first, *rest = reversed(different.values())
    return replace(first, otherwise=tuple(rest))


def _make_recipe(setting: Setting, operation: Operation, given: Given, source: Source) -> Recipe:
    spec = setting.spec
    values, needs = find_path_values(setting, operation, given, source)
    body, media_type, body_origin = _make_body(spec, operation, given, setting.draw_body)
    if media_type and given.body is MISSING:
        body = _with_named_values(body, given)
        needs += _find_body_needs(setting, operation, given, (body, media_type), source)
    return Recipe(
        operation=operation.id,
        values=values,
        query=_make_query(spec, operation, given),
        headers=_make_headers(spec, operation, given),
        body=body,
        media_type=media_type,
        needs=tuple(needs),
        consumes=operation.method == "DELETE"
        or given.consumes
        or may_use_up(setting.around, operation, needs),
        origin="fixture" if given.anything else body_origin,
    )


def _make_query(spec: Spec, operation: Operation, given: Given) -> Pairs:
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


def _make_headers(spec: Spec, operation: Operation, given: Given) -> Pairs:
    pairs = [(name, write_text(value)) for name, value in given.headers.items()]
    known = {name.lower() for name, _ in pairs} | _SENT_ANYWAY
    for parameter in operation.parameters:
        wanted = parameter.place == "header" and parameter.required
        if wanted and parameter.name.lower() not in known:
            pairs.append((parameter.name, write_text(_find_required(spec, parameter, given))))
    return tuple(pairs)


def _find_required(spec: Spec, parameter: Parameter, given: Given) -> Json:
    if parameter.name in given.named:
        return given.named[parameter.name]
    value = find_value(spec, parameter)
    if value is MISSING:
        raise Unknown(
            f"the required {parameter.place} parameter {parameter.name} has no example",
            f'[fixtures]\n{parameter.name} = "a value that is accepted"',
        )
    return value


def _make_body(
    spec: Spec, operation: Operation, given: Given, draw_body: DrawBody
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
        raise Unknown(
            "its body has no example",
            f"[fixtures.{operation.id}]\nbody = {{}}  # one that is accepted",
        )
    for place in unique_places(spec.document, media.schema, body):
        body = with_unique(body, place)
    return body, media.media_type, origin


def _find_body_needs(
    setting: Setting, operation: Operation, given: Given, content: tuple[Json, str], source: Source
) -> list[Need]:
    """Find the ids in a body: by links, in JSON also by convention. Fixtures go before both."""
    body, media_type = content
    reads_only = source is Source.LISTED
    found = [*find_body_needs(setting.around, operation, reads_only=reads_only)]
    if "json" in media_type:
        schema = next((one.schema for one in operation.body if one.media_type == media_type), None)
        document = setting.spec.document
        found += find_mentions(
            setting.around, operation, body, schema, document, reads_only=reads_only
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


def _choose_media(offered: tuple[Media, ...]) -> Media | None:
    """Choose the media type to send: JSON, then a form, then the first."""
    for wanted in ("application/json", "json", "application/x-www-form-urlencoded"):
        for media in offered:
            if wanted in media.media_type:
                return media
    return offered[0] if offered else None


def _make_pairs(name: str, value: Json) -> Iterator[tuple[str, str]]:
    values = value if isinstance(value, list) else [value]
    return ((name, write_text(item)) for item in values)
