"""The path below which a target serves a document, where it is not that of the document."""

from __future__ import annotations

from dataclasses import replace

from apicheck.model.json import Json
from apicheck.model.operation import Spec


def with_base_path(spec: Spec, base_path: Json) -> Spec:
    """The document with its paths below another one; unchanged for what is no path.

    Operations with a server of their own, and thus another path, keep it.
    """
    if not isinstance(base_path, str):
        return spec
    prefix = base_path.rstrip("/")
    if prefix == spec.prefix or (prefix and not prefix.startswith("/")):
        return spec
    operations = tuple(
        replace(operation, path=prefix + operation.path.removeprefix(spec.prefix))
        if operation.path.startswith(f"{spec.prefix}/")
        else operation
        for operation in spec.operations
    )
    return replace(spec, operations=operations, prefix=prefix)
