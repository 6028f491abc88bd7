"""A parcel service on Werkzeug, as a team writes one that never heard of apicheck.

Two tenants, OAuth clients, a limit for each token, signed webhooks, everything in memory. `broken`
names one mistake that the service then makes; `MISTAKES` lists them all. It starts as
`with Service(broken="…").running() as url`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import math
import secrets
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from threading import RLock, Thread
from time import monotonic
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

SCOPES = ("depots:read", "depots:write", "parcels:read", "parcels:write", "hooks")
LONG = 2048
SUBSCRIPTIONS_AT_MOST = 5
METHODS = ("GET", "POST", "PATCH", "DELETE")

MISTAKES: dict[str, str] = {
    # A write that is refused, and executed all the same.
    "anonymous-create": "POST /depots without a token: 401, and the depot is made",
    "anonymous-create-elsewhere": "POST /depots without a token: 401, and tenant 2 has the depot",
    "anonymous-create-parcel": "POST /parcels without a token: 401, and the parcel is made",
    "anonymous-delete": "DELETE without a token: 401, and the object is gone",
    "anonymous-patch": "PATCH without a token: 401, and the object is changed",
    "anonymous-dispatch": "POST …/dispatch without a token: 401, and the parcel is dispatched",
    "bad-token-create": "POST /depots with a bad token: 401, and the depot is made",
    "bad-token-delete": "DELETE with a bad token: 401, and the object is gone",
    "scope-create": "POST /depots without the scope: 403, and the depot is made",
    "scope-create-parcel": "POST /parcels without the scope: 403, and the parcel is made",
    "scope-delete": "DELETE without the scope: 403, and the object is gone",
    "scope-patch": "PATCH without the scope: 403, and the object is changed",
    "scope-dispatch": "POST …/dispatch without the scope: 403, and the parcel is dispatched",
    "foreign-delete": "DELETE of another tenant's object: 404, and it is gone",
    "foreign-patch": "PATCH of another tenant's object: 404, and it is changed",
    "foreign-dispatch": "POST …/dispatch of another tenant's parcel: 404, and it is dispatched",
    "invalid-create": "POST of a body that breaks the schema: 422, and what fits is kept",
    # A method in a header field or parameter, with the rights of the method on the wire.
    "override-header": "X-HTTP-Method-Override, for the scope of the method on the wire",
    "override-other-header": "X-HTTP-Method, for the scope of the method on the wire",
    "override-query": "POST with _method in the query, for which no scope is looked up",
    # Credentials.
    "empty-token-500": "an empty bearer token: 500",
    "long-token-500": "a very long bearer token: 500",
    "odd-token-500": "a token of letters that are not ASCII: 500",
    "no-scheme-500": "an Authorization field without a space: 500",
    "bad-basic-500": "a token request with a Basic credential that is no base64: 500",
    "empty-token-accepted": "an empty bearer token: accepted",
    "any-token-accepted": "any token: accepted",
    "any-secret-accepted": "a client with any secret gets a token",
    "query-token": "a token in the query is accepted",
    "scheme-case": "only `Bearer` is understood, not `bearer`",
    "anonymous-500": "no token at all: 500",
    "anonymous-redirect": "no token at all: a redirect to a page to log in",
    "bad-token-403": "a bad token: 403",
    "repeats-token": "a 401 says which token was bad",
    "no-challenge": "a 401 without a challenge",
    # Scopes.
    "grants-unheld": "the token operation grants a scope that the client may not have",
    "grants-unknown": "the token operation grants a scope that does not exist",
    "grants-all": "the token operation grants everything, whatever was asked",
    "scope-ignored-read": "reads need no scope",
    "scope-ignored-write": "writes need no scope",
    "scope-401": "a missing scope: 401",
    "scope-404": "a missing scope: 404",
    "scope-prefix": "depots:read is as good as depots:write",
    # Another tenant's objects.
    "lists-all-depots": "GET /depots lists those of every tenant",
    "lists-all-parcels": "GET /parcels lists those of every tenant",
    "lists-by-guess": "GET /parcels?depot_id lists the parcels of a foreign depot",
    "counts-all": "the totals of lists count the things of every tenant",
    "foreign-reference": "a parcel in another tenant's depot: accepted",
    "foreign-reference-patch": "a parcel is moved to another tenant's depot",
    "foreign-reference-403": "a parcel in another tenant's depot: 403, one in no depot: 422",
    "foreign-403": "another tenant's object: 403 in place of 404",
    "foreign-told": "another tenant's object: 404 with a text of its own",
    "foreign-served": "GET of another tenant's object: 200",
    "foreign-changed": "PATCH of another tenant's object: 200",
    "foreign-deleted": "DELETE of another tenant's object: 204",
    # A media type that lies.
    "html-list": "GET /depots is labelled text/html",
    "html-object": "GET /depots/{depot_id} is labelled text/html",
    "html-everywhere": "every response is labelled text/html",
    "text-429": "a 429 is plain text",
    "text-404": "a 404 is plain text",
    "text-401": "a 401 is plain text",
    "html-error": "a 405 is an HTML page",
    # The rest.
    "trace": "TRACE is answered with the request, token and all",
    "any-version": "/api/v2/… and /api/v9/… are served as v1",
    "limit-reads-only": "writes count against no limit",
    "limit-writes-only": "reads count against no limit",
    "limit-one-more": "one request more than the limit passes",
    "limit-one-less": "one request less than the limit passes",
    "limit-forwarded": "X-Forwarded-For gives a client a new limit",
    "limit-shared": "all tokens share one limit",
    "retry-missing": "a 429 without Retry-After",
    "retry-short": "Retry-After is rounded down, up to a second too short",
    "limited-create": "POST /depots over the limit: 429, and the depot is made",
    "limited-delete": "DELETE over the limit: 429, and the object is gone",
    "limited-patch": "PATCH over the limit: 429, and the object is changed",
    "limited-dispatch": "POST …/dispatch over the limit: 429, and the parcel is dispatched",
    "remaining-stuck": "RateLimit-Remaining does not fall",
    "unsigned": "deliveries have no signature",
    "signs-other-body": "the signature is of another body",
}


class Refused(Exception):
    """The request is refused; the response says so."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Client:
    secret: str
    tenant: int
    scopes: tuple[str, ...] = SCOPES


