"""Finds the request that deletes what another one created, by links, policy or convention."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from apicheck.model.exchange import Exchange, Request
from apicheck.model.json import MISSING, Json, at, members_of, parse_json
from apicheck.model.operation import LinkDoc, Operation
from apicheck.model.plan import Plan
from apicheck.model.received import is_text
from apicheck.probe.lookups import build_as_creator
from apicheck.requests.identifiers import collection_of, identifier_of
from apicheck.requests.nouns import plain

_CREATED = 201
_SEVERAL = 2


def split_objects(exchange: Exchange) -> Iterator[Exchange]:
    """The exchange once for each object in a response with several, as if it had come alone."""
    listed = exchange.json_or()
    if isinstance(listed, Mapping) and len(listed) == 1:
        listed = next(iter(listed.values()))
    listed = listed if isinstance(listed, list) else []
    objects = [one for one in listed if isinstance(one, Mapping)]
    if exchange.status != _CREATED or len(objects) < _SEVERAL or len(objects) != len(listed):
        yield exchange
        return
    for one in objects:
        content = json.dumps(one).encode()
        yield replace(exchange, response=replace(exchange.received, body=content))


def find_deletion(plan: Plan, exchange: Exchange, marks: Collection[str]) -> Request | None:
    """The request that deletes what an exchange created, None when none is known.

    marks: a name that this run made up has one of them.
    """
    request = exchange.request
    operation = _find_operation(plan, request.operation)
    if operation is None or exchange.response is None:
        return None
    body = exchange.json_or()
    given = operation.path_values(request.path)
    response = operation.response_for(exchange.status)
    for link in response.links if response else ():
        target = _find_operation(plan, link.operation)
        delete = target and _find_delete_at(plan, target.path)
        if delete is None:
            continue
        values = {**given, **dict(_evaluate_link(link, given, body))}
        path = _fill_template(delete.path, values)
        if path is not None:
            return build_as_creator(plan, request, delete, path)
    return _build_unsubscription(plan, request, body, given) or _guess_deletion(
        plan, exchange, given, marks
    )


def _build_unsubscription(
    plan: Plan, request: Request, body: Json, given: Mapping[str, str]
) -> Request | None:
    subscriptions = getattr(plan.policy.facts.webhooks, "subscriptions", None)
    if subscriptions is None or request.operation != subscriptions.create:
        return None
    delete = _find_operation(plan, subscriptions.delete)
    identifier = at(body, subscriptions.id)
    if delete is None or not isinstance(identifier, str | int):
        return None
    names = [name for name in _find_names(delete.path) if name not in given]
    path = _fill_template(delete.path, {**given, **dict.fromkeys(names, str(identifier))})
    return None if path is None else build_as_creator(plan, request, delete, path)


def _guess_deletion(
    plan: Plan, exchange: Exchange, given: Mapping[str, str], marks: Collection[str]
) -> Request | None:
    """DELETE /things/{id} for what POST /things, or a PUT or POST to it, created, without a link.

    A POST to an object may create another one, of something that existed before: the object is
    deleted only if this run made up its name.
    """
    request = exchange.request
    operation = plan.spec.operation(request.operation)
    same = _find_delete_at(plan, operation.path)
    if request.method == "PUT" and exchange.status == _CREATED and same:
        # What PUT creates is at the path that it was sent to (RFC 9110 section 9.3.4).
        return build_as_creator(plan, request, same, request.path)
    named = request.path.rstrip("/").rpartition("/")[2]
    sure = exchange.status == _CREATED or request.method == "PUT"
    if same is not None and sure and any(mark in named for mark in marks):
        return build_as_creator(plan, request, same, request.path)
    collection = operation.path.rstrip("/")
    if request.method != "POST" and exchange.status != _CREATED:
        return None
    for delete in (one for one in plan.spec.operations if one.method == "DELETE"):
        name = (_find_names(delete.path) or [""])[-1]
        if collection_of(delete.path, name) != collection:
            continue
        if not delete.path.rstrip("/").endswith(f"{{{name}}}"):
            continue
        identifier = identifier_of(exchange, name, collection)
        made_up = identifier is not None and any(mark in identifier for mark in marks)
        if identifier is None or (_is_named_by_request(exchange, identifier) and not made_up):
            return None
        path = _fill_template(delete.path, {**given, name: identifier})
        return None if path is None else build_as_creator(plan, request, delete, path)
    return _delete_by_members(plan, exchange, collection, given)


def _delete_by_members(
    plan: Plan, exchange: Exchange, collection: str, given: Mapping[str, str]
) -> Request | None:
    """DELETE /things/{host}/{port} of a new object that several of its members name."""
    if exchange.status != _CREATED:
        return None
    values = {**_list_members(exchange.request.body), **_list_members(exchange.received.body)}
    for delete in plan.spec.operations:
        below = delete.path.rstrip("/").removeprefix(f"{collection}/")
        if delete.method != "DELETE" or not re.fullmatch(r"\{[^/{}]+\}(?:/\{[^/{}]+\})+", below):
            continue
        found = {name: values.get(plain(name), "") for name in _find_names(below)}
        path = _fill_template(delete.path, {**given, **found})
        return None if path is None else build_as_creator(plan, exchange.request, delete, path)
    return None


def _list_members(body: bytes | None) -> dict[str, str]:
    """The texts and integers at the top of a JSON object, by their names in plain letters."""
    return {
        plain(name): str(value)
        for name, value in members_of(parse_json(body or b"")).items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _is_named_by_request(exchange: Exchange, identifier: str) -> bool:
    """Whether the request named the object, which may then have existed before."""
    return exchange.status != _CREATED and identifier.encode() in (exchange.request.body or b"")


def _find_delete_at(plan: Plan, path: str) -> Operation | None:
    for operation in plan.spec.operations:
        if operation.method == "DELETE" and operation.path == path:
            return operation
    return None


def _find_operation(plan: Plan, operation_id: str) -> Operation | None:
    try:
        return plan.spec.operation(operation_id)
    except KeyError:
        return None


def _evaluate_link(
    link: LinkDoc, given: Mapping[str, str], body: Json
) -> Iterator[tuple[str, str]]:
    """The parameters that a link sets, where its runtime expressions have a value."""
    for name, expression in link.parameters:
        value: Json = MISSING
        if expression.startswith("$response.body#"):
            value = at(body, expression.removeprefix("$response.body#"))
        elif expression.startswith("$request.path."):
            value = given.get(expression.removeprefix("$request.path."), MISSING)
        elif not expression.startswith("$"):
            value = expression
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield name.rpartition(".")[2], str(value)


def _find_names(template: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", template)


def _fill_template(template: str, values: Mapping[str, str]) -> str | None:
    names = _find_names(template)
    if any(not values.get(name) or not is_text(values[name]) for name in names):
        return None
    return re.sub(r"\{([^}]*)\}", lambda match: quote(values[match[1]], safe=""), template)
