"""Finds the references of a document: `$ref`, `$dynamicRef`, the mapping of a discriminator.

What is data is not searched: examples, defaults, members `x-…`. A `$ref` there is a key like any
other, and so is a property of that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin

from apicheck.model.json import Json, child_pointer

_DATA = frozenset({"example", "default", "const", "enum"})
"""Members whose values are data."""
_VALUES = frozenset({"value", "dataValue"})
"""Members of an Example Object whose values are data."""
_NAMED = frozenset(
    {
        *("paths", "pathItems", "webhooks", "callbacks", "responses", "parameters", "headers"),
        *("examples", "requestBodies", "securitySchemes", "links", "content", "encoding"),
        *("schemas", "properties", "patternProperties", "dependentSchemas", "$defs"),
        *("definitions", "variables", "mediaTypes", "additionalOperations"),
    }
)
"""Members whose keys are names that the author chose."""
_IDLE = frozenset({"links", "callbacks", "examples", "webhooks"})
"""Members without which an operation can be used."""
_METHODS = "get|put|post|delete|options|head|patch|trace|query|additionalOperations/[^/]+"
_OF_RESPONSE = r"(?:/(?:headers|content)/[^/]+)?"
_UNIT = re.compile(
    rf"/(?:paths|components/pathItems)/[^/]+"
    rf"(?:/(?:{_METHODS})(?:/responses(?:/[^/]+{_OF_RESPONSE})?)?(?=/|$))?"
    rf"|/components/responses/[^/]+{_OF_RESPONSE}(?=/|$)|/components/[^/]+/[^/]+|(?:/[^/]+){{0,2}}"
)
_ITEM = re.compile(r"/(?:paths|components/pathItems)/[^/]+")


@dataclass(frozen=True, slots=True)
class Base:
    """What references are relative to: a file, or a schema in it that has an `$id`.

    uri: of the file or schema. file: URI of the file, "" for none. root: pointer of the one that
    `#` means. document: pointer of the whole file.
    """

    uri: str = ""
    file: str = ""
    root: str = ""
    document: str = ""


@dataclass(slots=True)
class Reference:
    """One reference. holder and key: where its text stands. pointer: of the holder.

    unit: what it breaks where it leads to nothing; see `unit_of`.
    idle: an operation can be used without what it leads to.
    """

    holder: dict[str, Any]
    key: str
    pointer: str
    base: Base
    unit: str
    idle: bool


@dataclass(slots=True)
class Found:
    """What is found in the parts of a document. ids: URI -> pointer of the schema that has it."""

    references: list[Reference] = field(default_factory=list)
    ids: dict[str, Base] = field(default_factory=dict)
    anchors: dict[tuple[str, str], str] = field(default_factory=dict)
    """URI and name of an anchor -> pointer."""
    dynamic: dict[str, list[str]] = field(default_factory=dict)
    """Name of a dynamic anchor -> pointers."""
    valued: list[tuple[Mapping[str, Json], str]] = field(default_factory=list)
    """Schemas with a default, an example or a pattern, and their pointers."""


def unit_of(pointer: str) -> str:
    """What a mistake at a place makes unusable, as its pointer: the smallest part around it.

    A path item, an operation, its responses or one of them, a component; of a response also a
    header or a media type.
    """
    found = _UNIT.match(pointer)
    return found[0] if found else ""


def is_path_item(pointer: str) -> bool:
    """Whether a Path Item Object stands at a pointer."""
    return _ITEM.fullmatch(pointer) is not None


@dataclass(slots=True)
class Walk:
    """Walks a part of a document.

    root: pointer of the part, "" for the whole document. item: it is a Path Item Object.
    """

    found: Found
    root: str = ""
    item: bool = False

    def walk(self, value: Json, base: Base) -> None:
        """Adds what the part has to `found`."""
        self._object(value, self.root, base, "", idle=False)

    def _unit(self, pointer: str) -> str:
        if not self.root:
            return unit_of(pointer)
        if not self.item:
            return self.root
        return self.root + unit_of(f"/paths/x{pointer[len(self.root) :]}").removeprefix("/paths/x")

    def _object(self, value: Json, pointer: str, base: Base, named: str, *, idle: bool) -> None:
        """named: the member of names in which the object has its name."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict | list):
                    self._object(item, f"{pointer}/{index}", base, "", idle=idle)
            return
        base = self._note_identity(value, pointer, base)
        patterned = "pattern" in value or "patternProperties" in value
        if patterned or ("type" in value and ("default" in value or "example" in value)):
            self.found.valued.append((value, pointer))
        for key, inner in value.items():
            if isinstance(inner, str):
                if key in ("$ref", "$dynamicRef"):
                    self._add(value, key, pointer, base, idle=idle)
            elif isinstance(inner, dict | list) and not self._is_data(key, inner, named):
                self._member(key, inner, child_pointer(pointer, key), base, idle=idle)

    def _member(self, key: str, value: Json, pointer: str, base: Base, *, idle: bool) -> None:
        if key in _NAMED and isinstance(value, dict):
            self._names(value, pointer, base, key, idle=idle or key in _IDLE)
            return
        self._object(value, pointer, base, "", idle=idle)
        mapping = value.get("mapping") if key == "discriminator" else None
        if isinstance(mapping, dict):
            for name, target in mapping.items():
                if isinstance(target, str):
                    self._add(mapping, name, pointer, base, idle=True)

    def _names(self, value: Json, pointer: str, base: Base, named: str, *, idle: bool) -> None:
        for name, inner in value.items():
            extension = named == "paths" and name.startswith("x-")
            if isinstance(inner, dict | list) and not extension:
                self._object(inner, child_pointer(pointer, name), base, named, idle=idle)

    def _add(
        self, holder: dict[str, Any], key: str, pointer: str, base: Base, *, idle: bool
    ) -> None:
        unit = self._unit(pointer)
        self.found.references.append(Reference(holder, key, pointer, base, unit, idle))

    def _is_data(self, key: str, inner: Json, named: str) -> bool:
        return (
            key in _DATA
            or key.startswith("x-")
            or (key == "examples" and isinstance(inner, list))
            or (named == "examples" and key in _VALUES)
        )

    def _note_identity(self, value: Mapping[str, Json], pointer: str, base: Base) -> Base:
        """Notes `$id` and anchors of a schema; the base of what is in it."""
        own = value.get("$id")
        if isinstance(own, str) and pointer != base.document:
            base = replace(base, uri=urljoin(base.uri, own).partition("#")[0], root=pointer)
            self.found.ids.setdefault(base.uri, base)
        for key in ("$anchor", "$dynamicAnchor"):
            name = value.get(key)
            if isinstance(name, str):
                self.found.anchors.setdefault((base.uri, name), pointer)
                if key == "$dynamicAnchor":
                    self.found.dynamic.setdefault(name, []).append(pointer)
        return base
