"""Build a request from its recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.exchange import Credential, Request
from apicheck.model.json import Json, at, with_value
from apicheck.model.received import parse_count
from apicheck.model.subject import Need, Recipe, RunContext
from apicheck.model.target import Identity
from apicheck.requests.bodies import encode_body
from apicheck.requests.clients import with_client
from apicheck.requests.credentials import credentials_of, scheme_to_carry
from apicheck.requests.media_types import accepted_types
from apicheck.requests.parameters import belongs_to, find_parameter, with_cookies, write_query
from apicheck.requests.paths import fill_path
from apicheck.requests.versions import with_current_version


def build_request(
    context: RunContext,
    recipe: Recipe,
    who: Identity,
    values: Mapping[Need, Json],
    *,
    carries: bool = False,
) -> Request:
    """Build a request from its recipe.

    values: those of the recipe's needs. carries: with a credential where none is asked for.
    Most scripts ask for the one that was built last for the operation and the identity.
    """
    key, parts = (recipe.operation, who.name), (recipe, who, values, carries)
    known = context.built.get(key)
    if known is not None and known[0] == parts:
        return known[1]
    request = _build_request(context, recipe, who, values, carries=carries)
    context.built[key] = parts, request
    return request


def _build_request(
    context: RunContext,
    recipe: Recipe,
    who: Identity,
    values: Mapping[Need, Json],
    *,
    carries: bool,
) -> Request:
    operation = context.spec.operation(recipe.operation)
    path_values = {
        **recipe.values,
        **{need.name: value for need, value in values.items() if need.place == "path"},
        **who.parameters,
    }
    path = fill_path(operation, path_values)
    query = recipe.query
    for need, value in values.items():
        if need.place == "query":
            parameter = find_parameter(operation, "query", need.name)
            kept = tuple(pair for pair in query if not belongs_to(parameter, pair[0]))
            query = (*kept, *write_query(parameter, value))
    given = {name for name, _ in query}
    query = (*(pair for pair in operation.query if pair[0] not in given), *query)
    body = recipe.body
    for need, value in values.items():
        if need.place == "body":
            body = with_value(body, need.name, _as_kind_of(at(body, need.name), value))
    document = context.spec.document
    content, content_type = encode_body(document, operation, body, recipe.media_type)
    headers = (*recipe.headers, ("Content-Type", content_type)) if content_type else recipe.headers
    accepted = accepted_types(operation)
    if accepted and "accept" not in {name.lower() for name, _ in headers}:
        headers = (*headers, ("Accept", accepted))
    request = Request(
        method=operation.method,
        path=path,
        query=query,
        headers=headers,
        body=content,
        operation=operation.id,
        reserved=tuple(p.name for p in operation.parameters if p.allow_reserved),
    )
    request = with_current_version(context, request)
    scheme = scheme_to_carry(context, operation.id, who) if carries else ""
    credentials = credentials_of(context, operation.id, who, alternative=(scheme,) * bool(scheme))
    if credentials:
        request = _with_credentials(request, who, credentials)
    return with_client(context, request, recipe)


def _as_kind_of(example: Json, value: Json) -> Json:
    """An id as a number where the body has a number in its place."""
    number = isinstance(example, int) and not isinstance(example, bool)
    counted = parse_count(value) if number and isinstance(value, str) else None
    return value if counted is None else counted


def _with_credentials(
    request: Request, who: Identity, credentials: tuple[Credential, ...]
) -> Request:
    """Add credentials. A parameter of the same name is what the scheme describes once more."""
    for one in credentials:
        if one.place == "header":
            request = request.without_header(one.name)
        elif one.place == "query":
            kept = tuple(pair for pair in request.query if pair[0] != one.name)
            request = replace(request, query=kept)
        elif one.place == "cookie":
            request = with_cookies(request, one.name, ())
    return request.with_credentials(who.name, *credentials)
