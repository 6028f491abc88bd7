"""Documents that no longer promise what an earlier one promised; the server behaves as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from apicheck.model.json import Json
from reference_server.document.profile import Profile
from reference_server.document.published import Document, publish_document
from reference_server.faults.fault import alters

_HISTORY = ("versioning.history",)
_SHORTER = 20


def _list_kept(profile: Profile, document: Document) -> Iterator[tuple[dict[str, Json], str]]:
    """The operations that the earlier documents describe too: path item and method."""
    known = {
        (one.path.removeprefix(one.prefix), one.method)
        for spec in profile.policy.earlier
        for one in spec.operations
    }
    for path, item in document["paths"].items():
        for method in item:
            if (path, method.upper()) in known:
                yield item, method


def _list_sent(profile: Profile, document: Document) -> Iterator[dict[str, Json]]:
    """The component schemas of requests that the earlier documents describe too."""
    for item, method in _list_kept(profile, document):
        yield from _follow(profile, document, item[method].get("requestBody", {}))


def _list_received(profile: Profile, document: Document) -> Iterator[dict[str, Json]]:
    """The component schemas of responses that the earlier documents describe too."""
    sent = list(_list_sent(profile, document))
    for item, method in _list_kept(profile, document):
        for status, response in item[method]["responses"].items():
            if status.startswith("2"):
                found = _follow(profile, document, response)
                yield from (schema for schema in found if schema not in sent)


def _follow(
    profile: Profile, document: Document, body: Mapping[str, Json]
) -> Iterator[dict[str, Json]]:
    """The component schemas, with members, that the JSON body of a request or response names."""
    known = {
        name
        for spec in profile.policy.earlier
        for name in spec.document.get("components", {}).get("schemas", {})
    }
    for media in body.get("content", {}).values():
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        schema = document["components"]["schemas"].get(name, {})
        if name in known and "properties" in schema:
            yield schema


def _list_choices(schemas: Iterator[dict[str, Json]]) -> Iterator[list[Json]]:
    """The lists of values of members that have more than one."""
    for schema in schemas:
        for member in schema["properties"].values():
            if len(member.get("enum", ())) > 1:
                yield member["enum"]


def _list_long(profile: Profile, document: Document) -> Iterator[dict[str, Json]]:
    """The texts of requests that may be long."""
    for schema in _list_sent(profile, document):
        for member in schema["properties"].values():
            if member.get("maxLength", 0) > _SHORTER:
                yield member


def _list_scoped(profile: Profile, document: Document) -> Iterator[dict[str, Json]]:
    """The operations with a credential of their own."""
    for item, method in _list_kept(profile, document):
        if item[method].get("security"):
            yield item[method]


def _has(find: Callable[[Profile, Document], Iterator[Json]]) -> Callable[[Profile], bool]:
    """Whether the document has something for a fault to change."""
    return lambda profile: any(True for _ in find(profile, dict(profile.spec.document)))


@alters(publish_document, needs=_HISTORY)
def document_without_an_operation(document: Document, profile: Profile) -> Document:
    """The document no longer describes an operation that an earlier one describes."""
    *_, (item, method) = _list_kept(profile, document)
    del item[method]
    return document


@alters(publish_document, needs=_HISTORY)
def document_without_a_member(document: Document, profile: Profile) -> Document:
    """The document no longer describes a member that responses always had."""
    schema = next(_list_received(profile, document))
    name = schema["required"].pop()
    del schema["properties"][name]
    return document


@alters(publish_document, needs=_HISTORY)
def document_with_an_optional_member(document: Document, profile: Profile) -> Document:
    """By the document, a member may be missing that responses always had."""
    next(_list_received(profile, document))["required"].pop()
    return document


@alters(publish_document, needs=_HISTORY)
def document_with_a_new_required_parameter(document: Document, profile: Profile) -> Document:
    """By the document, an operation wants a parameter that it did not want before."""
    item, method = next(one for one in _list_kept(profile, document) if one[1] == "get")
    new = {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}}
    item[method].setdefault("parameters", []).append(new)
    return document


@alters(publish_document, needs=_HISTORY, shows_in=_has(_list_scoped))
def document_with_another_scope(document: Document, profile: Profile) -> Document:
    """By the document, an operation wants a further scope of its last scheme."""
    for scopes in next(_list_scoped(profile, document))["security"][-1].values():
        scopes.append("contacts:audit")
    return document


def _list_choices_sent(profile: Profile, document: Document) -> Iterator[list[Json]]:
    """Those whose last value the earlier documents have too."""
    known = [str(spec.document) for spec in profile.policy.earlier]
    for values in _list_choices(_list_sent(profile, document)):
        if any(repr(values[-1]) in text for text in known):
            yield values


def _list_choices_received(profile: Profile, document: Document) -> Iterator[list[Json]]:
    return _list_choices(_list_received(profile, document))


@alters(publish_document, needs=_HISTORY, shows_in=_has(_list_choices_sent))
def document_without_a_choice(document: Document, profile: Profile) -> Document:
    """By the document, a member of a request no longer has one of its values."""
    next(_list_choices_sent(profile, document)).pop()
    return document


@alters(publish_document, needs=_HISTORY, shows_in=_has(_list_long))
def document_with_a_shorter_text(document: Document, profile: Profile) -> Document:
    """By the document, a text of a request may no longer be as long."""
    next(_list_long(profile, document))["maxLength"] = _SHORTER
    return document


@alters(publish_document, needs=_HISTORY, shows_in=_has(_list_choices_received))
def document_with_a_new_choice(document: Document, profile: Profile) -> Document:
    """By the document, a member of a response has a value that it did not have before."""
    next(_list_choices_received(profile, document)).append("unheard-of")
    return document
