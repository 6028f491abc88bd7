"""Documents that no longer promise what an earlier one promised; the server behaves as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from apicheck.model.json import Json
from reference_server.document.profile import Profile
from reference_server.document.published import Document, publish_document
from reference_server.faults.fault import fault

Publish = Callable[[Profile], Document]

_HISTORY = ("versioning.history",)


def _list_kept(profile: Profile, document: Document) -> Iterator[tuple[dict[str, Json], str]]:
    """The operations that the earlier documents describe too: path item and method."""
    known = {(one.path, one.method) for spec in profile.policy.earlier for one in spec.operations}
    for path, item in document["paths"].items():
        for method in item:
            if (path, method.upper()) in known:
                yield item, method


def _list_schemas(profile: Profile, document: Document) -> Iterator[dict[str, Json]]:
    """The component schemas of objects that the earlier documents describe too."""
    known = {
        name
        for spec in profile.policy.earlier
        for name in spec.document.get("components", {}).get("schemas", {})
    }
    for name, schema in document["components"]["schemas"].items():
        if name in known and "properties" in schema:
            yield schema


@fault("versioning/document-without-an-operation", publish_document, needs=_HISTORY)
def document_without_an_operation(honest: Publish, profile: Profile) -> Document:
    """The document no longer describes an operation that an earlier one describes."""
    document = honest(profile)
    *_, (item, method) = _list_kept(profile, document)
    del item[method]
    return document


@fault("versioning/document-without-a-member", publish_document, needs=_HISTORY)
def document_without_a_member(honest: Publish, profile: Profile) -> Document:
    """The document no longer describes a member that responses always had."""
    document = honest(profile)
    schema = next(_list_schemas(profile, document))
    name = schema["required"].pop()
    del schema["properties"][name]
    return document


@fault("versioning/document-with-an-optional-member", publish_document, needs=_HISTORY)
def document_with_an_optional_member(honest: Publish, profile: Profile) -> Document:
    """By the document, a member may be missing that responses always had."""
    document = honest(profile)
    next(_list_schemas(profile, document))["required"].pop()
    return document


@fault("versioning/document-with-a-new-required-parameter", publish_document, needs=_HISTORY)
def document_with_a_new_required_parameter(honest: Publish, profile: Profile) -> Document:
    """By the document, an operation wants a parameter that it did not want before."""
    document = honest(profile)
    item, method = next(one for one in _list_kept(profile, document) if one[1] == "get")
    new = {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}}
    item[method].setdefault("parameters", []).append(new)
    return document


@fault("versioning/document-with-another-scope", publish_document, needs=_HISTORY)
def document_with_another_scope(honest: Publish, profile: Profile) -> Document:
    """By the document, an operation wants a further scope of its last scheme."""
    document = honest(profile)
    item, method = next(one for one in _list_kept(profile, document) if one[0][one[1]]["security"])
    for scopes in item[method]["security"][-1].values():
        scopes.append("contacts:audit")
    return document


@fault("versioning/document-without-a-choice", publish_document, needs=_HISTORY)
def document_without_a_choice(honest: Publish, profile: Profile) -> Document:
    """By the document, a member of a request no longer has one of its values."""
    document = honest(profile)
    for schema in _list_schemas(profile, document):
        for member in schema["properties"].values() if _is_sent(schema) else ():
            if len(member.get("enum", ())) > 1:
                member["enum"].pop()
                return document
    return document


@fault("versioning/document-with-a-shorter-text", publish_document, needs=_HISTORY)
def document_with_a_shorter_text(honest: Publish, profile: Profile) -> Document:
    """By the document, a text of a request may no longer be as long."""
    document = honest(profile)
    for schema in _list_schemas(profile, document):
        for member in schema["properties"].values() if _is_sent(schema) else ():
            if member.get("maxLength", 0) > 20:
                member["maxLength"] = 20
                return document
    return document


@fault("versioning/document-with-a-new-choice", publish_document, needs=_HISTORY)
def document_with_a_new_choice(honest: Publish, profile: Profile) -> Document:
    """By the document, a member of a response has a value that it did not have before."""
    document = honest(profile)
    for schema in _list_schemas(profile, document):
        for member in schema["properties"].values() if not _is_sent(schema) else ():
            if "enum" in member:
                member["enum"].append("unheard-of")
                return document
    return document


def _is_sent(schema: Mapping[str, Json]) -> bool:
    """Whether a schema is one of requests: the profiles close these."""
    return schema.get("additionalProperties") is False
