"""Build the canonical valid request of an operation, and create the objects that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from apicheck.model.exchange import Credential, Exchange, Request, Role
from apicheck.model.json import MISSING, Json, at, with_value
from apicheck.model.operation import Operation
from apicheck.model.step import Steps
from apicheck.model.subject import UNIQUE, Need, Recipe, RunContext, Subject
from apicheck.model.target import Identity, Mode
from apicheck.model.verdict import Inconclusive, NotTested, NotTestedKind
from apicheck.requests.bodies import encode_body
from apicheck.requests.credentials import credentials_of, explain_no_actor
from apicheck.requests.describe import quote_server
from apicheck.requests.identifiers import identifier_of
from apicheck.requests.media_types import accepted_types
from apicheck.requests.parameters import find_parameter, with_cookies, write_path, write_query
from apicheck.requests.steps import end_script, send

_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


def identity_of(subject: Subject, operation: str = "") -> Identity:
    """Find the identity that may call an operation. Ends the script when the target has none."""
    operation = operation or subject.op.id
    name = subject.context.actors.get(operation)
    if name is None:
        end_script(explain_no_actor(subject.context, operation))
    return subject.context.identities[name]


def valid_request(
    subject: Subject,
    operation: str = "",
    identity: Identity | None = None,
    *,
    owner: Identity | None = None,
    fresh: bool = False,
    refused: bool = False,
) -> Steps[Request]:
    """Make the canonical valid request, with its credential, and create the objects that it names.

    identity: the sender (default: the identity that may call the operation). owner: creates the
    objects (default: the sender, or an identity of the same tenant with the right). fresh: the
    objects are for this script alone; otherwise scripts share them, except where the request uses
    them up. refused: the server will refuse the request, which then uses up nothing: such requests
    share their objects. Ends the script, quoting the server, when no accepted request can be made.
    """
    recipe = _find_recipe(subject, operation or subject.op.id)
    who = identity or identity_of(subject, recipe.operation)
    shared_as = None if fresh or recipe.consumes else ""
    if refused and recipe.consumes:
        shared_as = f"for requests that {recipe.operation} refuses"
    return (yield from resolve_recipe(subject, recipe, who, owner=owner, shared_as=shared_as))


def _find_recipe(subject: Subject, operation: str) -> Recipe:
    recipe = subject.context.recipes[operation]
    if isinstance(recipe, NotTested):
        end_script(recipe)
    return recipe


def resolve_recipe(
    subject: Subject,
    recipe: Recipe,
    who: Identity,
    *,
    owner: Identity | None = None,
    shared_as: str | None = "",
) -> Steps[Request]:
    """Make the request of a recipe, and create the objects that it names.

    shared_as: scripts with the same value share the objects; None: no other script gets them.
    Objects of a control alone are created again whenever the control is sent again.
    """
    values: dict[Need, Json] = {}
    above: Mapping[str, str] = {}
    for need in reversed(recipe.needs):
        if need.place == "path" and need.name in who.parameters:
            continue
        if need.place == "path" and need.name in above:
            values[need] = above[need.name]
            continue
        created = yield from _create(subject, need, owner or who, shared_as)
        values[need] = _read_value(subject.context, created, need)
        # A request that names an object inside another names that other one as well.
        source = subject.context.spec.operation(need.operation)
        above = {**source.path_values(created.request.path), **above}
    return build_request(subject.context, recipe, who, values)


def _create(subject: Subject, need: Need, who: Identity, shared_as: str | None) -> Steps[Exchange]:
    context = subject.context
    creator = context.spec.operation(need.operation)
    if not creator.safe and context.mode is not Mode.FULL:
        end_script(
            NotTested(
                NotTestedKind.READ_ONLY,
                f"{need.name} would have to be created by {creator.id}",
                f'[fixtures]\n{need.name.strip("/")} = "an existing one"',
            )
        )
    maker = _find_maker(context, creator.id, who)
    request = yield from resolve_recipe(subject, _find_recipe(subject, creator.id), maker)
    key = f"create {creator.id} as {maker.name}"
    share = "" if shared_as is None else f"{key} {shared_as}".strip()
    created = yield from send(request, Role.CONTROL if shared_as else Role.SETUP, share)
    if not created.succeeded:
        end_script(_explain_refusal(creator.method, creator.path, created))
    return created


def _find_maker(context: RunContext, creator: str, who: Identity) -> Identity:
    """Find the identity that creates an object for another: itself, or one of its tenant."""
    if who.name in context.actors.values() and context.actors.get(creator) == who.name:
        return who
    if context.permits(who, creator):
        return who
    for other in context.identities.values():
        if (
            other.tenant == who.tenant
            and other.state == "active"
            and other.placeholder
            and context.permits(other, creator)
        ):
            return other
    return who


def _read_value(context: RunContext, created: Exchange, need: Need) -> Json:
    if need.convention:
        return _read_usual_value(context, created, need)
    if need.parameter:
        source = context.spec.operation(need.operation)
        return source.path_values(created.request.path)[need.parameter]
    value = at(created.json_or(MISSING), need.pointer)
    if value is MISSING or isinstance(value, dict | list) or value is None:
        end_script(
            NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"the response of {need.operation} has no value at {need.pointer} for {need.name}",
            )
        )
    return value


def _read_usual_value(context: RunContext, created: Exchange, need: Need) -> str:
    source = context.spec.operation(need.operation)
    value = identifier_of(created, need.name, source.path)
    if value is None:
        what = "it lists nothing" if source.safe else "no link of the document says where it is"
        end_script(
            NotTested(
                NotTestedKind.NEEDS_REQUEST,
                f"the response of {source.id} shows no {need.name} ({what})",
                f'[fixtures]\n{need.name} = "an existing one"',
            )
        )
    return value


def build_request(
    context: RunContext, recipe: Recipe, who: Identity, values: Mapping[Need, Json]
) -> Request:
    """Build a request from its recipe. values: those of the recipe's needs."""
    operation = context.spec.operation(recipe.operation)
    path_values = {
        **recipe.values,
        **{need.name: value for need, value in values.items() if need.place == "path"},
        **who.parameters,
    }
    path = _fill_path(operation, path_values)
    query = recipe.query
    for need, value in values.items():
        if need.place == "query":
            parameter = find_parameter(operation, "query", need.name)
            query = (*query, *write_query(parameter, value))
    given = {name for name, _ in query}
    query = (*(pair for pair in operation.query if pair[0] not in given), *query)
    body = recipe.body
    for need, value in values.items():
        if need.place == "body":
            body = with_value(body, need.name, value)
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
    credentials = credentials_of(context, operation.id, who)
    return _with_credentials(request, who, credentials) if credentials else request


