"""Puts parameters, responses, headers and schemas of Swagger 2.0 into the form of OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apicheck.load.mistakes import Mistakes
from apicheck.load.moves import Moves
from apicheck.load.reading import Node
from apicheck.load.references import FILES
from apicheck.model.json import MISSING, Json, at, child_pointer, members_of, tokens
from apicheck.model.references import locate, pointer_of, reference_in

ANY_TYPE = "*/*"
"""The media type of a response where the document lists none."""

_OF_BODY = ("body", "formData")
_OF_PARAMETER = ("name", "in", "description", "required", "allowEmptyValue", "deprecated")
_DATA = frozenset({"example", "default", "const", "enum", "required", "xml", "externalDocs"})
_NAMED = frozenset({"properties", "patternProperties", "definitions"})
_FORMATS = {
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
}
"""Format of a list in a query -> its style, and whether it is exploded; others are as csv."""


@dataclass(frozen=True, slots=True)
class Written:
    """A parameter as it was written, and what it is at the end of its references."""

    written: Json
    place: str
    node: Node
    node_place: str


@dataclass(slots=True)
class PartWriter:
    """Converts parts of one document. `now`: pointer in the new form. `place`: as written."""

    document: Node
    moves: Moves
    remarks: Mistakes
    _references: list[dict[str, Json]] = field(default_factory=list)
    """Every object that was written with a reference in it."""
    _due: dict[str, str] = field(default_factory=dict)
    """Pointer of a target in another file -> what it is there."""

    def locate(self, node: Json, place: str) -> tuple[Json, str]:
        """What is at the end of a node's references, and where."""
        return locate(self.document, node, place)

    def keep_reference(self, node: dict[str, Json], kind: str = "") -> dict[str, Json]:
        """A reference, which leads to the same as before; kind: what it leads to."""
        self._references.append(node)
        pointer = pointer_of(node["$ref"])
        if kind and node["$ref"].startswith(f"#/{FILES}/"):
            self._due.setdefault(pointer, kind)
        return node

    def move_references(self) -> None:
        """Let each reference lead to where its target is now; one to nothing stays as written."""
        for node in self._references:
            text = node["$ref"]
            named = "".join(f"/{key}" for key in text.split("/")[1:3])
            if not text.startswith("#") or at(self.document, pointer_of(named)) is MISSING:
                continue
            if (moved := self.moves.find_moved(text[1:])) != text[1:]:
                node["$ref"] = f"#{moved}"

    def convert_targets(self, converted: dict[str, Json]) -> None:
        """Convert what references lead to in other files, in place."""
        done: set[str] = set()
        while due := [pointer for pointer in self._due if pointer not in done]:
            for pointer in due:
                done.add(pointer)
                around = at(converted, pointer.rpartition("/")[0])
                value = at(converted, pointer)
                if value is MISSING or not isinstance(around, dict):
                    continue
                key = tokens(pointer)[-1]
                if self._due[pointer] == "parameter":
                    around[key] = self.write_parameter(value, pointer, pointer)
                else:
                    around[key] = self.write_schema(value)

    def is_of_body(self, node: Json) -> bool:
        """Whether a parameter is a body, or a field of a form."""
        found, _ = self.locate(node, "")
        return isinstance(found, Mapping) and found.get("in") in _OF_BODY

    def merge_parameters(self, lists: list[tuple[Json, str]]) -> list[Written]:
        """The parameters of a path item and of its operation, which takes precedence."""
        found: dict[object, Written] = {}
        for listed, place in lists:
            for index, written in enumerate(listed if isinstance(listed, list) else ()):
                where = child_pointer(place, index)
                node, node_place = self.locate(written, where)
                node = members_of(node)
                key: object = (node.get("name"), node.get("in"))
                if node.get("in") == "body":
                    key = "body"
                elif "name" not in node or "in" not in node:
                    key = where
                found[str(key)] = Written(written, where, node, node_place)
        return list(found.values())

    def write_parameter(self, written: Json, now: str, place: str) -> Json:
        """A Parameter Object that is not of a body, or a reference to one."""
        self.moves.add(now, place)
        if not isinstance(written, Mapping):
            return written
        if reference_in(written) is not None:
            return self.keep_reference({**written}, "parameter")
        if "schema" in written:
            return {**written, "schema": self.write_schema(written["schema"])}
        kept = {key: value for key, value in written.items() if _is_of_parameter(key)}
        if (example := find_example(written)) is not MISSING:
            kept["example"] = example
        schema, style = self.write_inline(written, place, str(written.get("in")))
        self.moves.add(f"{now}/schema", place)
        return {**kept, **style, "schema": schema}

    def write_inline(self, written: Node, place: str, where: str) -> tuple[Json, dict[str, Json]]:
        """The schema of a parameter or header that says itself what it takes, and its style.

        A list whose format OpenAPI cannot express is one item, which all formats write alike.
        """
        own = {key: value for key, value in written.items() if not _is_of_parameter(key)}
        form = str(own.pop("collectionFormat", ""))
        own.pop("example", None)
        schema = self.write_schema(own)
        if written.get("type") != "array":
            return schema, {}
        if form in _FORMATS and where in ("query", "formData"):
            style, explode = _FORMATS[form]
            return schema, {"style": style, "explode": explode}
        if form in ("tsv", "ssv", "pipes", "multi"):
            self.remarks.add(
                child_pointer(place, "collectionFormat"),
                f"OpenAPI 3 has no lists of this format ({form}) here: one item is sent",
            )
            return schema.get("items", {}), {}
        return schema, {"style": "form", "explode": False} if where in ("query", "formData") else {}

    def write_response(
        self, written: Json, now: str, place: str, types: tuple[str, ...], *, own: bool = False
    ) -> Json:
        """A Response Object. types: of its content. own: they are of the operation alone."""
        self.moves.add(now, place)
        if not isinstance(written, Mapping):
            return written
        if reference_in(written) is not None:
            target, where = self.locate(written, place)
            inside = where.startswith(f"/{FILES}/")
            if not (own or inside) or not isinstance(target, Mapping) or "$ref" in target:
                return self.keep_reference({**written})
            written, place = target, where
            self.moves.add(now, place)
        response = {k: v for k, v in written.items() if k not in ("schema", "examples", "headers")}
        response.setdefault("description", "")
        if "headers" in written:
            response["headers"] = self._write_headers(written["headers"], now, place)
        if content := self._write_content(written, now, place, types):
            response["content"] = content
        return response

    def _write_content(
        self, written: Node, now: str, place: str, types: tuple[str, ...]
    ) -> dict[str, Json]:
        examples = members_of(written.get("examples"))
        content: dict[str, Json] = {}
        if "schema" in written:
            schema = self.write_schema(written["schema"])
            content = {one: {"schema": schema} for one in (*types, *examples) or (ANY_TYPE,)}
        for media_type, example in examples.items():
            content.setdefault(media_type, {})["example"] = example
        for media_type in content:
            self.moves.add(child_pointer(f"{now}/content", media_type), place)
            self.moves.add(
                f"{child_pointer(f'{now}/content', media_type)}/schema", f"{place}/schema"
            )
        return content

    def _write_headers(self, written: Json, now: str, place: str) -> Json:
        if not isinstance(written, Mapping):
            return written
        headers: dict[str, Json] = {}
        for name, node in written.items():
            if not isinstance(node, Mapping):
                headers[name] = node
                continue
            where = child_pointer(f"{place}/headers", name)
            schema, style = self.write_inline(node, where, "header")
            described = {"description": node["description"]} if "description" in node else {}
            headers[name] = {**described, **style, "schema": schema}
            self.moves.add(f"{child_pointer(f'{now}/headers', name)}/schema", where)
        return headers

    def write_schema(self, written: Json) -> Json:
        """A Schema Object, with those in it."""
        if isinstance(written, list):
            return [self.write_schema(one) for one in written]
        if not isinstance(written, Mapping):
            return written
        schema = {key: self._write_member(key, value) for key, value in written.items()}
        if schema.get("type") == "file":
            schema |= {"type": "string", "format": "binary"}
        if isinstance(schema.get("discriminator"), str):
            schema["discriminator"] = {"propertyName": schema["discriminator"]}
        nullable = schema.get("x-nullable") is True
        if isinstance(schema.get("$ref"), str):
            if not nullable:
                return self.keep_reference(schema, "schema")
            alone = self.keep_reference({"$ref": schema["$ref"]}, "schema")
            return {"nullable": True, "allOf": [alone]}
        return {**schema, "nullable": True} if nullable else schema

    def _write_member(self, key: str, value: Json) -> Json:
        if not isinstance(value, dict | list) or key in _DATA or key.startswith("x-"):
            return value
        if key in _NAMED and isinstance(value, dict):
            return {name: self.write_schema(inner) for name, inner in value.items()}
        return self.write_schema(value)


def find_example(node: Node) -> Json:
    """The example of a parameter, for which Swagger has no member of its own; MISSING for none."""
    return next((node[key] for key in ("x-example", "example") if key in node), MISSING)


def _is_of_parameter(key: str) -> bool:
    return key in _OF_PARAMETER or (key.startswith("x-") and key != "x-nullable")