@dataclass
class Token:
    tenant: int
    scopes: frozenset[str]
    name: str = ""


@dataclass
class Window:
    began: float
    used: int = 0


@dataclass
class Tables:
    """What the service has: kind -> id -> object. The tenant is kept beside it."""

    depots: dict[int, dict[str, Any]] = field(default_factory=dict)
    parcels: dict[int, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[int, dict[str, Any]] = field(default_factory=dict)
    tenants: dict[int, int] = field(default_factory=dict)


FIELDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "depots": {
        "name": lambda v: isinstance(v, str) and 1 <= len(v) <= 60,
        "city": lambda v: isinstance(v, str) and 1 <= len(v) <= 60,
    },
    "parcels": {
        "depot_id": lambda v: type(v) is int and v >= 1,
        "label": lambda v: isinstance(v, str) and 1 <= len(v) <= 80,
        "grams": lambda v: type(v) is int and 1 <= v <= 50_000,
    },
    "subscriptions": {
        "url": lambda v: isinstance(v, str) and v.startswith("http"),
        "events": lambda v: isinstance(v, list) and bool(v) and set(v) <= EVENTS,
    },
}
REQUIRED = {
    "depots": {"name"},
    "parcels": {"depot_id", "label", "grams"},
    "subscriptions": {"url", "events"},
}
EVENTS = {"parcel.created", "parcel.dispatched"}

ROUTES: tuple[tuple[str, str, str, str], ...] = (
    ("GET", "/ping", "ping", ""),
    ("POST", "/oauth/token", "token", ""),
    ("GET", "/depots", "list depots", "depots:read"),
    ("POST", "/depots", "create depots", "depots:write"),
    ("GET", "/depots/<int:number>", "show depots", "depots:read"),
    ("PATCH", "/depots/<int:number>", "change depots", "depots:write"),
    ("DELETE", "/depots/<int:number>", "delete depots", "depots:write"),
    ("GET", "/parcels", "list parcels", "parcels:read"),
    ("POST", "/parcels", "create parcels", "parcels:write"),
    ("GET", "/parcels/<int:number>", "show parcels", "parcels:read"),
    ("PATCH", "/parcels/<int:number>", "change parcels", "parcels:write"),
    ("DELETE", "/parcels/<int:number>", "delete parcels", "parcels:write"),
    ("POST", "/parcels/<int:number>/dispatch", "dispatch parcels", "parcels:write"),
    ("GET", "/subscriptions", "list subscriptions", "hooks"),
    ("POST", "/subscriptions", "create subscriptions", "hooks"),
    ("DELETE", "/subscriptions/<int:number>", "delete subscriptions", "hooks"),
)


