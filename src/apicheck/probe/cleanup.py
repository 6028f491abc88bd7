"""Remembers what a run creates and deletes it, by the document's links or by convention."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import LinkDoc, Operation
from apicheck.model.plan import Plan
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.recorder import Recorder
from apicheck.requests.credentials import credentials_of, scheme_to_carry
from apicheck.requests.identifiers import collection_of, identifier_of
from apicheck.requests.naming import MARK

_CREATED = 201
_GONE = (404, 410)
_REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class Creation:
    """An object that a request created, and the request that deletes it."""

    delete: Request
    by: str
    """operationId that created it."""


class Creations:
    """The objects that the run created and has not deleted."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._open: dict[str, Creation] = {}
        self._lasting: Counter[str] = Counter()

    def note(self, exchange: Exchange, *, cleanup: bool) -> None:
        """Note what an exchange created or deleted. cleanup False: its script deletes it."""
        request = exchange.request
        if request.method == "DELETE" and (exchange.succeeded or exchange.status in _GONE):
            with self._lock:
                self._open.pop(unquote(request.path), None)
            return
        if request.method not in ("POST", "PUT") or not exchange.succeeded or not cleanup:
            return
        delete = _find_deletion(self._plan, exchange)
        with self._lock:
            if delete is not None:
                self._open.setdefault(unquote(delete.path), Creation(delete, request.operation))
            elif exchange.status == _CREATED:
                self._lasting[request.operation or f"{request.method} {request.path}"] += 1

    def delete_all(self, recorder: Recorder) -> Iterator[tuple[Exchange, str]]:
        """Delete everything, newest first: each exchange with what it left, "" for nothing."""
        with self._lock:
            creations = list(reversed(self._open.values()))
            self._open.clear()
        for creation in creations:
            yield from self._delete_one(creation, recorder)

    @property
    def lasting(self) -> tuple[str, ...]:
        """The objects that cannot be deleted through the API, in words."""
        return tuple(
            f"{count} created by {operation}, and no link of the document says how to delete it"
            for operation, count in sorted(self._lasting.items())
        )

    def _delete_one(self, creation: Creation, recorder: Recorder) -> Iterator[tuple[Exchange, str]]:
        last: Exchange | None = None
        for request in self._vary_identity(creation.delete):
            try:
                exchange = recorder.send(request, Role.CLEANUP)
            except ProbeStopped:
                return
            gone = exchange.succeeded or exchange.status in _GONE
            if gone or exchange.status not in _REFUSED:
                result = exchange.status or (exchange.error.kind.value if exchange.error else "")
                left = f"{request.path} (created by {creation.by}): DELETE got {result}"
                yield exchange, "" if gone else left
                return
            last = exchange
        if last is not None:
            yield (
                last,
                f"{creation.delete.path} (created by {creation.by}): no identity may delete it",
            )

    def _vary_identity(self, request: Request) -> Iterator[Request]:
        """The deletion as its creator, then as every other identity that may be allowed to."""
        context = self._plan.context
        if request.credentials or request.operation not in context.secured:
            yield request
        names = [context.actors.get(request.operation, ""), *context.identities]
        for name in dict.fromkeys(names):
            identity = context.identities.get(name)
            if identity is None or identity.state != "active" or name == request.identity:
                continue
            if not identity.placeholder:
                continue
            carried = scheme_to_carry(context, request.operation, identity)
            credentials = credentials_of(
                context, request.operation, identity, alternative=(carried,) * bool(carried)
            )
            yield request.with_credentials(name, *credentials)


def _find_deletion(plan: Plan, exchange: Exchange) -> Request | None:
    """The request that deletes what an exchange created, None when none is known."""
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
            return _build_delete(request, delete, path)
    return _build_unsubscription(plan, request, body, given) or _guess_deletion(
        plan, exchange, given
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
    return None if path is None else _build_delete(request, delete, path)


def _guess_deletion(plan: Plan, exchange: Exchange, given: Mapping[str, str]) -> Request | None:
    """DELETE /things/{id} for what POST /things or a PUT created, without a link."""
    request = exchange.request
    operation = plan.spec.operation(request.operation)
    same = _find_delete_at(plan, operation.path)
    if same is not None and (exchange.status == _CREATED or _has_new_name(request.path)):
        # What PUT creates is at the path that it was sent to (RFC 9110 section 9.3.4). A POST to
        # the path of a name that it chooses is of that kind.
        return _build_delete(request, same, request.path)
    collection = operation.path.rstrip("/")
    if request.method != "POST":
        return None
    for delete in plan.spec.operations:
        name = (_find_names(delete.path) or [""])[-1]
        if delete.method != "DELETE" or collection_of(delete.path, name) != collection:
            continue
        if not delete.path.rstrip("/").endswith(f"{{{name}}}"):
            continue
        identifier = identifier_of(exchange, name, collection)
        if identifier is None or _is_named_by_request(exchange, identifier):
            return None
        path = _fill_template(delete.path, {**given, name: identifier})
        return None if path is None else _build_delete(request, delete, path)
    return None


def _has_new_name(path: str) -> bool:
    """Whether the last segment is a name that the run made up, so that nothing had it before."""
    return path.rstrip("/").rpartition("/")[2].startswith(f"{MARK}-")


def _is_named_by_request(exchange: Exchange, identifier: str) -> bool:
    """Whether the request named the object, which may then have existed before."""
    return exchange.status != _CREATED and identifier.encode() in (exchange.request.body or b"")


def _build_delete(creator: Request, delete: Operation, path: str) -> Request:
    request = Request(method="DELETE", path=path, operation=delete.id)
    if not creator.identity:
        return request
    return request.with_credentials(creator.identity, *creator.credentials)


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
    if any(not values.get(name) for name in _find_names(template)):
        return None
    return re.sub(r"\{([^}]*)\}", lambda match: quote(values[match[1]], safe=""), template)
