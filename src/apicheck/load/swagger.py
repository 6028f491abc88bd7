"""Puts a Swagger 2.0 document into the form of OpenAPI 3.0.

Nothing is lost on the way but what OpenAPI 3.0 cannot express, which is a remark. References to
other files lead into the document before (`gather_files`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.load.mistakes import Mistakes
from apicheck.load.moves import Moves
from apicheck.load.reading import Node
from apicheck.load.references import BROKEN, Opener, Resolver
from apicheck.load.source import Source
from apicheck.load.swagger_bodies import list_types, write_body
from apicheck.load.swagger_parts import PartWriter
from apicheck.load.walk import Base
from apicheck.model.json import Json, child_pointer, members_of
from apicheck.model.references import reference_in

VERSION = "2.0"

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_KEPT = ("info", "tags", "externalDocs", "security")
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_BEARER = re.compile(r"\bbearer(\b|_?auth|_?token)", re.IGNORECASE)


def is_swagger(document: Node) -> bool:
    """Whether a document is of Swagger 2.0."""
    written = str(document.get("swagger", ""))
    return "openapi" not in document and (written == "2" or written.startswith("2."))


def gather_files(
    document: dict[str, Json], base: Base, open_file: Opener, files: dict[str, Source]
) -> None:
    """Put the other files to which a document refers into it, below FILES.

    What leads to nothing stays as it is, and is told when the document is in its new form.
    """
    silent = Mistakes(lambda _: ("", 0))
    Resolver(document, silent, base, open_file=open_file, sources=files).resolve()
    document.pop(BROKEN, None)


def convert(document: dict[str, Json], moves: Moves, remarks: Mistakes) -> dict[str, Json]:
    """The document in the form of OpenAPI 3.0. remarks: take places as they were written."""
    return _Converter(document, PartWriter(document, moves, remarks), moves, remarks).convert()


@dataclass(slots=True)
class _Converter:
    document: dict[str, Json]
    parts: PartWriter
    moves: Moves
    remarks: Mistakes
    _shared: tuple[str, ...] = field(init=False)
    """The media types of a response whose operation does not list its own."""

    def __post_init__(self) -> None:
        self._shared = list_types(self.document.get("produces"))

    def convert(self) -> dict[str, Json]:
        extensions = (key for key in self.document if key.startswith("x-"))
        converted: dict[str, Json] = {
            "openapi": "3.0.3",
            **{key: self.document[key] for key in _KEPT if key in self.document},
            **{key: self.document[key] for key in extensions},
            "components": self._write_components(),
        }
        if servers := self._list_servers():
            converted["servers"] = servers
        if "paths" in self.document:
            converted["paths"] = self._write_paths(self.document["paths"])
        self.parts.convert_targets(converted)
        self.parts.move_references()
        return converted

    def _list_servers(self) -> list[Json]:
        host, path = self.document.get("host"), self.document.get("basePath")
        path = path if isinstance(path, str) else ""
        if not isinstance(host, str):
            return [{"url": path}] if path else []
        schemes = list_types(self.document.get("schemes"))
        return [{"url": f"{s}//{host}{path}"} for s in [f"{one}:" for one in schemes] or [""]]

    def _write_components(self) -> dict[str, Json]:
        parts = self.parts
        parameters = {
            name: parts.write_parameter(node, f"/components{pointer}", pointer)
            for name, node, pointer in self._list_members("parameters")
            if not parts.is_of_body(node)
        }
        components = {
            "schemas": {
                name: _name_kind(name, parts.write_schema(node))
                for name, node, _ in self._list_members("definitions")
            },
            "parameters": parameters,
            "responses": {
                name: parts.write_response(node, f"/components{pointer}", pointer, self._shared)
                for name, node, pointer in self._list_members("responses")
            },
            "securitySchemes": {
                name: self._write_scheme(name, node)
                for name, node, _ in self._list_members("securityDefinitions")
            },
        }
        for now, written in (
            ("schemas", "definitions"),
            ("parameters", "parameters"),
            ("responses", "responses"),
            ("securitySchemes", "securityDefinitions"),
        ):
            self.moves.add(f"/components/{now}", f"/{written}")
        return {name: value for name, value in components.items() if value}

    def _list_members(self, key: str) -> Iterator[tuple[str, Json, str]]:
        for name, node in members_of(self.document.get(key)).items():
            yield name, node, child_pointer(f"/{key}", name)

    def _write_scheme(self, name: str, written: Json) -> Json:
        """A Security Scheme Object. A token in `Authorization` that is called a bearer's is one.

        Swagger has no other word for it than an API key.
        """
        if not isinstance(written, Mapping):
            return written
        kept = {k: v for k, v in written.items() if k == "description" or k.startswith("x-")}
        kind = written.get("type")
        if kind == "basic":
            return {**kept, "type": "http", "scheme": "basic"}
        if kind == "oauth2":
            flow = str(written.get("flow", "implicit"))
            keys = ("authorizationUrl", "tokenUrl", "scopes")
            told = {"scopes": {}, **{key: written[key] for key in keys if key in written}}
            return {**kept, "type": "oauth2", "flows": {_FLOWS.get(flow, flow): told}}
        called = f"{name} {written.get('description', '')}"
        if str(written.get("name", "")).lower() == "authorization" and _BEARER.search(called):
            return {**kept, "type": "http", "scheme": "bearer"}
        return written

    def _write_paths(self, paths: Json) -> Json:
        if not isinstance(paths, Mapping):
            return paths
        return {
            path: item
            if path.startswith("x-")
            else self._write_item(item, child_pointer("/paths", path))
            for path, item in paths.items()
        }

    def _write_item(self, written: Json, now: str) -> Json:
        """A Path Item Object, with what it refers to in it; what it has itself goes first."""
        if not isinstance(written, Mapping):
            return written
        holders = [(written, now)]
        if reference_in(written) is not None:
            target, place = self.parts.locate(written, now)
            if not isinstance(target, Mapping) or reference_in(target) is not None:
                return self.parts.keep_reference({**written})
            holders = [(target, place), *holders]
        found = {
            key: (value, child_pointer(place, key))
            for holder, place in holders
            for key, value in holder.items()
            if key != "$ref"
        }
        shared = found.pop("parameters", (None, ""))
        item = {key: value for key, (value, _) in found.items()}
        for method in _METHODS:
            if isinstance(item.get(method), Mapping):
                here = child_pointer(now, method)
                item[method] = self._write_operation(item[method], here, found[method][1], shared)
        return item

    def _write_operation(
        self, written: Node, now: str, place: str, shared: tuple[Json, str]
    ) -> dict[str, Json]:
        self.moves.add(now, place)
        dropped = ("parameters", "responses", "consumes", "produces", "schemes")
        operation = {key: value for key, value in written.items() if key not in dropped}
        own = written.get("parameters")
        if own is not None and not isinstance(own, list):
            operation["parameters"] = own  # the reader leaves such an operation out
            return operation
        found = self.parts.merge_parameters([shared, (own, f"{place}/parameters")])
        plain = [one for one in found if not self.parts.is_of_body(one.node)]
        if plain:
            operation["parameters"] = [
                self.parts.write_parameter(one.written, f"{now}/parameters/{index}", one.place)
                for index, one in enumerate(plain)
            ]
        consumes = written.get("consumes", self.document.get("consumes"))
        body = write_body(
            self.parts,
            [one for one in found if self.parts.is_of_body(one.node)],
            list_types(consumes),
            f"{now}/requestBody",
        )
        if body is not None:
            operation["requestBody"] = body
        if "responses" in written:
            operation["responses"] = self._write_responses(
                written["responses"],
                f"{now}/responses",
                f"{place}/responses",
                list_types(written["produces"]) if "produces" in written else None,
            )
        return operation

    def _write_responses(
        self, written: Json, now: str, place: str, produces: tuple[str, ...] | None
    ) -> Json:
        """produces: of the operation, None where it lists none."""
        if not isinstance(written, Mapping):
            return written
        types = self._shared if produces is None else produces
        return {
            status: node
            if status.startswith("x-")
            else self.parts.write_response(
                node,
                child_pointer(now, status),
                child_pointer(place, status),
                types,
                own=produces is not None,
            )
            for status, node in written.items()
        }


def _name_kind(name: str, schema: Json) -> Json:
    """A schema whose discriminator has its name for an example: the rule of Swagger says so."""
    discriminator = members_of(members_of(schema).get("discriminator"))
    key = discriminator.get("propertyName")
    members = members_of(members_of(schema).get("properties"))
    member = members.get(key) if isinstance(key, str) else None
    if not isinstance(member, dict) or {"example", "enum", "default", "$ref"} & set(member):
        return schema
    return {**schema, "properties": {**members, key: {**member, "example": name}}}
