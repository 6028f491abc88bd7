"""Reads an OpenAPI 3.0 or 3.1 document into a Spec."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from apicheck.load import references, validity
from apicheck.load.mistakes import Mistakes, collect_mistakes
from apicheck.load.operations import Node, Reader
from apicheck.load.servers import prefix_of
from apicheck.load.source import Source, parse, read_source
from apicheck.model.errors import SpecError
from apicheck.model.operation import Spec

_SUPPORTED = ("3.0", "3.1")


def load_spec(path: Path) -> Spec:
    """The OpenAPI document of a file, YAML or JSON. Raises SpecError with every mistake."""
    return _build_spec(read_source(path, SpecError), strict=True)


def read_spec(document: Node, *, file: str = "") -> Spec:
    """A Spec from a document in memory, which may lack what OpenAPI requires (info, responses).

    Raises SpecError for a reference to what the document does not have.
    """
    return _build_spec(Source(file or "document", document), strict=False)


def parse_spec(text: str, file: str) -> Spec:
    """As `load_spec`, from text. Raises SpecError."""
    return _build_spec(parse(text, file, SpecError), strict=True)


def _build_spec(source: Source, *, strict: bool) -> Spec:
    mistakes = collect_mistakes(source)
    document: Node = source.value
    _verify_version(document, mistakes, strict=strict)
    mistakes.raise_found(SpecError, source.file)
    references.verify(document, mistakes)
    mistakes.raise_found(SpecError, source.file)
    if strict:
        validity.verify(source, mistakes)
        mistakes.raise_found(SpecError, source.file)
    reader = Reader(document, mistakes)
    operations = tuple(reader.read_operations())
    reader.verify_links(operations)
    mistakes.raise_found(SpecError, source.file)
    info: Node = document.get("info", {})
    return Spec(
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        openapi=str(document.get("openapi", "3.1.0")),
        operations=operations,
        schemes=reader.schemes,
        document=document,
        prefix=prefix_of(document.get("servers")),
        file=source.file,
        digest=source.digest,
        lines=source.lines,
    )


def _verify_version(document: Node, mistakes: Mistakes, *, strict: bool) -> None:
    if "swagger" in document:
        mistakes.add(
            "/swagger",
            "Swagger 2.0 is not supported: it has no links, no named examples and no 3.x security",
            "convert it to OpenAPI 3, for instance with swagger2openapi",
        )
    elif "openapi" not in document:
        if strict:
            mistakes.add(
                "", 'is not an OpenAPI document: "openapi" is missing', 'add openapi: "3.1.0"'
            )
    elif str(document["openapi"])[:3] not in _SUPPORTED:
        message = f"OpenAPI {document['openapi']} is not supported"
        mistakes.add("/openapi", message, "known: 3.0 and 3.1")
    elif strict and not {"paths", "components", "webhooks"} & set(document):
        mistakes.add("", "has no paths, and so no operation to test")
    if strict and not isinstance(document.get("paths", {}), Mapping):
        mistakes.add("/paths", "expected a mapping of paths to operations")
