"""Reads the operations of an OpenAPI document whose references have been resolved.

What is wrong and matters to no check is a remark. An operation that cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from apicheck.load.mistakes import Mistakes, did_you_mean
from apicheck.load.names import walk_leaves
from apicheck.load.parts import Parts
from apicheck.load.path_keys import TEMPLATE, mark_twins, place_in_query, split_key
from apicheck.load.reading import Node
from apicheck.load.references import Problem
from apicheck.load.servers import choose_server, find_home, prefix_of
from apicheck.model.json import MISSING, Json, at, child_pointer, members_of, tokens
from apicheck.model.operation import (
    LeftOut,
    LinkDoc,
    Operation,
    Parameter,
    ResponseDoc,
    SecurityRequirement,
    SecurityScheme,
)
from apicheck.model.references import pointer_of, reference_in

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SINCE_3_2 = ("query",)
_NOT_BUILT = "is not built as OpenAPI says"
_MISBUILT = (AttributeError, KeyError, TypeError, ValueError)
"""What a value of another type than OpenAPI has there raises, where no schema was held to it."""

Part = tuple[Node, str]
"""A Path Item Object, or what it refers to, and its pointer."""


@dataclass(slots=True)
class Reader:
    """Reads a document's operations and security schemes.

    broken: pointer of what cannot be used -> the reason; see `unit_of`.
    """

    document: Node
    remarks: Mistakes
    broken: Mapping[str, Problem] = field(default_factory=dict)
    schemes: dict[str, SecurityScheme] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    parts: Parts = field(init=False)
    _home: frozenset[str] = field(init=False)
    _first: dict[str, str] = field(default_factory=dict)
    """Id -> pointer of the first operation that has it."""

    def __post_init__(self) -> None:
        self.parts = Parts(self.document, self.broken)
        self._home = find_home(self.document)
        declared, _ = self.parts.resolve(at(self.document, "/components/securitySchemes"), "")
        for name in declared:
            node, _ = self.parts.resolve(declared[name], "")
            self.schemes[name] = read_scheme(name, node)

    def read_operations(self) -> Iterator[Operation]:
        """Each operation that can be read, in the document's order."""
        return mark_twins(self._read_operations())

    def _read_operations(self) -> Iterator[Operation]:
        templates: dict[str, str] = {}
        paths: Node = self.document.get("paths") or {}
        for path, written in paths.items():
            if path.startswith("x-"):
                continue
            pointer = child_pointer("/paths", path)
            other = templates.setdefault(TEMPLATE.sub("{}", path), path)
            if other != path:
                self.remarks.add(pointer, f"is the same path as {other}: only the names differ")
            parts = self._list_parts(written, pointer)
            if not parts or reference_in(parts[-1][0]) is not None:
                problem = Problem("a path item is due that has operations", pointer)
                self._leave_out(path, "", {"operationId": path}, self.broken.get(pointer, problem))
            for method, node, place in self._list_methods(parts):
                try:
                    yield self._read_whole(path, method, node, place, parts)
                except _Broken as broken:
                    self._leave_out(path, method, node, broken.problem)

    def _list_parts(self, item: Json, pointer: str) -> list[Part]:
        """A path item and what it refers to; what it has itself goes first."""
        parts: list[Part] = []
        while isinstance(item, Mapping) and pointer not in [place for _, place in parts]:
            parts.append((item, pointer))
            reference = reference_in(item)
            if reference is None:
                break
            pointer = pointer_of(reference)
            item = at(self.document, pointer)
        return parts

    def _list_methods(self, parts: list[Part]) -> Iterator[tuple[str, Json, str]]:
        """Method, Operation Object and its pointer, of each method of a path item."""
        newer = _SINCE_3_2 if str(self.document.get("openapi", "")) >= "3.2" else ()
        found: dict[str, tuple[Json, str]] = {}
        for item, place in parts:
            for method in (*_METHODS, *newer):
                if method in item:
                    found.setdefault(method.upper(), (item[method], child_pointer(place, method)))
            if newer and isinstance(more := item.get("additionalOperations"), Mapping):
                for method, node in more.items():
                    pointer = child_pointer(f"{place}/additionalOperations", method)
                    found.setdefault(method, (node, pointer))
        yield from ((method, node, pointer) for method, (node, pointer) in found.items())

    def _read_whole(
        self, path: str, method: str, node: Json, pointer: str, parts: list[Part]
    ) -> Operation:
        """Read an operation. Raises _Broken for one that cannot be read."""
        units = (pointer, *(place for _, place in parts))
        problem = next((self.broken[unit] for unit in units if unit in self.broken), None)
        if problem is None and not isinstance(node, Mapping):
            problem = Problem("an object is due that describes the operation", pointer)
        if problem is not None:
            raise _Broken(problem)
        try:
            operation = self._read_operation(path, method, node, pointer, parts)
        except _MISBUILT:
            raise _Broken(Problem(_NOT_BUILT, pointer)) from None
        first = self._first.setdefault(operation.id, pointer)
        if first == pointer:
            return operation
        own = replace(operation, id=f"{method} {path}")
        self.remarks.add(
            child_pointer(pointer, "operationId"),
            f'operationId "{operation.id}" is used twice: also on line'
            f" {self.remarks.place(first)[1]}; this one is called {own.id}",
            "give each its own",
        )
        return own

    def _leave_out(self, path: str, method: str, node: Json, problem: Problem) -> None:
        named = node.get("operationId") if isinstance(node, Mapping) else None
        name = named if isinstance(named, str) else f"{method} {path}"
        file, line = self.remarks.place(problem.pointer)
        prefix = prefix_of(self.document.get("servers"))
        written = self.remarks.moves.find_written(problem.pointer)
        self.left_out.append(
            LeftOut(name, method, prefix + path, problem.reason, file, line, written)
        )

    def _read_operation(
        self, path: str, method: str, node: Node, pointer: str, parts: list[Part]
    ) -> Operation:
        holders = [node, *(item for item, _ in parts), self.document]
        servers = next((one["servers"] for one in holders if one.get("servers")), None)
        server, host = choose_server(servers, self._home)
        template, query, suffix = split_key(path)
        declared = self._read_parameters(template, [*reversed(parts), (node, pointer)])
        query, parameters = place_in_query(query, declared)
        body, body_at = self.parts.resolve(
            node.get("requestBody"), child_pointer(pointer, "requestBody")
        )
        tags = node.get("tags")
        return Operation(
            id=str(node.get("operationId") or f"{method} {path}"),
            method=method,
            path=server.path + template,
            pointer=pointer,
            tags=tuple(dict.fromkeys(map(str, tags))) if isinstance(tags, list) else (),
            deprecated=node.get("deprecated") is True,
            parameters=parameters,
            body=self.parts.read_media(body.get("content"), child_pointer(body_at, "content")),
            body_required=body.get("required") is True,
            responses=self._read_responses(
                node.get("responses") or {}, child_pointer(pointer, "responses")
            ),
            security=self._read_security(node, pointer),
            query=query,
            suffix=suffix,
            host=host,
            summary=str(node.get("summary") or ""),
            prefix=server.path,
        )

    def _read_parameters(self, path: str, holders: list[Part]) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for holder, place in holders:
            for index, written in enumerate(holder.get("parameters") or ()):
                where = child_pointer(child_pointer(place, "parameters"), index)
                parameter, _ = self.parts.resolve(written, where)
                if not {"name", "in"} <= set(parameter):
                    raise _Broken(Problem("a parameter has no name, or no place", where))
                read = self.parts.read_parameter(parameter)
                found[read.name, read.place] = read
        for name in TEMPLATE.findall(path):
            if (name, "path") not in found:
                message = f"no parameter describes {{{name}}} of the path: any text is taken"
                self.remarks.add(holders[-1][1], message, "describe it, with in: path")
                found[name, "path"] = Parameter(name, "path", True, {"type": "string"}, MISSING)
        return tuple(found.values())

    def _read_responses(self, written: Json, pointer: str) -> tuple[ResponseDoc, ...]:
        """The responses of an operation; of those that cannot be read, the statuses alone."""
        node, place = self.parts.resolve(written, pointer)
        if pointer in self.broken or (written and (not node or reference_in(node) is not None)):
            return (ResponseDoc("default"),)
        found = []
        for key, value in node.items():
            where = child_pointer(place, key)
            status = str(key) if key == "default" else str(key).upper()
            if str(key).startswith("x-"):
                continue
            try:
                found.append(self._read_response(status, value, where))
            except _MISBUILT:
                self.remarks.add(where, _NOT_BUILT)
                found.append(ResponseDoc(status))
        return tuple(found)

    def _read_response(self, status: str, written: Json, pointer: str) -> ResponseDoc:
        if pointer in self.broken:
            return ResponseDoc(status)
        node, place = self.parts.resolve(written, pointer)
        return ResponseDoc(
            status=status,
            media=self.parts.read_media(node.get("content"), child_pointer(place, "content")),
            headers=self.parts.read_headers(node.get("headers"), child_pointer(place, "headers")),
            links=tuple(
                self._read_link(name, value, child_pointer(child_pointer(place, "links"), name))
                for name, value in (node.get("links") or {}).items()
            ),
        )

    def _read_link(self, name: str, written: Json, pointer: str) -> LinkDoc:
        node, place = self.parts.resolve(written, pointer)
        body = node.get("requestBody")
        parameters = node.get("parameters")
        return LinkDoc(
            name=name,
            operation=self._find_linked(node, place),
            parameters=tuple(
                (key.removeprefix("path.").removeprefix("query."), str(value))
                for key, value in members_of(parameters).items()
            ),
            body=() if body is None else tuple((p, str(value)) for p, value in walk_leaves(body)),
        )

    def _find_linked(self, node: Node, pointer: str) -> str:
        """The id of the operation that a link leads to; "" for one that is not in the document."""
        if "operationId" in node:
            return str(node["operationId"])
        reference = str(node.get("operationRef", ""))
        target = pointer_of(reference)
        operation = at(self.document, target) if reference.startswith("#/paths/") else MISSING
        if not isinstance(operation, Mapping):
            message = f'the link leads to no operation of this document: "{reference}"'
            self.remarks.add(pointer, message)
            return ""
        path, method = tokens(target)[-2:]
        return str(operation.get("operationId") or f"{method.upper()} {path}")

    def drop_dead_links(self, operations: Iterable[Operation]) -> Iterator[Operation]:
        """The operations without links to others than these."""
        known = {operation.id: operation for operation in operations}
        silent = {"", *(one.id for one in self.left_out)}
        for operation in known.values():
            for response in operation.responses:
                for link in response.links:
                    if link.operation not in known and link.operation not in silent:
                        place = child_pointer(f"{operation.pointer}/responses", response.status)
                        self.remarks.unknown(place, "operation", link.operation, known)
            yield _without_links(operation, known) if _has_links(operation) else operation

    def _read_security(self, node: Node, pointer: str) -> tuple[SecurityRequirement, ...]:
        holder = node if "security" in node else self.document
        place = child_pointer(pointer if holder is node else "", "security")
        alternatives = []
        for index, alternative in enumerate(holder.get("security") or ()):
            named = {self._name_scheme(name): scopes for name, scopes in alternative.items()}
            for name in named:
                if name not in self.schemes:
                    self.remarks.add(
                        child_pointer(place, index),
                        f'unknown security scheme "{name}": no credential is known for it',
                        did_you_mean(name, self.schemes),
                    )
            alternatives.append(
                tuple((n, tuple(map(str, scopes or ()))) for n, scopes in named.items())
            )
        return tuple(alternatives)

    def _name_scheme(self, name: str) -> str:
        """The name of a security scheme, which OpenAPI 3.2 lets a reference say."""
        _, found, last = name.rpartition("#/components/securitySchemes/")
        return last if found and name not in self.schemes else name


