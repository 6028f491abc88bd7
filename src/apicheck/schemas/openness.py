"""Loosens schemas of which a part is not known, since a reference in them leads to nothing.

Any value is valid there. So a rule that such a value must *not* be valid, or that nothing else may
be, says nothing: it would blame a response for a mistake of the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.load import BROKEN, unit_of
from apicheck.model.json import MISSING, Json
from apicheck.model.references import locate, pointer_of, reference_in
from apicheck.schemas.keywords import LISTS, MAPS, ONE

_CLOSED = ("unevaluatedProperties", "unevaluatedItems")
_WITH = {"if": ("then", "else"), "contains": ("minContains", "maxContains")}
"""Keywords that say nothing without another one."""


@dataclass(slots=True)
class Openness:
    """Knows which schemas of a document have a part that is not known."""

    document: Mapping[str, Json]
    _broken: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._broken = frozenset(self.document.get(BROKEN, ()))

    def loosen(self, schema: Mapping[str, Json]) -> Mapping[str, Json]:
        """A schema without the rules that its unknown parts decide."""
        if not self._broken or not self.is_open(schema):
            return schema
        dropped = set(_CLOSED)
        for key in ("not", "if", "contains"):
            if self.is_open(schema.get(key)):
                dropped |= {key, *_WITH.get(key, ())}
        loose = {key: value for key, value in schema.items() if key not in dropped}
        alternatives = loose.get("oneOf")
        if isinstance(alternatives, list) and any(map(self.is_open, alternatives)):
            loose.setdefault("anyOf", loose.pop("oneOf"))
        properties = loose.get("properties")
        if isinstance(properties, Mapping) and isinstance(loose.get("required"), list):
            required = loose["required"]
            loose["required"] = [n for n in required if not self._is_unknown(properties.get(n))]
        return loose

    def is_open(self, schema: Json) -> bool:
        """Whether a part of a schema is not known."""
        if not isinstance(schema, Mapping):
            return False
        reference = reference_in(schema)
        if reference is not None and self._leads_to_broken(reference):
            return True
        return any(
            self.is_open(inner)
            for key, value in schema.items()
            for inner in _list_schemas(key, value)
        )

    def _leads_to_broken(self, reference: str) -> bool:
        pointer = pointer_of(reference)
        broken = not self._broken.isdisjoint((pointer, unit_of(pointer)))
        return broken or self._is_unknown({"$ref": reference})

    def _is_unknown(self, schema: Json) -> bool:
        """Whether a schema is a reference that leads to none; it may be writeOnly."""
        end, _ = locate(self.document, schema)
        return end is MISSING or reference_in(end) is not None


def _list_schemas(key: str, value: Json) -> list[Json]:
    if key in MAPS and isinstance(value, Mapping):
        return list(value.values())
    if key in LISTS and isinstance(value, list):
        return value
    return [value] if key in ONE else []
