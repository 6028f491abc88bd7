"""The normal form of a schema: the flat forms that a value may have, one of which it must have.

`allOf` is merged, `oneOf` and `anyOf` become forms, `nullable` (3.0) becomes the type null, `const`
an enumeration, and an exclusive bound of 3.0 a number: after that, schemas of Swagger 2.0, OpenAPI
3.0 and 3.1 look alike. What is below a property or an item is left for later, as its pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from apicheck.compare.forms import (
    LOWER,
    NUMBERS,
    OF_TYPE,
    UPPER,
    Bound,
    Form,
    Node,
    intersect,
    tighter,
)
from apicheck.model.json import MISSING, Json, at, child_pointer, is_number, key_of, members_of
from apicheck.model.references import locate, pointer_of, reference_in

TYPES = frozenset({"array", "boolean", "null", "number", "object", "string"})

OPAQUE = (
    *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames"),
    *("dependentRequired", "dependentSchemas", "dependencies", "patternProperties"),
    *("unevaluatedProperties", "unevaluatedItems"),
)
"""Keywords that are compared as they are written."""


@dataclass(slots=True)
class Shapes:
    """The forms of the schemas of one document."""

    document: Mapping[str, Json]
    _old: bool = field(init=False)
    _known: dict[Node, tuple[Form, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old = str(self.document.get("openapi", "3.1")).startswith("3.0")

    def forms(self, node: Node) -> tuple[Form, ...]:
        """The forms one of which a value must have that fits all schemas of a node."""
        node = self.settle(node)
        if node not in self._known:
            found: tuple[Form, ...] = (Form(at=node[0] if node else ""),)
            for pointer in node:
                found = intersect(found, self._read(pointer, frozenset()))
            self._known[node] = found
        return self._known[node]

    def settle(self, node: Node) -> Node:
        """The node with the schemas to which its schemas are mere references."""
        return tuple(map(self._settle, node))

    def _settle(self, pointer: str) -> str:
        schema = at(self.document, pointer)
        if reference_in(schema) is None or not (self._old or len(schema) == 1):
            return pointer
        end, target = locate(self.document, schema, pointer)
        return pointer if end is MISSING or reference_in(end) is not None else target

    def has(self, node: Node, flag: str) -> bool:
        """Whether a schema is readOnly, writeOnly or deprecated."""
        return any(flag in form.flags for form in self.forms(node))

    def defaults(self, node: Node) -> tuple[str, ...]:
        """The default of a schema as JSON; () without one."""
        return tuple(dict.fromkeys(key_of(v) for form in self.forms(node) for v in form.defaults))

    def _read(self, pointer: str, passed: frozenset[str]) -> tuple[Form, ...]:
        """The forms of a schema. passed: the schemas that it is a part of, as alternative."""
        schema = at(self.document, pointer)
        if schema is False:
            return ()
        if not isinstance(schema, Mapping) or pointer in passed:
            return (Form(at=pointer),)
        passed |= {pointer}
        reference = reference_in(schema)
        found: tuple[Form, ...] = (Form(at=pointer),)
        if reference is not None:
            end, target = locate(self.document, schema, pointer)
            if end is MISSING or reference_in(end) is not None or target in passed:
                return found
            name = pointer_of(reference).rpartition("/")[2]
            found = tuple(replace(f, name=f.name or name) for f in self._read(target, passed))
            if self._old or len(schema) == 1:
                return found
        if schema.get("nullable") is True and self._old:
            inner = self._read_own(schema, pointer, passed, found)
            null = Form(at=pointer, types=frozenset({"null"}), flags=_flags(schema))
            return (*inner, null) if all(f.name for f in inner) else _add_null(inner, null)
        return self._read_own(schema, pointer, passed, found)

    def _read_own(
        self,
        schema: Mapping[str, Json],
        pointer: str,
        passed: frozenset[str],
        found: tuple[Form, ...],
    ) -> tuple[Form, ...]:
        found = intersect(found, (self._read_flat(schema, pointer),))
        for index, _ in enumerate(_list_of(schema, "allOf")):
            found = intersect(found, self._read(f"{pointer}/allOf/{index}", passed))
        for key in ("oneOf", "anyOf"):
            alternatives = [
                form
                for index, one in enumerate(_list_of(schema, key))
                for form in self._read_alternative(schema, one, f"{pointer}/{key}/{index}", passed)
            ]
            if alternatives:
                found = intersect(found, alternatives)
        return found

    def _read_alternative(
        self, schema: Mapping[str, Json], one: Json, pointer: str, passed: frozenset[str]
    ) -> Iterator[Form]:
        tag = _find_tag(schema.get("discriminator"), one)
        for form in self._read(pointer, passed):
            yield replace(form, tag=tag or form.tag)

    def _read_flat(self, schema: Mapping[str, Json], pointer: str) -> Form:
        """The keywords of a schema that stand beside its compositions."""
        form = Form(at=pointer, types=_types(schema), flags=_flags(schema))
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if isinstance(values, list):
            form.enum, form.enum_at = tuple(values), pointer
        _read_bounds(schema, pointer, form)
        if isinstance(schema.get("pattern"), str):
            form.patterns[schema["pattern"]] = child_pointer(pointer, "pattern")
        if isinstance(schema.get("format"), str):
            form.format = schema["format"]
        _read_members(schema, pointer, form)
        _read_items(schema, pointer, form)
        form.others = {key: key_of(schema[key]) for key in OPAQUE if key in schema}
        if "default" in schema:
            form.defaults = (schema["default"],)
        discriminator = schema.get("discriminator")
        if isinstance(discriminator, Mapping):
            form.discriminator = str(discriminator.get("propertyName", ""))
            mapping = discriminator.get("mapping")
            form.mapping = frozenset(mapping if isinstance(mapping, Mapping) else ())
        return form


def _list_of(schema: Mapping[str, Json], key: str) -> list[Json]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _members(schema: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    return members_of(schema.get(key))


def _flags(schema: Mapping[str, Json]) -> frozenset[str]:
    return frozenset(f for f in ("readOnly", "writeOnly", "deprecated") if schema.get(f) is True)


def _types(schema: Mapping[str, Json]) -> frozenset[str] | None:
    written = schema.get("type")
    names = written if isinstance(written, list) else [written] if written else []
    types = frozenset(name for name in names if isinstance(name, str))
    if "file" in types:  # Swagger 2.0
        types = types - {"file"} | {"string"}
    if types:
        return types & (TYPES | NUMBERS) or None
    composed = any(key in schema for key in ("allOf", "oneOf", "anyOf", "enum", "const", "not"))
    meant = {OF_TYPE[key] for key in schema if key in OF_TYPE}
    return frozenset(meant) if len(meant) == 1 and not composed else None


def _find_tag(discriminator: Json, alternative: Json) -> str:
    """The value of the discriminator that chooses an alternative."""
    reference = reference_in(alternative)
    if not isinstance(discriminator, Mapping) or reference is None:
        return ""
    name = reference.rpartition("/")[2]
    mapping = discriminator.get("mapping")
    for value, target in members_of(mapping).items():
        if target in (reference, name):
            return str(value)
    return name


def _read_members(schema: Mapping[str, Json], pointer: str, form: Form) -> None:
    for name in _members(schema, "properties"):
        form.properties[name] = (child_pointer(f"{pointer}/properties", name),)
    for name in _list_of(schema, "required"):
        if isinstance(name, str):
            form.required[name] = f"{pointer}/required"
    more = schema.get("additionalProperties")
    form.closed = more is False
    if more is True or isinstance(more, Mapping):
        form.additional = (f"{pointer}/additionalProperties",)


def _read_items(schema: Mapping[str, Json], pointer: str, form: Form) -> None:
    if isinstance(schema.get("items"), Mapping | bool):
        form.items = (f"{pointer}/items",)
    form.prefix = tuple(
        (f"{pointer}/prefixItems/{index}",)
        for index, _ in enumerate(_list_of(schema, "prefixItems"))
    )


def _read_bounds(schema: Mapping[str, Json], pointer: str, form: Form) -> None:
    for key in (*LOWER, *UPPER, "multipleOf"):
        value: Json = schema.get(key)
        if is_number(value) and (value > 0 or key not in (*LOWER[1:], "multipleOf")):
            excluded = schema.get(f"exclusive{key[:1].upper()}{key[1:]}") is True
            form.bounds[key] = Bound(value, child_pointer(pointer, key), excluded)
    for key, name in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        value = schema.get(name)
        if is_number(value):
            bound = Bound(value, child_pointer(pointer, name), excluded=True)
            form.bounds[key] = tighter(key, form.bounds.get(key), bound)
    if schema.get("uniqueItems") is True:
        form.bounds["uniqueItems"] = Bound(1, child_pointer(pointer, "uniqueItems"))
    if form.types is not None and form.types <= {"integer", "null"}:
        _count_whole(form)


def _count_whole(form: Form) -> None:
    """Write the bounds of whole numbers in one way: more than 0 is at least 1."""
    for key, step in (("minimum", 1), ("maximum", -1)):
        bound = form.bounds.get(key)
        if bound is not None and bound.excluded and float(bound.value).is_integer():
            form.bounds[key] = replace(bound, value=bound.value + step, excluded=False)
    if "multipleOf" in form.bounds and form.bounds["multipleOf"].value == 1:
        del form.bounds["multipleOf"]


def _add_null(forms: tuple[Form, ...], null: Form) -> tuple[Form, ...]:
    """Forms that may also be null. One of known type has it among its types."""
    if len(forms) == 1 and forms[0].types is not None:
        (form,) = forms
        values = form.enum
        if values is not None and None not in values:
            values = (*values, None)
        return (replace(form, types=(form.types or frozenset()) | {"null"}, enum=values),)
    return (*forms, null)
