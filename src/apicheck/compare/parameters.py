"""Compares the parameters of an operation."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.compare.change import Change, change, locate_in
from apicheck.compare.documents import Both, Document, Part
from apicheck.compare.forms import Node
from apicheck.compare.sides import Direction
from apicheck.compare.values import Role
from apicheck.load.path_keys import TEMPLATE
from apicheck.model.json import child_pointer
from apicheck.model.operation import Operation

_IGNORED_HEADERS = ("accept", "content-type", "authorization")
"""Header parameters that a document describes elsewhere (OpenAPI 3.1.1, section 4.8.12.2)."""

_AS_TEXT = "as text"
_WITH_COMMAS = ("form, not exploded", "simple")
_TAKES_ONE = ("form, exploded", *_WITH_COMMAS)
"""Styles of lists in which one value is a list of one."""

Key = tuple[str, str]
"""Place and name. Of a path, the name is the position: what it is called reaches no server."""


def compare_parameters(both: Both, old: Operation, new: Operation) -> Iterator[Change]:
    """What becomes of requests that have the parameters of the earlier document."""
    before, after = _index(both.old, old), _index(both.new, new)
    for key, part in before.items():
        there = after.get(key)
        if there is None:
            if key[0] != "path":
                doubtful = part.value.get("deprecated") is True
                place = child_pointer(new.pointer, "parameters")
                words = _describe(part)
                yield change("parameter-removed", words, part.at, place, doubtful=doubtful)
            continue
        yield from locate_in(_compare_one(both, part, there), f"parameter {_describe(part)}")
    for key, part in after.items():
        if key not in before and key[0] != "path" and part.value.get("required") is True:
            place = child_pointer(old.pointer, "parameters")
            doubtful = _has_default(both.new, part)
            words = _describe(part)
            yield change("required-parameter-added", words, place, part.at, doubtful=doubtful)


def _index(document: Document, operation: Operation) -> dict[Key, Part]:
    positions = {name: str(n) for n, name in enumerate(TEMPLATE.findall(operation.path))}
    found: dict[Key, Part] = {}
    for part in document.parameters(operation):
        name, place = str(part.value.get("name")), str(part.value.get("in"))
        if place == "header":
            name = name.lower()
            if name in _IGNORED_HEADERS:
                continue
        found[place, positions.get(name, name) if place == "path" else name] = part
    return found


def _compare_one(both: Both, old: Part, new: Part) -> Iterator[Change]:
    needed = new.value.get("required") is True and old.value.get("in") != "path"
    if needed and old.value.get("required") is not True:
        place, filled = child_pointer(new.at, "required"), _has_default(both.new, new)
        yield change(
            "parameter-became-required", "optional → required", old.at, place, doubtful=filled
        )
    was, now = _find_style(both.old, old), _find_style(both.new, new)
    if was in _WITH_COMMAS and now == _AS_TEXT:
        return  # a text may be anything
    if was and now and was != now and (was != _AS_TEXT or now not in _TAKES_ONE):
        yield change("parameter-style-changed", f"{was} → {now}", old.at, new.at)
        return
    schemas = both.old.schema(old), both.new.schema(new)
    yield from _compare_defaults(both, *schemas)
    yield from both.find_changes(*schemas, Direction.REQUEST, _find_role(new))


def _compare_defaults(both: Both, old: Node, new: Node) -> Iterator[Change]:
    was, now = both.old.shapes.defaults(old), both.new.shapes.defaults(new)
    if was and new and was != now:
        words = f"{was[0]} → {now[0] if now else 'none'}"
        places = child_pointer(old[0], "default"), child_pointer(new[0], "default")
        yield change("request-default-changed", words, *places)


def _find_role(part: Part) -> Role:
    return Role.BODY if "content" in part.value else Role.PARAMETER


def _find_style(document: Document, part: Part) -> str:
    """How the value is written, as far as its type lets that matter; "" where that is not known."""
    if "content" in part.value:
        return next(iter(part.value["content"]), "")
    forms = document.shapes.forms(document.schema(part))
    several = any(form.kinds is None or form.kinds & {"array", "object"} for form in forms)
    place = part.value.get("in")
    style = str(part.value.get("style", "form" if place in ("query", "cookie") else "simple"))
    if not several:
        return style if style in ("label", "matrix") else _AS_TEXT
    if all(form.kinds is None for form in forms):
        return ""
    exploded = part.value.get("explode", style in ("form", "cookie"))
    if style == "simple" and not any(form.kinds and "object" in form.kinds for form in forms):
        return style
    return f"{style}, {'exploded' if exploded else 'not exploded'}"


def _has_default(document: Document, part: Part) -> bool:
    node = document.schema(part)
    return bool(node and document.shapes.defaults(node))


def _describe(part: Part) -> str:
    return f"{part.value.get('name')} in {part.value.get('in')}"
