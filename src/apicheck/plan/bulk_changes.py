"""Recognise operations that change what was there before the run, as no id says what.

`PATCH /things` with `{"paused": true}` pauses all, and `DELETE /settings` deletes what was there
before the run. A body that names ids changes those alone. One with the members of a single object
says what all shall be like, and names none unless it must have an id. `PUT /settings`, where
`GET /settings` reads the only one, changes it for everybody and for good: nothing makes another.
"""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.json import Json
from apicheck.model.operation import Operation, Spec
from apicheck.plan.hazards import Harm, Hazard
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.neighbours import Neighbours, find_neighbours
from apicheck.requests.nouns import words_of

_NAMING = frozenset(
    {"id", "ids", "uuid", "uuids", "guid", "guids", "pk", "key", "keys", "name", "names", "slug",
     "slugs", "ref", "refs"}
)  # fmt: skip
_SETTINGS = frozenset({"config", "configuration", "options", "preferences", "settings"})
"""What there is one of, whichever method changes it."""
_AT_MOST = 300
"""Schemas that are looked at; beyond, an id is far from what it would name."""


def find_bulk_change(spec: Spec, operation: Operation) -> Hazard | None:
    """Find that an operation may change every object; None where a request says which."""
    path = operation.path.rstrip("/")
    around = find_neighbours(spec)
    deletes = operation.method == "DELETE"
    changes = operation.method in ("PATCH", "PUT") and around.at(f"{path}/{{}}")
    if "{" in path:
        return None
    if _changes_setting(around, path, operation):
        return Hazard(Harm.SETTING, f"it is {operation.method} of the only one, which GET reads")
    if not (deletes or changes):
        return None
    if operation.method == "PUT" and "POST" not in around.at(path):
        return None  # it creates
    if any(one.place == "query" and one.required for one in operation.parameters):
        return None
    schemas = [media.schema for media in operation.body]
    one = _list_members(spec, around, path)
    if any(
        _names_objects(spec.document, schema) and not _is_object(spec.document, schema, one)
        for schema in schemas
    ):
        return None
    if deletes:
        return Hazard(Harm.FOUND, "it is DELETE of a path without an id")
    return Hazard(Harm.OBJECTS, f"it is {operation.method} of a collection, and names no object")


def _changes_setting(around: Neighbours, path: str, operation: Operation) -> bool:
    """Whether GET reads at the same path the only object there is, which this would change."""
    here = around.at(path)
    if "GET" not in here or around.at(f"{path}/{{}}"):
        return False
    if operation.method == "POST":
        return (words_of(path.rpartition("/")[2]) or [""])[-1] in _SETTINGS
    return operation.method in ("PATCH", "PUT") and "POST" not in here


def _list_members(spec: Spec, around: Neighbours, path: str) -> frozenset[str]:
    """The members of one object of a collection, by what creates, replaces and reads it."""
    created, one = around.at(path).get("POST"), around.at(f"{path}/{{}}")
    written = [op for op in (created, one.get("PUT"), one.get("PATCH")) if op is not None]
    schemas = [media.schema for op in written for media in op.body]
    read = one["GET"].response_for(200) if "GET" in one else None
    schemas += [media.schema for media in read.media] if read is not None else []
    found = (flatten_schema(spec.document, schema).get("properties") or {} for schema in schemas)
    return frozenset(name for properties in found for name in properties)


def _is_object(document: Json, schema: Json, members: frozenset[str]) -> bool:
    """Whether a schema is of a single object, which it need not name."""
    whole = flatten_schema(document, schema)
    names = set(whole.get("properties") or ())
    required = {name for name in whole.get("required") or () if isinstance(name, str)}
    return bool(names) and names <= members and not any(map(_is_naming, required))


def _is_naming(name: str) -> bool:
    return (words_of(name) or [""])[-1] in _NAMING


def _names_objects(document: Json, schema: Json) -> bool:
    """Whether a value of a schema has a member that may name an object."""
    ahead, seen = [schema], set[str]()
    while ahead and len(seen) < _AT_MOST:
        one = ahead.pop(0)
        if repr(one) in seen:
            continue
        seen.add(repr(one))
        whole = flatten_schema(document, one)
        properties = whole.get("properties") or {}
        if any(map(_is_naming, properties)):
            return True
        ahead += [*properties.values(), whole.get("items", {}), *_list_options(whole)]
    return False


def _list_options(whole: Json) -> Iterator[Json]:
    for key in ("oneOf", "anyOf"):
        yield from whole.get(key) or ()
