"""Write a value as an XML document, as the XML Objects of its schema say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from apicheck.model.json import Json, members_of
from apicheck.requests.flattening import flatten_schema
from apicheck.requests.parameters import write_text


def write_xml(document: Json, schema: Json, value: Json) -> bytes | None:
    """Write a value as an XML document; None where the document does not name its root."""
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    component = reference.rpartition("/")[2] if isinstance(reference, str) else ""
    root = _xml_of(document, schema).get("name") or component
    if not root:
        return None
    elements = "".join(_write(document, schema, str(root), value))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{elements}'.encode()


def _xml_of(document: Json, schema: Json) -> Mapping[str, Json]:
    return members_of(flatten_schema(document, schema).get("xml"))


def _write(document: Json, schema: Json, name: str, value: Json) -> Iterator[str]:
    """Write the elements of a member: several for a list that is not wrapped."""
    whole, xml = flatten_schema(document, schema), _xml_of(document, schema)
    if value is None:
        return
    if not isinstance(value, list):
        yield _write_element(document, whole, str(xml.get("name") or name), value)
        return
    inner = whole.get("items", {})
    outer = str(xml.get("name") or name)
    wrapped = bool(xml.get("wrapped"))
    items = "".join(
        text for item in value for text in _write(document, inner, outer if wrapped else name, item)
    )
    if wrapped:
        tag = _qualify(xml, outer)
        yield f"<{tag}{_declare(xml)}>{items}</{tag}>"
    else:
        yield items


def _write_element(document: Json, whole: Mapping[str, Json], name: str, value: Json) -> str:
    xml = _xml_of(document, whole)
    tag, attributes, content = _qualify(xml, name), _declare(xml), ""
    if not isinstance(value, Mapping):
        return f"<{tag}{attributes}>{escape(write_text(value))}</{tag}>"
    properties: Mapping[str, Json] = whole.get("properties") or {}
    for key, inner in value.items():
        schema = properties.get(key, {})
        described = _xml_of(document, schema)
        if described.get("attribute") and inner is not None:
            label = _qualify(described, str(described.get("name") or key))
            attributes += f"{_declare(described)} {label}={quoteattr(write_text(inner))}"
        else:
            content += "".join(_write(document, schema, key, inner))
    return f"<{tag}{attributes}>{content}</{tag}>"


def _qualify(xml: Mapping[str, Json], name: str) -> str:
    return f"{xml['prefix']}:{name}" if xml.get("prefix") else name


def _declare(xml: Mapping[str, Json]) -> str:
    """The declaration of a namespace, with a space before it."""
    if not xml.get("namespace"):
        return ""
    name = f"xmlns:{xml['prefix']}" if xml.get("prefix") else "xmlns"
    return f" {name}={quoteattr(str(xml['namespace']))}"
