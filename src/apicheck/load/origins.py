"""Lists the effective facts with their origins: policy, clause set, document or default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.load.layers import Merged
from apicheck.load.names import normalize, walk_leaves
from apicheck.model.json import MISSING, at, child_pointer, dotted
from apicheck.model.operation import Spec
from apicheck.model.policy import FactOrigin
from apicheck.model.verdict import Grade

_DEFAULTS = (
    ("/rate_limits", "per", "token"),
    ("/rate_limits", "window", "60s"),
    ("/rate_limits", "over", "refuse"),
    ("/rate_limits/headers/reset", "unit", "epoch-seconds"),
    ("/authorization/scopes", "needs", "all"),
    ("/webhooks/signature", "tolerance", "300s"),
    ("/webhooks/subscriptions", "url", "/url"),
    ("/webhooks/subscriptions", "events", "/events"),
    ("/webhooks/subscriptions", "secret", "/secret"),
    ("/webhooks/subscriptions", "id", "/id"),
)


def find_origins(merged: Merged, spec: Spec, grades: Mapping[str, Grade]) -> tuple[FactOrigin, ...]:
    """The origin of each innermost fact, sorted by path."""
    rows = [
        *_collect_written(merged, grades),
        *_collect_defaults(merged),
        *_collect_documented(spec),
    ]
    return tuple(sorted(rows, key=lambda row: row.path))


def _collect_written(merged: Merged, grades: Mapping[str, Grade]) -> Iterator[FactOrigin]:
    for pointer, value in walk_leaves(merged.value):
        if not pointer:
            continue
        origin = merged.origin(pointer)
        path = normalize(dotted(pointer))
        place = origin.name if origin.kind == "include" else f"{origin.file}:{origin.line}"
        yield FactOrigin(path, value, origin.kind, place, _find_grade(path, grades))


def _find_grade(path: str, grades: Mapping[str, Grade]) -> Grade:
    while path:
        if path in grades:
            return grades[path]
        path = path.rpartition(".")[0]
    return Grade.SOURCE


def _collect_defaults(merged: Merged) -> Iterator[FactOrigin]:
    for pointer, key, value in _DEFAULTS:
        around = at(merged.value, pointer)
        if isinstance(around, Mapping) and key not in around:
            path = "authorization" if key == "needs" else dotted(pointer)
            if at(merged.value, f"/{path.replace('.', '/')}/{key}") is MISSING:
                yield FactOrigin(f"{path}.{key}", value, "default", "default")


def _collect_documented(spec: Spec) -> Iterator[FactOrigin]:
    def row(path: str, value: object, pointer: str) -> FactOrigin:
        return FactOrigin(path, value, "document", f"{spec.file}#{pointer}")

    for name, scheme in spec.schemes.items():
        kind = " ".join(filter(None, (scheme.kind, scheme.http_scheme)))
        where = f"{kind} in {scheme.place} {scheme.parameter}"
        pointer = child_pointer("/components/securitySchemes", name)
        yield row(f"authentication.schemes.{name}", where, pointer)
    for operation in spec.operations:
        if operation.secured:
            schemes = [n for alternative in operation.security for n, _ in alternative]
            pointer = f"{operation.pointer}/security"
            holder = pointer if at(spec.document, pointer) is not MISSING else "/security"
            yield row(f"authentication.secured.{operation.id}", schemes, holder)
            if operation.scopes:
                scopes = list(operation.scopes)
                yield row(f"authorization.required.{operation.id}", scopes, holder)
        if operation.deprecated:
            pointer = f"{operation.pointer}/deprecated"
            yield row(f"versioning.deprecated.{operation.id}", True, pointer)
        if at(spec.document, f"{operation.pointer}/operationId") is MISSING:
            yield row(f"operations.unnamed.{operation.id}", operation.id, operation.pointer)
    urls = [server.get("url") for server in spec.document.get("servers") or ()]
    if urls:
        yield row("transport.servers", urls, "/servers")
