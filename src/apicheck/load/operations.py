"""Reads the operations of an OpenAPI document whose references have been verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.load.names import walk_leaves
from apicheck.load.path_keys import mark_twins, place_in_query, split_key
from apicheck.load.servers import choose_server, find_home
from apicheck.model.json import MISSING, Json, at, child_pointer, tokens
from apicheck.model.operation import (
    Encoding,
    HeaderDoc,
    LinkDoc,
    Media,
    Operation,
    Parameter,
    ResponseDoc,
    SecurityRequirement,
    SecurityScheme,
)
from apicheck.model.references import locate, pointer_of

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_OF_VALUES = ("application/json", "text/plain")
"""Media types in which a part of a form is a plain value, and no file."""

Node = Mapping[str, Json]


@dataclass(slots=True)
class Reader:
    """Reads a document's operations and security schemes, and collects their mistakes."""

    document: Node
    mistakes: Mistakes
    schemes: dict[str, SecurityScheme] = field(default_factory=dict)
    _home: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._home = find_home(self.document)
        declared: Node = at(self.document, "/components/securitySchemes") or {}
        for name in declared:
            node, _ = self._resolve(
                declared[name], child_pointer("/components/securitySchemes", name)
            )
            self.schemes[name] = read_scheme(name, node)

    def _resolve(self, node: Json, pointer: str) -> tuple[Node, str]:
        """The mapping at the end of a node's references, and its place."""
        node, pointer = locate(self.document, node, pointer)
        return (node if isinstance(node, Mapping) else {}), pointer

    def read_operations(self) -> Iterator[Operation]:
        """Each operation, in the document's order."""
        return mark_twins(self._read_operations())

    def _read_operations(self) -> Iterator[Operation]:
        first: dict[str, str] = {}
        paths: Node = self.document.get("paths") or {}
        for path, written in paths.items():
            item, place = self._resolve(written, child_pointer("/paths", path))
            for method in _METHODS:
                if method not in item:
                    continue
                operation = self._read_operation(path, method, item, place)
                if operation.id in first:
                    line = self.mistakes.place(first[operation.id])[1]
                    message = f'operationId "{operation.id}" is used twice: also on line {line}'
                    self.mistakes.add(
                        child_pointer(operation.pointer, "operationId"),
                        message,
                        "give each its own",
                    )
                first.setdefault(operation.id, operation.pointer)
                yield operation

    def _read_operation(self, path: str, method: str, item: Node, place: str) -> Operation:
        pointer = child_pointer(place, method)
        node: Node = item[method] or {}
        servers = node.get("servers") or item.get("servers") or self.document.get("servers")
        server, host = choose_server(servers, self._home)
        template, query, suffix = split_key(path)
        query, parameters = place_in_query(query, self._read_parameters(item, place, node, pointer))
        body, body_at = self._resolve(
            node.get("requestBody"), child_pointer(pointer, "requestBody")
        )
        return Operation(
            id=str(node.get("operationId") or f"{method.upper()} {path}"),
            method=method.upper(),
            path=server.path + template,
            pointer=pointer,
            tags=tuple(node.get("tags", ())),
            deprecated=bool(node.get("deprecated", False)),
            parameters=parameters,
            body=self._read_media(body.get("content"), child_pointer(body_at, "content")),
            body_required=bool(body.get("required", False)),
            responses=tuple(
                self._read_response(
                    str(status), value, child_pointer(child_pointer(pointer, "responses"), status)
                )
                for status, value in (node.get("responses") or {}).items()
                if not str(status).startswith("x-")
            ),
            security=self._read_security(node, pointer),
            query=query,
            suffix=suffix,
            host=host,
            summary=str(node.get("summary") or ""),
            prefix=server.path,
        )

    def _read_parameters(
        self, item: Node, place: str, node: Node, pointer: str
    ) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for holder, at_pointer in ((item, place), (node, pointer)):
            for index, written in enumerate(holder.get("parameters") or ()):
                where = child_pointer(child_pointer(at_pointer, "parameters"), index)
                parameter, _ = self._resolve(written, where)
                read = self._read_parameter(parameter)
                found[read.name, read.place] = read
        return tuple(found.values())

    def _read_parameter(self, node: Node) -> Parameter:
        return Parameter(
            name=str(node.get("name")),
            place=str(node.get("in")),
            required=bool(node.get("required", False)),
            schema=_find_schema(node),
            example=next(self._find_examples(_first_media(node) or node), MISSING),
            style=str(node.get("style", "")),
            explode=node.get("explode"),
            media_type=next(iter(node.get("content") or ()), ""),
            allow_reserved=bool(node.get("allowReserved", False)),
            allow_empty=bool(node.get("allowEmptyValue", False)),
        )

    def _read_media(self, content: Json, pointer: str) -> tuple[Media, ...]:
        return tuple(
            Media(
                media_type,
                media.get("schema"),
                tuple(self._find_examples(media)),
                self._find_files(media) if media_type.startswith("multipart/") else {},
                self._read_encoding(media, child_pointer(pointer, media_type)),
            )
            for media_type, written in (content or {}).items()
            for media, _ in [self._resolve(written, child_pointer(pointer, media_type))]
        )

    def _read_encoding(self, media: Node, pointer: str) -> dict[str, Encoding]:
        written = media.get("encoding")
        return {
            name: Encoding(
                media_type=str(node.get("contentType", "")).partition(",")[0].strip(),
                style=str(node.get("style", "")),
                explode=node.get("explode"),
                allow_reserved=bool(node.get("allowReserved", False)),
                headers=tuple(
                    self._read_parameter({"in": "header", **header, "name": key})
                    for key, value in (node.get("headers") or {}).items()
                    for header, _ in [self._resolve(value, child_pointer(pointer, key))]
                ),
            )
            for name, node in (written.items() if isinstance(written, Mapping) else ())
            if isinstance(node, Mapping)
        }

    def _find_files(self, media: Node) -> dict[str, str]:
        """Members of a multipart body that are files, or lists of them, with their media types.

        Their schema says so, or `encoding` names a media type that is not one of plain values.
        """
        schema, _ = self._resolve(media.get("schema"), "")
        found: dict[str, str] = {}
        for name, written in (schema.get("properties") or {}).items():
            inner, _ = self._resolve(written, "")
            one, _ = self._resolve(inner.get("items"), "") if "items" in inner else (inner, "")
            if one.get("format") == "binary" or "contentMediaType" in one:
                found[name] = str(one.get("contentMediaType", "application/octet-stream"))
        for name, encoding in (media.get("encoding") or {}).items():
            kind = str(encoding.get("contentType", "")).partition(",")[0].strip()
            if kind and (name in found or kind.partition(";")[0] not in _OF_VALUES):
                found[name] = kind
        return found

    def _find_examples(self, node: Node) -> Iterator[Json]:
        """Values of `example`, of `examples`, else of the schema's own examples."""
        written = False
        if "example" in node:
            written = True
            yield node["example"]
        for name, example in (node.get("examples") or {}).items():
            resolved, _ = self._resolve(example, child_pointer("", name))
            if "value" in resolved:
                written = True
                yield resolved["value"]
        if written:
            return
        schema, _ = self._resolve(_find_schema(node), "")
        if "example" in schema:
            yield schema["example"]
        elif isinstance(schema.get("examples"), list):
            yield from schema["examples"]

    def _read_response(self, status: str, written: Json, pointer: str) -> ResponseDoc:
        node, place = self._resolve(written, pointer)
        return ResponseDoc(
            status=status if status == "default" else status.upper(),
            media=self._read_media(node.get("content"), child_pointer(place, "content")),
            headers=tuple(
                HeaderDoc(
                    name,
                    bool(header.get("required", False)),
                    _find_schema(header),
                    explode=bool(header.get("explode", False)),
                    json="application/json" in (header.get("content") or {}),
                )
                for name, value in (node.get("headers") or {}).items()
                for header, _ in [self._resolve(value, child_pointer(place, name))]
            ),
            links=tuple(
                self._read_link(name, value, child_pointer(child_pointer(place, "links"), name))
                for name, value in (node.get("links") or {}).items()
            ),
        )

    def _read_link(self, name: str, written: Json, pointer: str) -> LinkDoc:
        node, place = self._resolve(written, pointer)
        body = node.get("requestBody")
        return LinkDoc(
            name=name,
            operation=self._find_linked(node, place),
            parameters=tuple(
                (key.removeprefix("path.").removeprefix("query."), str(value))
                for key, value in (node.get("parameters") or {}).items()
            ),
            body=() if body is None else tuple((p, str(value)) for p, value in walk_leaves(body)),
        )

    def _find_linked(self, node: Node, pointer: str) -> str:
        if "operationId" in node:
            return str(node["operationId"])
        target = pointer_of(str(node.get("operationRef", "")))
        operation = at(self.document, target)
        if not target or not isinstance(operation, Mapping):
            self.mistakes.add(pointer, "the link names no operation of this document")
            return ""
        path, method = tokens(target)[-2:]
        return str(operation.get("operationId") or f"{method.upper()} {path}")

    def verify_links(self, operations: tuple[Operation, ...]) -> None:
        """Adds a mistake for every link to another operation than these."""
        known = {operation.id for operation in operations}
        for operation in operations:
            for response in operation.responses:
                for link in response.links:
                    if link.operation and link.operation not in known:
                        place = child_pointer(
                            child_pointer(operation.pointer, "responses"), response.status
                        )
                        self.mistakes.unknown(place, "operation", link.operation, known)

    def _read_security(self, node: Node, pointer: str) -> tuple[SecurityRequirement, ...]:
        holder = node if "security" in node else self.document
        place = child_pointer(pointer if holder is node else "", "security")
        alternatives = []
        for index, alternative in enumerate(holder.get("security") or ()):
            for name in alternative:
                if name not in self.schemes:
                    self.mistakes.add(
                        child_pointer(place, index),
                        f'unknown security scheme "{name}"',
                        did_you_mean(name, self.schemes),
                    )
            alternatives.append(tuple((n, tuple(scopes)) for n, scopes in alternative.items()))
        return tuple(alternatives)


def _find_schema(node: Node) -> Json:
    """The schema of a parameter, header or media type, also inside `content`."""
    return node["schema"] if "schema" in node else _first_media(node).get("schema")


def _first_media(node: Node) -> Node:
    """The first member of `content`; {} without one."""
    content: Node = node.get("content") or {}
    media = next(iter(content.values()), None)
    return media if isinstance(media, Mapping) else {}


def read_scheme(name: str, node: Node) -> SecurityScheme:
    """A Security Scheme Object as a scheme of this name."""
    flows: Node = node.get("flows") or {}
    scopes = dict.fromkeys(scope for flow in flows.values() for scope in (flow.get("scopes") or {}))
    return SecurityScheme(
        name=name,
        kind=str(node.get("type", "")),
        place=str(node.get("in", "header")),
        parameter=str(node.get("name", "Authorization")),
        http_scheme=str(node.get("scheme", "")).lower(),
        scopes=tuple(scopes),
        token_url=str(flows.get("clientCredentials", {}).get("tokenUrl", "")),
        bearer_format=str(node.get("bearerFormat", "")),
    )
