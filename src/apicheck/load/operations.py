"""Reads the operations of an OpenAPI document whose references have been verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.load.names import walk_leaves
from apicheck.model.json import MISSING, Json, at, child_pointer, tokens
from apicheck.model.operation import (
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

Node = Mapping[str, Json]


def prefix_of(servers: Json) -> str:
    """The path of the first server, with the defaults of its variables; "" when it has none."""
    if not isinstance(servers, list) or not servers:
        return ""
    url = str(servers[0].get("url", ""))
    for name, variable in servers[0].get("variables", {}).items():
        url = url.replace("{" + name + "}", str(variable.get("default", "")))
    path = urlsplit(url).path.rstrip("/")
    return path if path.startswith("/") or not path else "/" + path


@dataclass(slots=True)
class Reader:
    """Reads a document's operations and security schemes, and collects their mistakes."""

    document: Node
    mistakes: Mistakes
    schemes: dict[str, SecurityScheme] = field(default_factory=dict)

    def __post_init__(self) -> None:
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
        body, body_at = self._resolve(
            node.get("requestBody"), child_pointer(pointer, "requestBody")
        )
        return Operation(
            id=str(node.get("operationId") or f"{method.upper()} {path}"),
            method=method.upper(),
            path=prefix_of(servers) + path,
            pointer=pointer,
            tags=tuple(node.get("tags", ())),
            deprecated=bool(node.get("deprecated", False)),
            parameters=self._read_parameters(item, place, node, pointer),
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
        )

    def _read_parameters(
        self, item: Node, place: str, node: Node, pointer: str
    ) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for holder, at_pointer in ((item, place), (node, pointer)):
            for index, written in enumerate(holder.get("parameters") or ()):
                where = child_pointer(child_pointer(at_pointer, "parameters"), index)
                parameter, _ = self._resolve(written, where)
                name, kind = str(parameter.get("name")), str(parameter.get("in"))
                found[name, kind] = Parameter(
                    name=name,
                    place=kind,
                    required=bool(parameter.get("required", False)),
                    schema=_find_schema(parameter),
                    example=next(iter(self._find_examples(parameter)), MISSING),
                )
        return tuple(found.values())

    def _read_media(self, content: Json, pointer: str) -> tuple[Media, ...]:
        return tuple(
            Media(
                media_type,
                media.get("schema"),
                tuple(self._find_examples(media)),
                self._find_files(media) if media_type.startswith("multipart/") else {},
            )
            for media_type, written in (content or {}).items()
            for media, _ in [self._resolve(written, child_pointer(pointer, media_type))]
        )

    def _find_files(self, media: Node) -> dict[str, str]:
        """Members of a multipart body that are files: bytes by schema, or by `encoding`."""
        schema, _ = self._resolve(media.get("schema"), "")
        found = {
            name: str(inner.get("contentMediaType", "application/octet-stream"))
            for name, written in (schema.get("properties") or {}).items()
            for inner, _ in [self._resolve(written, "")]
            if inner.get("format") == "binary" or "contentMediaType" in inner
        }
        for name, encoding in (media.get("encoding") or {}).items():
            if kind := encoding.get("contentType"):
                found[name] = str(kind).partition(",")[0].strip()
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
    if "schema" in node:
        return node["schema"]
    for media in (node.get("content") or {}).values():
        return media.get("schema") if isinstance(media, Mapping) else None
    return None


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
