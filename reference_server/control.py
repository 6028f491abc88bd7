"""The control plane: each call is one transaction on the server's state."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields
from inspect import isawaitable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from apicheck.model.json import Json, is_number
from reference_server.document.published import publish_document
from reference_server.faults.catalogue import catalogue, select
from reference_server.state.server_state import TENANTS, AccountChange, IdentitySpec, ServerState
from reference_server.state.variants import parse_variant

PROTOCOL = 1
_LONGEST = 1_000_000_000
"""Seconds by which the clock moves at most: three decades, well before dates run out."""
CAPABILITIES = (
    "mint", "revoke", "change", "clock", "rewind", "effects", "listener", "fail_next", "faults",
    "variant", "deliveries", "requests", "reset", "document",
)  # fmt: skip

Handler = Callable[[ServerState, Request, dict[str, Json]], Json | tuple[int, Json]]
"""Does what a call asks for, at once or when it is awaited."""


def build_control(server: ServerState) -> Starlette:
    """The application of the control plane."""
    routes = [
        ("/", "GET", lambda *_: {"protocol": PROTOCOL, "capabilities": list(CAPABILITIES)}),
        ("/identities", "GET", _list_identities),
        ("/identities", "POST", _mint),
        ("/identities/{id}", "PATCH", _change),
        ("/identities/{id}/effects", "GET", _count_effects),
        ("/identities/{id}/revoke", "POST", _revoke),
        ("/clients", "GET", _list_clients),
        ("/clock", "GET", _read_clock),
        ("/clock", "POST", _advance),
        ("/effects", "GET", lambda state, *_: {"count": state.store.effects}),
        ("/deliveries", "GET", lambda state, *_: {"deliveries": state.subscriptions.log}),
        ("/receiver", "GET", _show_secrets),
        ("/processed", "GET", lambda state, *_: {"processed": state.received.processed}),
        ("/requests", "GET", lambda state, *_: {"requests": list(state.requests)}),
        ("/listeners", "POST", _listen),
        ("/fail_next", "POST", _fail_next),
        ("/faults", "GET", _list_faults),
        ("/faults", "PUT", _switch),
        ("/document", "GET", _publish),
        ("/variant", "PUT", _change_variant),
        ("/reset", "POST", _reset),
    ]
    application = Starlette(
        routes=[
            Route(path, _make_endpoint(server, do), methods=[method]) for path, method, do in routes
        ],
        exception_handlers={HTTPException: _refuse},
    )
    application.router.redirect_slashes = False
    return application


def _make_endpoint(
    server: ServerState, do: Handler
) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        try:
            done = do(server, request, _parse_members(await request.body()))
            done = await done if isawaitable(done) else done
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            return JSONResponse({"error": _describe(error)}, 400)
        status, content = done if isinstance(done, tuple) else (200, done)
        return JSONResponse(content, status)

    return endpoint


def _parse_members(text: bytes) -> dict[str, Json]:
    body = json.loads(text) if text.strip() else {}
    if not isinstance(body, dict):
        raise TypeError("the body is a JSON object")
    return body


def _describe(error: Exception) -> str:
    return f"there is no {error}" if isinstance(error, KeyError) else str(error)


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _list_identities(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    now = server.clock.now()
    return {"identities": [identity.as_json(now) for identity in server.directory.all()]}


def _show_secrets(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    return {"secret": server.receiver_secret, "other_secret": server.foreign_secret}


def _list_clients(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    shown = [
        {"id": c.id, "secret": c.secret, "tenant": c.tenant, "name": c.name} for c in server.clients
    ]
    return {"clients": shown}


def _mint(server: ServerState, _: Request, body: dict[str, Json]) -> tuple[int, Json]:
    known = {item.name for item in fields(IdentitySpec)} - {"name"}
    if unknown := sorted(set(body) - known):
        raise ValueError(f"an identity has no {unknown[0]}")
    spec = IdentitySpec(
        scopes=_read_words(body, "scopes"),
        permissions=_read_words(body, "permissions"),
        roles=_read_words(body, "roles"),
        tenant=_read_tenant(body),
        user=_read_word(body, "user"),
        app=_read_word(body, "app"),
        plan=_read_word(body, "plan"),
        state=_read_word(body, "state") or "active",
        lifetime=None if body.get("lifetime") is None else _read_seconds(body, "lifetime"),
        scheme=_read_scheme(server, body),
        claims=_read_members(body, "claims"),
    )
    return 201, server.make_identity(spec).as_json(server.clock.now())


def _count_effects(server: ServerState, request: Request, _: dict[str, Json]) -> Json:
    return {"count": server.effects_by[request.path_params["id"]]}


def _read_scheme(server: ServerState, body: dict[str, Json]) -> str:
    scheme = _read_word(body, "scheme")
    if scheme and scheme not in server.profile.spec.schemes:
        raise KeyError(f"security scheme {scheme}")
    return scheme


def _read_members(body: dict[str, Json], name: str) -> dict[str, Json]:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise TypeError(f"{name} is an object")
    return value or {}


def _read_tenant(body: dict[str, Json]) -> str:
    tenant = _read_word(body, "tenant") or TENANTS[0]
    if tenant not in TENANTS:
        raise ValueError(f"the tenants are {' and '.join(TENANTS)}")
    return tenant


def _read_word(body: dict[str, Json], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is a string")
    return value or ""


def _read_words(body: dict[str, Json], name: str) -> tuple[str, ...] | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{name} is a list of strings")
    return tuple(value)


def _read_seconds(body: dict[str, Json], name: str, least: int = 0) -> float:
    value = body[name]
    if not is_number(value) or not least <= value <= _LONGEST:
        raise ValueError(f"{name} is a number of seconds, from {least} to {_LONGEST}")
    return float(value)


def _revoke(server: ServerState, request: Request, _: dict[str, Json]) -> Json:
    if not server.directory.revoke(request.path_params["id"]):
        raise KeyError(f"identity {request.path_params['id']}")
    return {}


def _change(server: ServerState, request: Request, body: dict[str, Json]) -> Json:
    """Change the account of an identity's person, with all credentials that they have."""
    if unknown := sorted(set(body) - {"state", "roles"}):
        raise ValueError(f"an account has no {unknown[0]}")
    identity = server.directory.get(request.path_params["id"])
    if identity is None:
        raise KeyError(f"identity {request.path_params['id']}")
    server.accounts[identity.user] = AccountChange(
        identity.id, _read_word(body, "state") or "active", _read_words(body, "roles")
    )
    return {}


