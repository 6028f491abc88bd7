"""Find the operation of the document that a method and a path name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from apicheck.model.exchange import Pairs
from apicheck.model.operation import Operation
from reference_server.seam import seam


@dataclass(frozen=True, slots=True)
class Match:
    """What a request names.

    operation None: the path is unknown (`allowed` empty), or has no such method.
    parameters: values of the path template, decoded once.
    """

    operation: Operation | None
    parameters: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()


class Routes:
    """The document's paths, those with fewer templates first (OpenAPI 3.1, section 4.8.8.2)."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        ordered = sorted(by_path, key=lambda path: (path.count("{"), path))
        self._routes: dict[int, list[tuple[re.Pattern[str], dict[str, Operation]]]] = {}
        for path in ordered:
            route = _compile_path(path), by_path[path]
            self._routes.setdefault(path.count("/"), []).append(route)

    def match(self, method: str, raw_path: str) -> Match:
        """The operation that a request line names. raw_path: percent-encoded, without query."""
        allowed: set[str] = set()
        # A parameter is one segment: only paths of as many segments can match.
        for pattern, operations in self._routes.get(raw_path.count("/"), ()):
            found = pattern.fullmatch(raw_path)
            if found is None:
                continue
            operation = operations.get(method)
            if operation is None and method == "HEAD":
                operation = operations.get("GET")
            if operation is not None:
                names = re.findall(r"\{([^}]+)\}", operation.path)
                values = map(unquote, found.groups())
                return Match(operation, dict(zip(names, values, strict=True)))
            allowed |= set(operations)
            if "GET" in operations:
                allowed.add("HEAD")
        return Match(None, allowed=tuple(sorted(allowed)))


def _compile_path(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join("([^/]+)" if part.startswith("{") else re.escape(part) for part in parts)
    )


@seam
def match_operation(routes: Routes, method: str, path: str, headers: Pairs) -> Match:
    """The operation that a request means."""
    del headers
    return routes.match(method, path)
