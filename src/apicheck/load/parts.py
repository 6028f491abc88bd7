"""Reads the parts of an operation that are written alike everywhere: parameters, media, headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.load.reading import Node
from apicheck.load.references import Problem
from apicheck.model.json import MISSING, Json, child_pointer, members_of
from apicheck.model.operation import Encoding, HeaderDoc, Media, Parameter
from apicheck.model.references import locate, reference_in

_OF_VALUES = ("application/json", "text/plain")
"""Media types in which a part of a form is a plain value, and no file."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Reads parts of a document, and follows their references.

    broken: pointer of what cannot be used -> the reason. A media type or a header there describes
    nothing; of one with a reference that leads to nothing, the rest of the schema does.
    """

    document: Node
    broken: Mapping[str, Problem] = field(default_factory=dict)

    def resolve(self, node: Json, pointer: str) -> tuple[Node, str]:
        """The mapping at the end of a node's references, and its place."""
        node, pointer = locate(self.document, node, pointer)
        return (node if isinstance(node, Mapping) else {}), pointer

    def read_parameter(self, node: Node) -> Parameter:
        """A Parameter Object, or a Header Object with a name."""
        return Parameter(
            name=str(node.get("name")),
            place=str(node.get("in")),
            required=node.get("required") is True,
            schema=find_schema(node),
            example=next(self._find_examples(_first_media(node) or node), MISSING),
            style=str(node.get("style", "")),
            explode=node.get("explode"),
            media_type=next(iter(node.get("content") or ()), ""),
            allow_reserved=bool(node.get("allowReserved", False)),
            allow_empty=bool(node.get("allowEmptyValue", False)),
        )

    def read_media(self, content: Json, pointer: str) -> tuple[Media, ...]:
        """The media types of `content`, which is at a pointer."""
        return tuple(
            self._read_media_type(media_type, written, child_pointer(pointer, media_type))
            for media_type, written in (content or {}).items()
        )

    def _read_media_type(self, media_type: str, written: Json, pointer: str) -> Media:
        media = self._resolve_part(written, pointer)
        if media is None:
            return Media(media_type, None)
        return Media(
            media_type,
            media.get("schema"),
            tuple(self._find_examples(media)),
            self._find_files(media) if media_type.startswith("multipart/") else {},
            self._read_encoding(media, pointer),
        )

    def _read_encoding(self, media: Node, pointer: str) -> dict[str, Encoding]:
        written = media.get("encoding")
        return {
            name: Encoding(
                media_type=str(node.get("contentType", "")).partition(",")[0].strip(),
                style=str(node.get("style", "")),
                explode=node.get("explode"),
                allow_reserved=bool(node.get("allowReserved", False)),
                headers=tuple(
                    self.read_parameter({"in": "header", **header, "name": key})
                    for key, value in (node.get("headers") or {}).items()
                    for header, _ in [self.resolve(value, child_pointer(pointer, key))]
                ),
            )
            for name, node in (written.items() if isinstance(written, Mapping) else ())
            if isinstance(node, Mapping)
        }

    def _find_files(self, media: Node) -> dict[str, str]:
        """Members of a multipart body that are files, or lists of them, with their media types.

        Their schema says so, or `encoding` names a media type that is not one of plain values.
        """
        schema, _ = self.resolve(media.get("schema"), "")
        found: dict[str, str] = {}
        for name, written in (schema.get("properties") or {}).items():
            inner, _ = self.resolve(written, "")
            one, _ = self.resolve(inner.get("items"), "") if "items" in inner else (inner, "")
            if one.get("format") == "binary" or "contentMediaType" in one:
                found[name] = str(one.get("contentMediaType", "application/octet-stream"))
        encodings = media.get("encoding")
        for name, encoding in encodings.items() if isinstance(encodings, Mapping) else ():
            kind = str(encoding.get("contentType", "")).partition(",")[0].strip()
            if kind and (name in found or kind.partition(";")[0] not in _OF_VALUES):
                found[name] = kind
        return found

    def read_headers(self, headers: Json, pointer: str) -> tuple[HeaderDoc, ...]:
        """The header fields of a response, which are at a pointer."""
        return tuple(
            HeaderDoc(
                name,
                header.get("required") is True,
                find_schema(header),
                explode=header.get("explode") is True,
                json="application/json" in (header.get("content") or {}),
            )
            for name, value in (headers or {}).items()
            if (header := self._resolve_part(value, child_pointer(pointer, name))) is not None
        )

    def _resolve_part(self, written: Json, pointer: str) -> Node | None:
        """A media type or a header; None for one that cannot be used at all."""
        node, _ = self.resolve(written, pointer)
        problem = self.broken.get(pointer)
        if problem is None:
            return node
        lost = not node or reference_in(node) is not None
        return None if lost or not problem.is_reference else node

    def _find_examples(self, node: Node) -> Iterator[Json]:
        """Values of `example`, of `examples`, else of the schema's own examples."""
        written = False
        if "example" in node:
            written = True
            yield node["example"]
        named = node.get("examples")
        for example in named.values() if isinstance(named, Mapping) else ():
            resolved, _ = self.resolve(example, "")
            for key in ("value", "dataValue"):
                if key in resolved:
                    written = True
                    yield resolved[key]
                    break
        if written:
            return
        schema, _ = self.resolve(find_schema(node), "")
        if "example" in schema:
            yield schema["example"]
        elif isinstance(schema.get("examples"), list):
            yield from schema["examples"]


def find_schema(node: Node) -> Json:
    """The schema of a parameter, header or media type, also inside `content`."""
    return node["schema"] if "schema" in node else _first_media(node).get("schema")


def _first_media(node: Node) -> Node:
    """The first member of `content`; {} without one."""
    content: Node = node.get("content") or {}
    return members_of(next(iter(content.values()), None))
