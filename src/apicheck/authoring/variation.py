"""Other values for the members of a body: those by which its effect is told from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.exchange import Request
from apicheck.model.json import MISSING, Json, at, child_pointer
from apicheck.model.subject import UNIQUE, Recipe, Subject
from apicheck.requests.alter import Part, with_part
from apicheck.requests.flattening import flatten_schema, kind_of

_LONG, _KEPT = 40, 20
"""A text that may be this long has room for a mark, behind so much of its own."""


def is_free_text(subject: Subject, name: str) -> bool:
    """Whether the document takes any text for a member of the body: also one with a mark in it."""
    return any(_takes_any_text(member) for member in _describe(subject, name))


def has_member(subject: Subject, name: str) -> bool:
    """Whether the document names a member of the body."""
    return any(True for _ in _describe(subject, name))


def mark_text(subject: Subject, request: Request, name: str) -> Request:
    """Give a member of a request a text that no other request has."""
    return mark_at(subject, request, child_pointer("", name))


def mark_at(subject: Subject, request: Request, pointer: str) -> Request:
    """Give the text at a pointer into the body of a request a value that no other request has."""
    found = at(request.members, pointer)
    value = found if isinstance(found, str) else ""
    if UNIQUE in value:
        return request
    marked = f"{value[:_KEPT]} {UNIQUE}".strip()
    return with_part(request, subject.op, Part("body", pointer), marked)


def find_free_text(subject: Subject, request: Request) -> str:
    """Find a text in the body of a request for which the document takes any other.

    Returns its place as a pointer, "" where there is none. It may be inside an object, and names
    no other object.
    """
    return next(list_free_texts(subject, request.members), "")


def list_free_texts(subject: Subject, body: Json) -> Iterator[str]:
    """List the places of such texts in a body of the operation, the outermost first."""
    recipe, document = subject.context.recipes[subject.op.id], subject.context.spec.document
    needs = recipe.needs if isinstance(recipe, Recipe) else ()
    named = {need.name for need in needs if need.place == "body"}
    for media in subject.op.body:
        for pointer in _list_free_texts(document, media.schema, body, ""):
            if pointer not in named:
                yield pointer


def _list_free_texts(document: Json, schema: Json, value: Json, pointer: str) -> Iterator[str]:
    """The places of free texts, the outermost first."""
    if not isinstance(value, Mapping):
        return
    properties = flatten_schema(document, schema).get("properties", {})
    described = [name for name in value if name in properties]
    for name in described:
        if isinstance(value[name], str) and _takes_any_text(
            flatten_schema(document, properties[name])
        ):
            yield child_pointer(pointer, name)
    for name in described:
        place = child_pointer(pointer, name)
        yield from _list_free_texts(document, properties[name], value[name], place)


def ask_for_change(subject: Subject, request: Request, shown: Mapping[str, Json]) -> Request:
    """Ask for another value of one member than the object shows; the same request if none can be.

    A request for the values that an object has already leaves no trace of having been executed.
    shown: the members of the object. A member that names another object stays as it is.
    """
    members = request.members
    recipe = subject.context.recipes[subject.op.id]
    needs = recipe.needs if isinstance(recipe, Recipe) else ()
    named = {need.name for need in needs if need.place == "body"}
    free = [name for name in members if child_pointer("", name) not in named]
    for name in sorted(free, key=lambda name: (name not in shown, not is_free_text(subject, name))):
        if is_free_text(subject, name) and isinstance(members[name], str):
            return mark_text(subject, request, name)
        if name in shown and shown[name] != members[name]:
            return request
        for schema in _describe(subject, name):
            other = _choose_other(schema, members[name])
            if other is not MISSING:
                return with_part(request, subject.op, Part("body", child_pointer("", name)), other)
    return request


def _describe(subject: Subject, name: str) -> Iterator[Mapping[str, Json]]:
    """The schemas of a member of the body, one for each media type that has it."""
    document = subject.context.spec.document
    for media in subject.op.body:
        properties = flatten_schema(document, media.schema).get("properties", {})
        if name in properties:
            yield flatten_schema(document, properties[name])


def _takes_any_text(member: Mapping[str, Json]) -> bool:
    if member.get("type") == "string" and member.get("maxLength", _LONG) >= _LONG:
        return not any(key in member for key in ("format", "pattern", "enum", "const"))
    return False


def _choose_other(schema: Mapping[str, Json], value: Json) -> Json:
    """Choose another value that a schema allows; MISSING where none is near."""
    listed = schema.get("enum")
    if isinstance(listed, list):
        return next((one for one in listed if one != value and one is not None), MISSING)
    kind = kind_of(schema)
    if "const" in schema:
        return MISSING
    if kind == "boolean" and isinstance(value, bool):
        return not value
    if kind in ("integer", "number") and isinstance(value, int | float):
        return next(
            filter(lambda one: _is_within(schema, one), _neighbours(schema, value)), MISSING
        )
    plain = not any(key in schema for key in ("format", "pattern"))
    if kind == "string" and plain and isinstance(value, str) and value:
        return value[:-1] + ("b" if value[-1] == "a" else "a")
    return MISSING


def _neighbours(schema: Mapping[str, Json], value: float) -> tuple[float, float]:
    step = schema.get("multipleOf", 1)
    return value + step, value - step


def _is_within(schema: Mapping[str, Json], value: float) -> bool:
    bounds = {key: schema.get(key) for key in ("minimum", "maximum")}
    least, most = bounds["minimum"], bounds["maximum"]
    above = schema.get("exclusiveMinimum", False)
    below = schema.get("exclusiveMaximum", False)
    # OpenAPI 3.0 has a boolean beside the bound, 3.1 a bound of its own.
    if least is not None and (value < least or (above is True and value == least)):
        return False
    if most is not None and (value > most or (below is True and value == most)):
        return False
    lower = above is not True and above is not False and value <= above
    upper = below is not True and below is not False and value >= below
    return not lower and not upper
