"""What is promised of the OpenAPI document itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """`document`.

    servers: URLs with which those of its operations begin. contact: member of `info.contact` ->
    its value; {}: any contact; None: not promised. documentation: URL, or its host alone, of
    `externalDocs`; "" where not said. resources: parts of paths (`/users`), each of some operation.
    examples: whether bodies have examples, which are valid.
    """

    servers: tuple[str, ...] = ()
    contact: Mapping[str, str] | None = None
    documentation: str = ""
    resources: tuple[str, ...] = ()
    examples: bool = False