class Service:
    """The service as a WSGI application.

    clients: of the token operation, by id. limit: requests of one token in a window of `window_s`.
    """

    def __init__(
        self,
        clients: Mapping[str, Client],
        *,
        broken: str = "",
        limit: int = 600,
        window_s: float = 60,
    ) -> None:
        assert not broken or broken in MISTAKES
        self.clients, self.broken = clients, broken
        self.limit, self.window_s = limit, window_s
        self.tables, self.tokens, self.windows = Tables(), dict[str, Token](), dict[str, Window]()
        self.numbers, self.lock = count(1001), RLock()
        self.received = 0
        versions = ("v1", "v2", "v9") if broken == "any-version" else ("v1",)
        self.routes = Map(
            [
                Rule(f"/api/{version}{path}", methods=[method], endpoint=(name, scope))
                for version in versions
                for method, path, name, scope in ROUTES
            ],
            merge_slashes=False,
        )

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a free port of loopback; gives the URL."""
        server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Quiet)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.shutdown()
            thread.join()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data()
        with self.lock:
            self.received += 1
            response = self.respond(request, body)
        return response(environ, start_response)

    def respond(self, request: Request, body: bytes) -> Response:
        fields: dict[str, str] = {}
        try:
            response = self.handle(request, body, fields)
        except Refused as refused:
            response = self.explain(refused, request)
        except RuntimeError:  # the mistakes that are a crash
            response = Response("Internal Server Error", 500, content_type="text/plain")
        for name, value in fields.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        if self.broken == "html-everywhere":
            response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response

    def explain(self, refused: Refused, request: Request) -> Response:
        if request.path.endswith("/oauth/token") and refused.status in (400, 401):
            value: Any = {"error": refused.code, "error_description": refused.message}
        else:
            value = {"error": {"code": refused.code, "message": refused.message}}
        response = to_json(value, refused.status, refused.headers)
        if self.broken == f"text-{refused.status}":
            response = Response(refused.message, refused.status, refused.headers)
            response.content_type = "text/plain; charset=utf-8"
        if self.broken == "html-error" and refused.status == 405:
            response = Response(f"<h1>{refused.message}</h1>", 405, refused.headers)
            response.content_type = "text/html; charset=utf-8"
        if self.broken == "no-challenge":
            response.headers.pop("WWW-Authenticate", None)
        return response

    def handle(self, request: Request, body: bytes, fields: dict[str, str]) -> Response:
        (name, scope), number = self.route(request)
        if name == "ping":
            return to_json({"status": "ok"})
        if name == "token":
            return self.issue(request)
        if name.startswith("echo"):
            return Response(name.removeprefix("echo "), content_type="message/http")
        action, kind = name.split()
        effect = self.effect_of_refusal(action, kind, number, body, request)
        try:
            caller = self.authenticate(request)
        except Refused:
            effect("anonymous" if not request.headers.get("Authorization") else "bad-token")
            raise
        if not self.may(caller, scope, request.method):
            effect("scope")
            challenge = f'Bearer realm="parcels", error="insufficient_scope", scope="{scope}"'
            status = {"scope-401": 401, "scope-404": 404}.get(self.broken, 403)
            said = "The token lacks a scope."
            raise Refused(status, "forbidden", said, WWW_Authenticate=challenge)
        try:
            self.count(caller, request, fields)
        except Refused:
            effect("limited", caller.tenant)
            raise
        action, kind = self.overridden(request, action, kind)
        return self.act(action, kind, number, caller.tenant, body, request)

    def route(self, request: Request) -> tuple[tuple[str, str], int]:
        if self.broken == "trace" and request.method == "TRACE":
            lines = [f"{name}: {value}" for name, value in request.headers.items()]
            return ("echo " + "\r\n".join(lines), ""), 0
        overridden = self.broken == "override-query" and request.args.get("_method")
        try:
            bound = self.routes.bind_to_environ(request.environ)
            endpoint, values = bound.match(method=overridden or request.method)
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            raise Refused(405, "method", "This method is not supported.", Allow=allowed) from None
        except HTTPException:
            raise Refused(404, "not_found", "There is no such thing.") from None
        if overridden:
            endpoint = (endpoint[0], "")
        return endpoint, values.get("number", 0)

    # Who calls, and what they may do.

    def authenticate(self, request: Request) -> Token:
        given = request.headers.get("Authorization", "")
        if self.broken == "query-token" and "access_token" in request.args:
            given = f"Bearer {request.args['access_token']}"
        realm = 'Bearer realm="parcels"'
        if not given and self.broken == "anonymous-500":
            raise RuntimeError
        if not given and self.broken == "anonymous-redirect":
            raise Refused(302, "moved", "Log in.", Location="/login")
        if not given:
            raise Refused(401, "unauthorized", "A token is needed.", WWW_Authenticate=realm)
        scheme, _, value = given.partition(" ")
        value = value.strip(" ")
        self.crash_on(given, value)
        token = self.tokens.get(value) if scheme.lower() == "bearer" else None
        if self.broken == "scheme-case" and scheme != "Bearer":
            token = None
        if self.broken == "any-token-accepted" or (
            self.broken == "empty-token-accepted" and not value
        ):
            token = token or Token(1, frozenset(SCOPES))
        if token is None:
            challenge = f'{realm}, error="invalid_token"'
            status = 403 if self.broken == "bad-token-403" else 401
            said = f"The token {value} is bad." if self.broken == "repeats-token" else "It is bad."
            raise Refused(status, "unauthorized", said, WWW_Authenticate=challenge)
        return token

    def crash_on(self, given: str, value: str) -> None:
        crashes = {
            "empty-token-500": given.lower().startswith("bearer") and not value,
            "long-token-500": len(value) > LONG,
            "odd-token-500": not value.isascii(),
            "no-scheme-500": " " not in given,
        }
        if crashes.get(self.broken):
            raise RuntimeError

    def may(self, caller: Token, scope: str, method: str) -> bool:
        reads = method in ("GET", "HEAD")
        if not scope or self.broken == ("scope-ignored-read" if reads else "scope-ignored-write"):
            return True
        if self.broken == "scope-prefix":
            return any(one.partition(":")[0] == scope.partition(":")[0] for one in caller.scopes)
        return scope in caller.scopes

    def count(self, caller: Token, request: Request, fields: dict[str, str]) -> None:
        reads = request.method in ("GET", "HEAD")
        if self.broken == ("limit-writes-only" if reads else "limit-reads-only"):
            return
        key = "" if self.broken == "limit-shared" else caller.name
        if self.broken == "limit-forwarded":
            key += request.headers.get("X-Forwarded-For", "")
        now = monotonic()
        window = self.windows.get(key)
        if window is None or now - window.began >= self.window_s:
            window = self.windows[key] = Window(now)
        window.used += 1
        off = {"limit-one-more": 1, "limit-one-less": -1}.get(self.broken, 0)
        left = self.limit - window.used
        until = math.ceil(window.began + self.window_s - now)
        fields["RateLimit-Limit"] = str(self.limit)
        fields["RateLimit-Remaining"] = str(max(left, 0))
        fields["RateLimit-Reset"] = str(until)
        if self.broken == "remaining-stuck":
            fields["RateLimit-Remaining"] = str(self.limit - 1)
        if left + off < 0:
            shown = until - 1 if self.broken == "retry-short" else until
            named = {} if self.broken == "retry-missing" else {"Retry_After": str(shown)}
            raise Refused(429, "too_many_requests", "Slow down.", **named)

    def overridden(self, request: Request, action: str, kind: str) -> tuple[str, str]:
        named = {
            "override-header": request.headers.get("X-HTTP-Method-Override"),
            "override-other-header": request.headers.get("X-HTTP-Method"),
        }.get(self.broken)
        actions = {"DELETE": "delete", "PATCH": "change", "GET": "show"}
        on_an_object = action in ("show", "change", "delete")
        return (actions.get(str(named).upper(), action) if on_an_object else action), kind

    def effect_of_refusal(
        self, action: str, kind: str, number: int, body: bytes, request: Request
    ) -> Callable[..., None]:
        """What the service does although it refuses: nothing, unless that is its mistake."""
        verb = {"change": "patch"}.get(action, action)
        on = {verb, f"{verb}-parcel"} if kind == "parcels" else {verb}
        if action == "create" and kind == "parcels":
            on = {"create-parcel"}
        elsewhere = self.broken == "anonymous-create-elsewhere"
        if elsewhere and kind == "depots":
            on = {f"{verb}-elsewhere"}

        def happen(why: str, tenant: int | None = None) -> None:
            if self.broken not in {f"{why}-{one}" for one in on}:
                return
            with suppress(Refused, KeyError, ValueError):
                owner = self.tables.tenants.get(number, 1 + elsewhere) if tenant is None else tenant
                self.act(action, kind, number, owner, body, request)

        return happen

    def issue(self, request: Request) -> Response:
        client = self.client_of(request)
        if any(len(values) > 1 for _, values in request.form.lists()):
            raise Refused(400, "invalid_request", "Each parameter once.")
        if request.form.get("grant_type") != "client_credentials":
            code = "unsupported_grant_type" if "grant_type" in request.form else "invalid_request"
            raise Refused(400, code, "Only client_credentials.")
        wanted = request.form.get("scope", "").split()
        lenient = {
            "grants-unheld": SCOPES,
            "grants-unknown": (*SCOPES, *wanted),
        }.get(self.broken, client.scopes)
        if not set(wanted) <= set(lenient):
            raise Refused(400, "invalid_scope", "The client may not have this scope.")
        granted = client.scopes if self.broken == "grants-all" else wanted or client.scopes
        name = self.keep_token(client.tenant, granted)
        value = {"access_token": name, "token_type": "Bearer", "expires_in": 3600}
        return to_json({**value, "scope": " ".join(granted)})

    def keep_token(self, tenant: int, scopes: Iterable[str]) -> str:
        name = secrets.token_urlsafe(24)
        self.tokens[name] = Token(tenant, frozenset(scopes), name)
        return name

    def client_of(self, request: Request) -> Client:
        challenge = {"WWW_Authenticate": 'Basic realm="parcels"'}
        refused = Refused(401, "invalid_client", "Who are you?", **challenge)
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            raise refused
        try:
            decoded = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            if self.broken == "bad-basic-500":
                raise RuntimeError from None
            raise refused from None
        name, _, secret = decoded.partition(":")
        client = self.clients.get(name)
        known = client is not None and hmac.compare_digest(client.secret.encode(), secret.encode())
        if client is None or not (known or self.broken == "any-secret-accepted"):
            raise refused
        return client

    # What the operations do.

    def act(
        self, action: str, kind: str, number: int, tenant: int, body: bytes, request: Request
    ) -> Response:
        if action == "list":
            return self.list(kind, tenant, request)
        if action == "create":
            return self.create(kind, tenant, body, request)
        one = self.find(kind, number, tenant, action, body, request)
        if action == "show":
            return self.labelled(to_json(one), f"html-object {kind}")
        if action == "delete":
            self.delete(kind, number)
            return Response(status=204, content_type=None)
        if action == "dispatch":
            if one["state"] != "waiting":
                raise Refused(409, "conflict", "The parcel has left already.")
            one["state"] = "dispatched"
            self.deliver("parcel.dispatched", one, tenant)
            return to_json(one)
        one.update(self.read(kind, body, request, tenant, partial=True))
        return to_json(one)

    def list(self, kind: str, tenant: int, request: Request) -> Response:
        table, owners = getattr(self.tables, kind), self.tables.tenants
        everybody = self.broken == f"lists-all-{kind}"
        depot = request.args.get("depot_id", type=int)
        found = []
        for number, one in table.items():
            guessed = self.broken == "lists-by-guess" and depot is not None
            if (everybody or guessed or owners[number] == tenant) and (
                depot is None or one.get("depot_id") == depot
            ):
                found.append(hidden(one))
        newest = sorted(found, key=lambda one: -one["id"])[:100]
        total = len(table) if self.broken == "counts-all" else len(found)
        return self.labelled(to_json({"items": newest, "total": total}), f"html-list {kind}")

    def labelled(self, response: Response, place: str) -> Response:
        if place == f"{self.broken} depots":
            response.content_type = "text/html; charset=utf-8"
        return response

    def create(self, kind: str, tenant: int, body: bytes, request: Request) -> Response:
        table = getattr(self.tables, kind)
        try:
            given = self.read(kind, body, request, tenant)
        except Refused as refused:
            if self.broken == "invalid-create" and (refused.status, kind) == (422, "depots"):
                with suppress(TypeError):
                    self.keep(kind, tenant, {"name": "", **json.loads(body)})
            raise
        if kind == "subscriptions":
            own = [one for number, one in table.items() if self.tables.tenants[number] == tenant]
            if len(own) >= SUBSCRIPTIONS_AT_MOST:
                raise Refused(409, "conflict", "There are five subscriptions already.")
            given["secret"] = secrets.token_hex(24)
        made = self.keep(kind, tenant, given)
        if kind == "parcels":
            self.deliver("parcel.created", made, tenant)
        return to_json(made, 201, {"Location": f"/api/v1/{kind}/{made['id']}"})

    def keep(self, kind: str, tenant: int, given: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        state = {"state": "waiting"} if kind == "parcels" else {}
        made = {"id": number, **given, **state}
        getattr(self.tables, kind)[number] = made
        self.tables.tenants[number] = tenant
        return made

    def find(
        self, kind: str, number: int, tenant: int, action: str, body: bytes, request: Request
    ) -> dict[str, Any]:
        one = getattr(self.tables, kind).get(number)
        if one is None:
            raise Refused(404, "not_found", "There is no such thing.")
        owner = self.tables.tenants[number]
        allowed = {
            "show": "foreign-served",
            "change": "foreign-changed",
            "delete": "foreign-deleted",
        }
        if owner == tenant or self.broken == allowed.get(action):
            return dict_of(one)
        verb = {"change": "patch"}.get(action, action)
        if self.broken == f"foreign-{verb}":
            with suppress(Refused):
                self.act(action, kind, number, owner, body, request)
        if self.broken == "foreign-403":
            raise Refused(403, "forbidden", "This is not yours.")
        told = "This is not yours." if self.broken == "foreign-told" else "There is no such thing."
        raise Refused(404, "not_found", told)

    def delete(self, kind: str, number: int) -> None:
        del getattr(self.tables, kind)[number]
        if kind == "depots":
            inside = [n for n, p in self.tables.parcels.items() if p["depot_id"] == number]
            for parcel in inside:
                del self.tables.parcels[parcel]

    def read(
        self, kind: str, body: bytes, request: Request, tenant: int, *, partial: bool = False
    ) -> dict[str, Any]:
        """The body of a request that fits; a depot that it names is the tenant's own."""
        if request.mimetype != "application/json":
            raise Refused(415, "media_type", "Send application/json.")
        try:
            given = json.loads(body, parse_constant=no_number)
        except (ValueError, RecursionError):
            raise Refused(400, "syntax", "This is no JSON.") from None
        fields = FIELDS[kind]
        fits = isinstance(given, dict) and given.keys() <= fields.keys()
        missing = not given if partial else fits and not given.keys() >= REQUIRED[kind]
        if not fits or missing or not all(fields[name](value) for name, value in given.items()):
            raise Refused(422, "invalid", "The body does not fit.")
        if "depot_id" in given:
            self.check_depot(given["depot_id"], tenant, partial=partial)
        return dict_of(given)

    def check_depot(self, number: int, tenant: int, *, partial: bool) -> None:
        owner = self.tables.tenants.get(number) if number in self.tables.depots else None
        lenient = "foreign-reference-patch" if partial else "foreign-reference"
        if owner == tenant or (owner and self.broken == lenient):
            return
        if owner and self.broken == "foreign-reference-403":
            raise Refused(403, "forbidden", "This depot is not yours.")
        raise Refused(422, "invalid", "There is no such depot.")

    def deliver(self, event: str, one: Mapping[str, Any], tenant: int) -> None:
        content = json.dumps({"event": event, "data": one}).encode()
        for number, subscription in self.tables.subscriptions.items():
            if self.tables.tenants[number] == tenant and event in subscription["events"]:
                signed = b"{}" if self.broken == "signs-other-body" else content
                mac = hmac.new(subscription["secret"].encode(), signed, hashlib.sha256).hexdigest()
                headers = {"Content-Type": "application/json", "X-Signature": f"sha256={mac}"}
                if self.broken == "unsigned":
                    del headers["X-Signature"]
                args = (subscription["url"], content, headers)
                Thread(target=post, args=args, daemon=True).start()


class Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log(self, *_: object) -> None:
        """Say nothing."""

    def version_string(self) -> str:
        return "parcels"


def to_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(value), status, headers, content_type="application/json")


def dict_of(value: Any) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def hidden(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "secret"}


def no_number(text: str) -> None:
    raise ValueError(text)


def post(url: str, content: bytes, headers: Mapping[str, str]) -> None:
    with suppress(OSError):
        request = urllib.request.Request(url, content, dict(headers), method="POST")
        urllib.request.urlopen(request, timeout=5).close()