def _fill_path(operation: Operation, values: Mapping[str, Json]) -> str:
    """Put the values of its parameters into an operation's path."""
    path = operation.path
    for name, value in values.items():
        text = write_path(find_parameter(operation, "path", name), value)
        path = path.replace("{" + name + "}", text)
    if "{" in path.replace(UNIQUE, ""):
        end_script(_parameter_missing(operation.method, path))
    for wanted, segment in zip(operation.path.split("/"), path.split("/"), strict=True):
        if wanted != segment and unquote(segment).strip(".") == "":
            end_script(_segment_lost(operation, wanted, segment))
    return path


def _segment_lost(operation: Operation, wanted: str, segment: str) -> NotTested:
    """A segment that is empty or only dots makes another path (RFC 3986 section 5.2.4)."""
    name = wanted.partition("{")[2].partition("}")[0]
    return NotTested(
        NotTestedKind.NEEDS_REQUEST,
        f'no request for {operation.method} {operation.path} ({name} is "{unquote(segment)}", '
        "which no path can hold)",
        f'[fixtures]\n{name} = "an existing one"',
    )


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


def _parameter_missing(method: str, path: str) -> NotTested:
    name = path.replace(UNIQUE, "").partition("{")[2].partition("}")[0]
    return NotTested(
        NotTestedKind.NEEDS_REQUEST,
        f"no request for {method} {path} (nothing says which {name} exists)",
        f'[fixtures]\n{name} = "an existing one"',
    )


def send_control(
    subject: Subject, operation: str = "", identity: Identity | None = None
) -> Steps[Exchange | None]:
    """Send the canonical request, which must be accepted: the control. Scripts share it.

    None where the mode forbids an accepted unsafe request: the script goes on without it. Ends
    the script when the target does not accept the canonical request.
    """
    operation = operation or subject.op.id
    declared = subject.context.spec.operation(operation)
    if not declared.safe and subject.context.mode is not Mode.FULL:
        return None
    who = identity or identity_of(subject, operation)
    recipe = _find_recipe(subject, operation)
    shared_as = f"for the control of {operation}" if recipe.consumes else ""
    request = yield from resolve_recipe(subject, recipe, who, shared_as=shared_as)
    control = yield from send(request, Role.CONTROL, f"control {operation} as {who.name}")
    if not control.succeeded:
        end_script(_explain_refusal(declared.method, declared.path, control))
    return control


def _explain_refusal(method: str, path: str, refused: Exchange) -> NotTested | Inconclusive:
    words = f"no accepted request for {method} {path} ({quote_server(refused)})"
    if refused.status in (0, _TOO_MANY_REQUESTS) or refused.status >= _SERVER_ERROR:
        return Inconclusive(words)  # other values in the request would not help
    parameter = path[path.rfind("{") + 1 : path.rfind("}")] if "{" in path else ""
    lines = f'[fixtures]\n{parameter} = "an existing one"' if parameter else ""
    return NotTested(NotTestedKind.NEEDS_REQUEST, words, lines)
