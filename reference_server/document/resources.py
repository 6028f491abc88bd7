"""Which objects operations make and name, read off the document's links.

An operation whose successful response links to others by `$response.body#/id` creates objects:
they are a collection, named after it. A link by `$response.body#/data/0/id` says that the response
is a list: of an unsafe operation, that it creates several of objects which another creates one
by one; of a safe one, that the objects it lists exist, and are there from the start where no
operation creates them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.model.operation import LinkDoc, Operation, Spec

_EXPRESSION = re.compile(r"\$response\.body#(/.+)")
_IN_LIST = re.compile(r".*/0/[^/]+")


@dataclass(frozen=True, slots=True)
class Collection:
    """Objects that one operation creates.

    name: the creating operation. root: pointer to the object in its response; id: pointer to
    the object's id, below the root. given: no operation creates them; this one lists them.
    """

    name: str
    root: str
    id: str
    given: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What an operation does with objects.

    kind: create, import (several), read, update, delete, act (on an object: the last segment of
    the path says what), list, other. collection: of the objects it is about.
    names: path parameter -> collection of the object that it names. refers: pointer into the
    request body -> collection of the object that must exist. target: path parameter that names
    the object which is read, updated, deleted or acted on.
    """

    kind: str = "other"
    collection: Collection | None = None
    target: str = ""
    names: Mapping[str, Collection] = field(default_factory=dict)
    refers: Mapping[str, Collection] = field(default_factory=dict)


def find_uses(spec: Spec, list_operations: Mapping[str, str]) -> dict[str, Use]:
    """What each operation does with objects, by operationId.

    list_operations: operation that lists -> operation that creates, where the policy says so.
    """
    collections: dict[str, Collection] = {}
    by_prefix: dict[str, Collection] = {}
    imports: dict[str, Collection] = {}
    refers: dict[str, dict[str, Collection]] = {}
    operations = {operation.id: operation for operation in spec.operations}
    for source, target, link in _sort_links(spec, operations):
        for name, expression in link.parameters:
            found = _EXPRESSION.fullmatch(expression)
            marker = "{" + name.removeprefix("path.") + "}"
            if found is None or marker not in target.path or marker in source.path:
                continue
            prefix = target.path.partition(marker)[0] + marker
            if not _IN_LIST.fullmatch(found[1]):
                if source.safe:
                    continue
                by_prefix[prefix] = collections.setdefault(
                    source.id, _make_collection(source, found[1])
                )
            elif prefix not in by_prefix:
                by_prefix[prefix] = collections.setdefault(
                    source.id, _make_collection(source, found[1])
                )
            elif not source.safe:
                imports[source.id] = by_prefix[prefix]
        for pointer, expression in link.body:
            found = _EXPRESSION.fullmatch(expression)
            if found is not None and (not source.safe or _IN_LIST.fullmatch(found[1])):
                collection = collections.setdefault(source.id, _make_collection(source, found[1]))
                slashed = pointer if pointer.startswith("/") else f"/{pointer}"
                refers.setdefault(target.id, {})[slashed] = collection
    by_path = {operations[name].path: found for name, found in collections.items()}
    return {
        operation.id: _find_use(
            operation,
            collections.get(operation.id),
            collections.get(list_operations.get(operation.id, ""), by_path.get(operation.path)),
            by_prefix,
            refers.get(operation.id, {}),
        )
        if operation.id not in imports
        else Use("import", imports[operation.id])
        for operation in spec.operations
    }


def _sort_links(
    spec: Spec, operations: Mapping[str, Operation]
) -> Iterator[tuple[Operation, Operation, LinkDoc]]:
    """Every link with both its ends; those that make a collection before those that list one."""
    found = [
        (source, operations[link.operation], link)
        for source, link in _iterate_links(spec)
        if link.operation in operations
    ]
    yield from sorted(found, key=lambda item: (item[0].safe, _links_a_list(item[2])))


def _links_a_list(link: LinkDoc) -> bool:
    values = [expression for _, expression in (*link.parameters, *link.body)]
    return any(_IN_LIST.fullmatch(value.partition("#")[2]) for value in values)


def _iterate_links(spec: Spec) -> Iterator[tuple[Operation, LinkDoc]]:
    for operation in spec.operations:
        for response in operation.responses:
            if response.status.startswith("2"):
                for link in response.links:
                    yield operation, link


def _make_collection(source: Operation, id_pointer: str) -> Collection:
    root, _, last = id_pointer.rpartition("/")
    return Collection(source.id, root, f"/{last}", given=source.safe)


def _find_use(
    operation: Operation,
    creates: Collection | None,
    lists: Collection | None,
    by_prefix: Mapping[str, Collection],
    refers: Mapping[str, Collection],
) -> Use:
    names: dict[str, Collection] = {}
    last = acted_on = ""
    for found in re.finditer(r"\{([^}]+)\}", operation.path):
        collection = by_prefix.get(operation.path[: found.end()])
        if collection is not None:
            names[found[1]] = collection
            rest = operation.path[found.end() :]
            last = found[1] if not rest else ""
            acted_on = found[1] if rest.count("/") == 1 and "{" not in rest else ""
    if creates is not None and not creates.given:
        return Use("create", creates, "", names, refers)
    if last:
        kind = {"GET": "read", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
        return Use(kind.get(operation.method, "other"), names[last], last, names, refers)
    if operation.method == "GET" and lists is not None:
        return Use("list", lists, "", names, refers)
    if acted_on and operation.method == "POST":
        return Use("act", names[acted_on], acted_on, names, refers)
    return Use("other", None, "", names, refers)
