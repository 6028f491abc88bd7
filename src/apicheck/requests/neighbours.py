"""The operations of a document by where they are and what they link to, looked up once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from apicheck.model.operation import LinkDoc, Operation, Spec
from apicheck.requests.nouns import singulars

_PARAMETER = re.compile(r"\{[^}]*\}")


def template_of(path: str) -> str:
    """A path with its parameters without names, and without a final slash."""
    return _PARAMETER.sub("{}", path).rstrip("/")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What makes, lists or links to the objects that a request names."""

    links: Mapping[str, tuple[tuple[Operation, LinkDoc], ...]]
    """operationId -> the links of successful responses that lead to it, with their operation."""
    places: Mapping[str, Mapping[str, Operation]]
    """Template of a path -> method -> operation."""
    collections: Mapping[str, tuple[str, ...]]
    """What one thing is called -> templates of the paths that may be its collection."""

    def at(self, path: str) -> Mapping[str, Operation]:
        """The operations of a path, by method."""
        return self.places.get(template_of(path), {})


@lru_cache(maxsize=2)
def find_neighbours(spec: Spec) -> Neighbours:
    """Find the neighbours of every operation of a document."""
    links: dict[str, list[tuple[Operation, LinkDoc]]] = {}
    places: dict[str, dict[str, Operation]] = {}
    collections: dict[str, dict[str, None]] = {}
    for operation in spec.operations:
        template = template_of(operation.path)
        places.setdefault(template, {}).setdefault(operation.method, operation)
        last = template.rpartition("/")[2]
        if operation.method in ("GET", "POST") and last and last != "{}":
            for name in singulars(last):
                collections.setdefault(name, {})[template] = None
        for response in operation.responses:
            if response.status.startswith("2"):
                for link in response.links:
                    if link.operation != operation.id:
                        links.setdefault(link.operation, []).append((operation, link))
    return Neighbours(
        links={name: tuple(found) for name, found in links.items()},
        places=places,
        collections={name: tuple(found) for name, found in collections.items()},
    )
