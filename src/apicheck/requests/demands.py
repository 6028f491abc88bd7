"""What a refusal asks for: members and query parameters that the document calls optional.

Many documents say of nothing that it is required. A target that wants `project` then says so, as
a member of its error (`{"project": ["This field is required."]}`), as a place (`["body",
"project"]`, `/project`), or in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.model.exchange import Exchange
from apicheck.model.json import MISSING, Json, members_of
from apicheck.model.operation import Operation, Parameter
from apicheck.model.subject import Need, Recipe, RunContext
from apicheck.model.target import Mode
from apicheck.requests.conventions import find_source_of
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.media_types import find_media
from apicheck.requests.mentions import find_mentions
from apicheck.requests.neighbours import find_neighbours
from apicheck.requests.nouns import plain
from apicheck.requests.parameters import write_query
from apicheck.requests.sampling import sample
from apicheck.requests.sources import find_value, lists_values

_ASKS = frozenset({400, 404, 422})
_AT_MOST = 12
"""Names that one request gets in addition: a target that asks for more is not understood."""
_DEPTH = 6
_OF_ERRORS = frozenset(
    """code detail details error errors id instance kind message msg name reason status statuscode
    title type""".split()  # noqa: SIM905  (one word for each would be a page)
)
"""Members of errors, where their values are texts."""
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_QUOTED = re.compile(r"['\"`]([A-Za-z_][\w.-]*)['\"`]")
_COMPOUND = re.compile(r"[a-z0-9]_[a-z0-9]|[a-z][A-Z]")


def may_be_asked_for(operation: Operation) -> bool:
    """Whether an operation has anything optional that a refusal may ask for."""
    return bool(operation.body) or any(
        one.place == "query" and not one.required for one in operation.parameters
    )


def find_demanded(
    context: RunContext, recipe: Recipe, refusal: Exchange, already: tuple[str, ...]
) -> tuple[str, ...]:
    """Find the names that a refusal asks for, and that its request had not."""
    operation = context.spec.operation(recipe.operation)
    if refusal.status not in _ASKS or len(already) >= _AT_MOST or not may_be_asked_for(operation):
        return ()
    said = refusal.json_or(MISSING)
    if said is MISSING:
        return ()
    places, prose = {*map(plain, _list_places(said))}, " ".join(_list_sentences(said))
    places |= {plain(name) for name in _QUOTED.findall(prose)}
    words = set(_WORD.findall(prose))
    places |= {plain(word) for word in words if _COMPOUND.search(word)}
    mentioned = {plain(word) for word in words}
    around, reads_only = find_neighbours(context.spec), context.mode is not Mode.FULL

    def is_meant(name: str) -> bool:
        if plain(name) in places:
            return True
        # A sentence has ordinary words as well: what names a thing of the API is none.
        return plain(name) in mentioned and (
            find_source_of(around, operation, name, reads_only=reads_only) is not None
        )

    lacking = [*_list_parameters(operation, recipe), *_list_members(context, operation, recipe)]
    return tuple(name for name in dict.fromkeys(lacking) if name not in already and is_meant(name))


def with_demanded(context: RunContext, recipe: Recipe, names: tuple[str, ...]) -> Recipe:
    """The recipe with these members and query parameters."""
    if not names:
        return recipe
    operation = context.spec.operation(recipe.operation)
    around, reads_only = find_neighbours(context.spec), context.mode is not Mode.FULL
    needs: list[Need] = []
    for name, parameter in _list_parameters(operation, recipe).items():
        if name not in names:
            continue
        source = find_source_of(around, operation, name, reads_only=reads_only)
        if source is not None and not lists_values(context.spec, parameter):
            needs.append(Need("query", name, source.id, "", convention=True))
        elif (value := find_value(context.spec, parameter)) is not MISSING:
            recipe = replace(recipe, query=(*recipe.query, *write_query(parameter, value)))
    document = context.spec.document
    added: dict[str, Json] = {}
    for name, schema in _list_members(context, operation, recipe).items():
        if name in names:
            value = sample(document, schema, name=name, members=1)
            added |= {} if value is MISSING else {name: value}
    if added:
        schema = find_media(operation.body, recipe.media_type).schema
        needs += find_mentions(around, operation, added, schema, document, reads_only=reads_only)
        recipe = replace(recipe, body={**members_of(recipe.body), **added})
    return replace(recipe, needs=(*recipe.needs, *needs))


def _list_parameters(operation: Operation, recipe: Recipe) -> Mapping[str, Parameter]:
    """The query parameters that a recipe leaves out, by name."""
    sent = {name for name, _ in recipe.query} | {
        need.name for need in recipe.needs if need.place == "query"
    }
    return {
        one.name: one
        for one in operation.parameters
        if one.place == "query" and one.name not in sent
    }


def _list_members(context: RunContext, operation: Operation, recipe: Recipe) -> Mapping[str, Json]:
    """The members that a recipe's body leaves out, by name, with their schemas."""
    if not recipe.media_type or not isinstance(recipe.body, Mapping):
        return {}
    document = context.spec.document
    schema = find_media(operation.body, recipe.media_type).schema
    properties: Mapping[str, Json] = flatten_schema(document, schema).get("properties") or {}
    return {
        name: inner
        for name, inner in properties.items()
        if name not in recipe.body and not flatten_schema(document, inner).get("readOnly")
    }


def _list_places(said: Json, depth: int = 0) -> Iterator[str]:
    """The names that an error says by its form: members, and texts that are a place.

    The members of the error itself (`title`, `code`) name nothing of the request.
    """
    if depth > _DEPTH:
        return
    if isinstance(said, Mapping):
        for member, value in said.items():
            nested = depth > 0 and plain(member) not in _OF_ERRORS
            if nested or isinstance(value, list | Mapping):
                yield member
            yield from _list_places(value, depth + 1)
    elif isinstance(said, list):
        for value in said:
            yield from _list_places(value, depth + 1)
    elif isinstance(said, str) and depth > 1 and not re.search(r"\s", said):
        yield said
        yield re.split(r"[/.\[\]]+", said.strip("/.[]"))[-1]


def _list_sentences(said: Json, depth: int = 0) -> Iterator[str]:
    if depth > _DEPTH:
        return
    if isinstance(said, Mapping | list):
        for value in said.values() if isinstance(said, Mapping) else said:
            yield from _list_sentences(value, depth + 1)
    elif isinstance(said, str) and re.search(r"\s", said):
        yield said
