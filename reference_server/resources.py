"""Which objects operations make and name, read off the document's links.

An operation whose successful answer links to others by `$response.body#/id` creates objects:
they are a collection, named after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.model.operation import LinkDoc, Operation, Spec

_EXPRESSION = re.compile(r"\$response\.body#(/.+)")


@dataclass(frozen=True, slots=True)
class Collection:
    """Objects that one operation creates.

    name: the creating operation. root: pointer to the object in its answer; id: pointer to
    the object's id, below the root.
    """

    name: str
    root: str
    id: str


@dataclass(frozen=True, slots=True)
class Use:
    """What an operation does with objects.

    kind: create, read, update, delete, list, other. collection: of the objects it is about.
    names: path parameter -> collection of the object that it names. refers: pointer into the
    request body -> collection of the object that must exist. target: path parameter that names
    the object which is read, updated or deleted.
    """

    kind: str = "other"
    collection: Collection | None = None
    target: str = ""
    names: Mapping[str, Collection] = field(default_factory=dict)
    refers: Mapping[str, Collection] = field(default_factory=dict)


def uses(spec: Spec, list_operations: Mapping[str, str]) -> dict[str, Use]:
    """What each operation does with objects, by operationId.

    list_operations: operation that lists -> operation that creates, where the policy says so.
    """
    collections: dict[str, Collection] = {}
    by_prefix: dict[str, Collection] = {}
    refers: dict[str, dict[str, Collection]] = {}
    operations = {operation.id: operation for operation in spec.operations}
    for source, link in _links(spec):
        target = operations.get(link.operation)
        if target is None or source.safe:
            continue
        for name, expression in link.parameters:
            plain = name.removeprefix("path.")
            found = _EXPRESSION.fullmatch(expression)
            marker = "{" + plain + "}"
            if found is None or marker not in target.path or marker in source.path:
                continue
            collection = collections.setdefault(source.id, _collection(source.id, found[1]))
            by_prefix[target.path.partition(marker)[0] + marker] = collection
        for pointer, expression in link.body:
            found = _EXPRESSION.fullmatch(expression)
            if found is not None:
                collection = collections.setdefault(source.id, _collection(source.id, found[1]))
                slashed = pointer if pointer.startswith("/") else f"/{pointer}"
                refers.setdefault(target.id, {})[slashed] = collection
    by_path = {operations[name].path: found for name, found in collections.items()}
    return {
        operation.id: _use(
            operation,
            collections.get(operation.id),
            collections.get(list_operations.get(operation.id, ""), by_path.get(operation.path)),
            by_prefix,
            refers.get(operation.id, {}),
        )
        for operation in spec.operations
    }


def _links(spec: Spec) -> Iterator[tuple[Operation, LinkDoc]]:
    for operation in spec.operations:
        for response in operation.responses:
            if response.status.startswith("2"):
                for link in response.links:
                    yield operation, link


def _collection(name: str, id_pointer: str) -> Collection:
    root, _, last = id_pointer.rpartition("/")
    return Collection(name, root, f"/{last}")


def _use(
    operation: Operation,
    creates: Collection | None,
    lists: Collection | None,
    by_prefix: Mapping[str, Collection],
    refers: Mapping[str, Collection],
) -> Use:
    names: dict[str, Collection] = {}
    last = ""
    for found in re.finditer(r"\{([^}]+)\}", operation.path):
        collection = by_prefix.get(operation.path[: found.end()])
        if collection is not None:
            names[found[1]] = collection
            last = found[1] if found.end() == len(operation.path) else ""
    if creates is not None:
        return Use("create", creates, "", names, refers)
    if last:
        kind = {"GET": "read", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
        return Use(kind.get(operation.method, "other"), names[last], last, names, refers)
    if operation.method == "GET" and lists is not None:
        return Use("list", lists, "", names, refers)
    return Use("other", None, "", names, refers)
