"""From a page's setting to the subject that its examples are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from apicheck.load import facts_from, read_spec
from apicheck.model.check import Check
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.plan import PlannedClause
from apicheck.model.policy import Clause, Example, Policy
from apicheck.model.subject import RunContext, Subject, SubjectKind
from apicheck.model.target import Consent, Endpoints, Identity, Minter, Mode, Target
from apicheck.pages.blocks import PageError
from apicheck.plan.bind import list_subjects
from apicheck.plan.context import build_context

_CAPABILITIES = frozenset(
    {"mint", "mint_bare", "revoke", "change", "clock", "rewind", "effects", "listener"}
    | {"closed_port", "subscribe_by_hand", "fail_next", "processed", "foreign_secret", "load"}
)
_IDENTITIES: Mapping[str, Json] = {"admin": {"tenant": "a"}, "other": {"tenant": "b"}}


def _json(schema: Json, example: Json = None) -> Json:
    media = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"application/json": media}


_CONTACT = {"$ref": "#/components/schemas/Contact"}
_ONE = {"description": "The contact", "content": _json(_CONTACT)}
_LINKS = {
    name: {"operationId": name, "parameters": {"contactId": "$response.body#/id"}}
    for name in ("getContact", "updateContact", "deleteContact")
}
_EXAMPLE = {"name": "Ada", "email": "ada@example.com"}


def _needs(scope: str) -> Json:
    return [{"bearer": [scope]}]


def _form_operation(operation: str, **form: str) -> Json:
    """An operation of the authorization server, which knows the clients `a` and `b`."""
    example = {**form, "client_id": "a", "client_secret": "secret"}
    media = {"schema": {"type": "object"}, "example": example}
    return {
        "operationId": operation,
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": media},
        },
        "responses": {"200": {"description": "Done"}},
    }


CONTACTS: Mapping[str, Json] = {
    "openapi": "3.1.0",
    "info": {"title": "Contacts", "version": "1"},
    "paths": {
        "/contacts": {
            "get": {
                "operationId": "listContacts",
                "security": _needs("contacts:read"),
                "responses": {
                    "200": {
                        "description": "The contacts",
                        "content": _json({"type": "array", "items": _CONTACT}),
                    }
                },
            },
            "post": {
                "operationId": "createContact",
                "security": _needs("contacts:write"),
                "requestBody": {"required": True, "content": _json(_CONTACT, _EXAMPLE)},
                "responses": {"201": {**_ONE, "links": _LINKS}},
            },
        },
        "/contacts/{contactId}": {
            "parameters": [
                {"name": "contactId", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {
                "operationId": "getContact",
                "security": _needs("contacts:read"),
                "responses": {"200": _ONE},
            },
            "patch": {
                "operationId": "updateContact",
                "security": _needs("contacts:write"),
                "requestBody": {"required": True, "content": _json(_CONTACT, {"name": "Grace"})},
                "responses": {"200": _ONE},
            },
            "delete": {
                "operationId": "deleteContact",
                "security": _needs("contacts:write"),
                "responses": {"204": {"description": "It is gone"}},
            },
        },
        "/oauth/token": {"post": _form_operation("token", grant_type="client_credentials")},
        "/oauth/revoke": {"post": _form_operation("revokeToken", token="a-token")},
        "/status": {
            "get": {
                "operationId": "getStatus",
                "security": [],
                "responses": {"200": {"description": "All is well"}},
            }
        },
    },
    "components": {
        "schemas": {
            "Contact": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "name": {"type": "string"},
                    "email": {"type": "string", "format": "email"},
                },
            },
            "Problem": {
                "type": "object",
                "required": ["type", "title", "status"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                },
            },
        },
        "securitySchemes": {
            "bearer": {
                "type": "oauth2",
                "flows": {
                    "clientCredentials": {
                        "tokenUrl": "/oauth/token",
                        "scopes": {
                            "contacts:read": "See contacts",
                            "contacts:write": "Change contacts",
                            "campaigns": "All of campaigns",
                        },
                    }
                },
            }
        },
    },
}
"""The API of pages that bring none of their own."""


def subject_of(check: Check, setting: Mapping[str, Json]) -> Subject:
    """The subject of a setting. Raises PageError where the setting names none."""
    spec = _spec(setting)
    clause = _clause(setting["clause"]) if "clause" in setting else None
    context = _build_context(spec, setting)
    if check.passive:
        return Subject(SubjectKind.EXCHANGES, "", context)
    planned = () if clause is None else (PlannedClause(clause, (check.id,)),)
    candidates = list(list_subjects(check, context, planned))
    wanted = setting.get("subject") or setting.get("operation")
    for subject in candidates:
        if wanted in (subject.key, None) or (len(candidates) == 1 and "subject" not in setting):
            return subject
    known = ", ".join(subject.key for subject in candidates) or "none"
    raise PageError(f"the setting names no subject of the check: {wanted!r} (there are: {known})")


def _spec(setting: Mapping[str, Json]) -> Spec:
    return read_spec(_document(setting), file="the page's document")


def _document(setting: Mapping[str, Json]) -> Json:
    return setting.get("document") or _patched(CONTACTS, setting.get("spec", {}))


def _earlier(setting: Mapping[str, Json]) -> tuple[Spec, ...]:
    """The earlier document, which a setting writes as what differs from the present one."""
    if "earlier" not in setting:
        return ()
    document = _patched(_document(setting), setting["earlier"])
    return (read_spec(document, file="the page's earlier document"),)


def _patched(document: Json, patch: Json) -> Json:
    """A JSON Merge Patch (RFC 7396) applied."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _patched(result.get(name), value)
    return result


def _build_context(spec: Spec, setting: Mapping[str, Json]) -> RunContext:
    facts = facts_from(setting.get("facts", {}), file="the page's setting")
    policy = Policy("page", "", "", clauses=(), facts=facts, earlier=_earlier(setting))
    target = Target(
        "page",
        "http://127.0.0.1",
        identities={
            name: Identity(
                name=name, placeholder=f"$APICHECK_{name.upper()}_TOKEN", **_frozen(given)
            )
            for name, given in setting.get("identities", _IDENTITIES).items()
        },
        fixtures=setting.get("fixtures", {}),
        endpoints=Endpoints(**setting.get("endpoints", {})),
        minters=tuple(
            Minter(
                name,
                "/oauth/token",
                f"$APICHECK_{name.upper()}_ID",
                f"$APICHECK_{name.upper()}_SECRET",
                tenant=name,
                scopes=tuple(setting["clients"][name]) if "clients" in setting else None,
                redirect_uri=f"https://{name}.example/callback",
            )
            for name in setting.get("clients", ("a", "b"))
        ),
        public_clients=(
            Minter("app", "/oauth/token", "app", "", redirect_uri="https://app.example/callback"),
        ),
        consent=Consent("admin"),
    )
    return build_context(
        spec,
        policy,
        target,
        capabilities=_CAPABILITIES,
        mode=Mode.FULL,
        thorough=bool(setting.get("thorough")),
    )


def _frozen(given: Mapping[str, Json]) -> dict[str, Json]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}


def _clause(given: Mapping[str, Json]) -> Clause:
    steps = tuple(
        Example(
            id=step.get("id", f"step{number}"),
            operation=step["operation"],
            identity=step.get("as", ""),
            send=cast("Mapping[str, Json]", step.get("send", {})),
            expect=cast("Mapping[str, Json]", step.get("expect", {})),
        )
        for number, step in enumerate(given.get("example", ()), start=1)
    )
    return Clause(id=given.get("id", "CLAUSE"), example=steps)