def _read_clock(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    return {"now": server.clock.now()}


async def _advance(server: ServerState, request: Request, body: dict[str, Json]) -> Json:
    seconds = _read_seconds(body, "advance", least=-_LONGEST)
    server.clock.advance(seconds)
    if seconds < 0:
        server.limiters.clear()  # a limiter that has counted in the future refuses till then
    await server.subscriptions.follow_clock()
    return _read_clock(server, request, body)


def _listen(server: ServerState, _: Request, body: dict[str, Json]) -> tuple[int, Json]:
    url = _read_word(body, "url")
    if not url.startswith(("http://", "https://")):
        raise ValueError("url begins with http:// or https://")
    made = server.subscriptions.subscribe(url, _read_words(body, "events"), _read_tenant(body))
    return 201, {"id": made.id, "secret": server.subscriptions.find_secret(made.id)}


def _fail_next(server: ServerState, _: Request, body: dict[str, Json]) -> Json:
    operation = server.profile.spec.operation(str(body["operation"]))
    status = body.get("status", 500)
    if not isinstance(status, int) or not 400 <= status <= 599:
        raise ValueError("status is a number from 400 to 599")
    server.fail_next(operation.id, status)
    return {}


def _list_faults(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    return {
        "faults": [
            {
                "id": fault.id,
                "about": fault.about,
                "needs": list(fault.needs),
                "applicable": fault.applicable(server.profile),
                "alone": fault.alone,
                "on": fault.id in server.faults,
            }
            for fault in catalogue().values()
        ]
    }


def _switch(server: ServerState, request: Request, body: dict[str, Json]) -> Json:
    wanted = _read_words(body, "on")
    if wanted is None:
        raise ValueError("on is a list of faults")
    server.switch(select(wanted))
    return _list_faults(server, request, body)


def _publish(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    with server.faults_in_force():
        return publish_document(server.profile)


def _change_variant(server: ServerState, _: Request, body: dict[str, Json]) -> Json:
    server.variant = parse_variant(body)
    return server.variant.as_json()


def _reset(server: ServerState, _: Request, __: dict[str, Json]) -> Json:
    server.reset()
    return {}