class _Broken(Exception):
    """An operation that cannot be read. Never leaves this module."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def _has_links(operation: Operation) -> bool:
    return any(response.links for response in operation.responses)


def _without_links(operation: Operation, known: Mapping[str, Operation]) -> Operation:
    """An operation without links to others than the known ones."""
    responses = tuple(
        replace(response, links=tuple(one for one in response.links if one.operation in known))
        for response in operation.responses
    )
    return replace(operation, responses=responses)


def read_scheme(name: str, node: Node) -> SecurityScheme:
    """A Security Scheme Object as a scheme of this name."""
    written = node.get("flows")
    flows = {kind: flow for kind, flow in members_of(written).items() if isinstance(flow, Mapping)}
    named = (flow.get("scopes") for flow in flows.values())
    scopes = dict.fromkeys(
        str(scope) for one in named for scope in (one if isinstance(one, Mapping) else ())
    )
    return SecurityScheme(
        name=name,
        kind=str(node.get("type", "")),
        place=str(node.get("in", "header")),
        parameter=str(node.get("name", "Authorization")),
        http_scheme=str(node.get("scheme", "")).lower(),
        scopes=tuple(scopes),
        token_url=str(flows.get("clientCredentials", {}).get("tokenUrl", "")),
        authorization_url=str(flows.get("authorizationCode", {}).get("authorizationUrl", "")),
        bearer_format=str(node.get("bearerFormat", "")),
    )
