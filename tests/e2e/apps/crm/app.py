"""A CRM on Werkzeug, written from what is published of Capsule's API, and from nothing else here.

It keeps parties, opportunities, kases and tasks of two accounts in memory. `broken` names one
mistake that it then makes; `MISTAKES` lists them all. It starts as `with Service().running()`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import RLock, Thread
from time import sleep, time
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

MISTAKES: dict[str, str] = {
    "anonymous-read": "GET without a token is served",
    "scope-ignored": "a token for reading may write",
    "no-challenge": "401 and 403 have no WWW-Authenticate",
    "html-errors": "errors are pages",
    "limit-one-more": "one request more than the limit",
    "limit-per-token": "each token has a limit of its own",
    "remaining-stuck": "X-RateLimit-Remaining does not fall",
    "reset-milliseconds": "X-RateLimit-Reset is in milliseconds",
    "limit-body": "a 429 has its text in message",
    "hooks-of-all-apps": "hooks of another application are listed and read",
    "hooks-for-everyone": "whoever may write may make and delete hooks",
    "hook-for-any-event": "a hook is made for an event that does not exist",
    "hook-survives": "a deleted hook is still read",
    "revoked-works": "a revoked token is accepted",
    "token-cached": "a response with a token has no Cache-Control",
    "any-secret": "a client may have any secret",
    "no-location": "201 without Location",
    "update-lost": "a change is answered, and not made",
    "since-unread": "since is any text",
    "since-ignored": "since leaves nothing out",
    "plain-served": "plain HTTP is served",
    "version-1": "/api/v1 is served, too",
    "foreign-read": "objects of another account are read",
    "hooks-by-personal-tokens": "a personal token may make and delete hooks",
    "code-twice": "a code gets a token twice",
    "any-redirect": "a code is sent to whatever URL is asked for",
    "state-lost": "the browser comes back without the state",
}

RESOURCES = {
    "parties": "party",
    "opportunities": "opportunity",
    "kases": "kase",
    "tasks": "task",
}
WITH_DELETED = ("parties", "opportunities", "kases")
EVENTS = {
    *(f"{one}/{what}" for one in ("party", "user", "kase", "opportunity")
      for what in ("created", "updated", "deleted")),
    *(f"{one}/{what}" for one in ("kase", "opportunity") for what in ("closed", "moved")),
    *(f"project/{what}" for what in ("created", "updated", "deleted", "moved")),
    *(f"task/{what}" for what in ("created", "updated", "completed")),
}  # fmt: skip
HOOKS_AT_MOST = 20
RETRIES_S = (5, 60, 300, 900, 900)
HOUR_S, WEEK_S = 3600, 604_800
EMBEDDED = ("tags", "fields")
EMBED = re.compile(r"[A-Za-z]+(,[A-Za-z]+)*")


def is_text(longest: int, shortest: int = 1) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and shortest <= len(value) <= longest


def is_day(value: Any) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and len(value) == 10 and bool(datetime.fromisoformat(value))
    return False


NAMED = {"name": is_text(200), "description": is_text(2000, 0)}
FIELDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "parties": {
        "type": lambda value: value in ("person", "organisation"),
        "firstName": is_text(100),
        "lastName": is_text(100),
        "jobTitle": is_text(100, 0),
    },
    "opportunities": NAMED,
    "kases": NAMED,
    "tasks": {"description": is_text(2000), "dueOn": is_day},
}
REQUIRED = {
    "parties": ("type", "lastName"),
    "opportunities": ("name",),
    "kases": ("name",),
    "tasks": ("description", "dueOn"),
}


@dataclass
class Grant:
    """What a token is good for. app: the registered application, "" for a personal token."""

    user: str
    account: str
    app: str
    scopes: frozenset[str]
    ends: float
    admin: bool = True


@dataclass
class Client:
    secret: str
    account: str
    app: str
    scopes: tuple[str, ...] = ("read", "write")
    callback: str = ""


@dataclass
class Account:
    rows: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=lambda: {kind: {} for kind in RESOURCES}
    )
    deleted: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {kind: [] for kind in RESOURCES}
    )
    hooks: dict[int, dict[str, Any]] = field(default_factory=dict)


class Refused(Exception):
    def __init__(
        self, status: int, message: str, fields: tuple[str, ...] = (), kind: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.fields, self.kind = status, message, fields, kind
        self.told: Mapping[str, str] = {}


class Service:
    def __init__(self, *, broken: str = "", limit: int = 4000) -> None:
        assert broken in ("", *MISTAKES)
        self.broken, self.limit = broken, limit
        self.moved, self.lock, self.numbers = 0.0, RLock(), count(4301)
        self.accounts = {"first": Account(), "second": Account()}
        self.tokens: dict[str, Grant] = {}
        self.clients: dict[str, Client] = {}
        self.codes: dict[str, tuple[Client, Grant, list[str]]] = {}
        self.used: dict[str, tuple[float, int]] = {}
        self.minted: dict[str, str] = {}
        rules = [
            Rule("/oauth/authorise", endpoint="authorise", methods=["GET"]),
            Rule("/oauth/token", endpoint="token", methods=["POST"]),
            Rule("/oauth/token/revoke", endpoint="revoke", methods=["POST"]),
            Rule("/api/v2/users", endpoint="users", methods=["GET"]),
            Rule("/api/v2/users/current", endpoint="current", methods=["GET"]),
            Rule("/api/v2/resthooks", endpoint="hooks", methods=["GET", "POST"]),
            Rule("/api/v2/resthooks/<int:number>", endpoint="hook", methods=["GET", "DELETE"]),
        ]
        for version in ("v1", "v2") if broken == "version-1" else ("v2",):
            for kind in RESOURCES:
                path = f"/api/{version}/{kind}"
                both = ["GET", "PUT", "DELETE"]
                rules += [
                    Rule(path, endpoint=f"list {kind}", methods=["GET", "POST"]),
                    Rule(f"{path}/<int:number>", endpoint=f"one {kind}", methods=both),
                ]
                if kind in WITH_DELETED:
                    rules.append(
                        Rule(f"{path}/deleted", endpoint=f"deleted {kind}", methods=["GET"])
                    )
        self.rules = Map(rules)

    def now(self) -> float:
        return time() + self.moved

    def grant(
        self, account: str, app: str, scopes: Any, lifetime: float = WEEK_S, **more: Any
    ) -> str:
        token = secrets.token_urlsafe(24)
        user = more.pop("user", "") or f"user-{next(self.numbers)}"
        ends = self.now() + lifetime
        self.tokens[token] = Grant(user, account, app, frozenset(scopes), ends, **more)
        return token

    # How a request is served.

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        ours = request.path.startswith("/.control")
        if environ["wsgi.url_scheme"] == "http" and not ours and self.broken != "plain-served":
            host = f"127.0.0.1:{self.port}"
            place = f"https://{host}{request.full_path.rstrip('?')}"
            return Response("", 308, {"Location": place})(environ, start)
        request.get_data()
        with self.lock:
            response = self.respond(request)
        return response(environ, start)

    def respond(self, request: Request) -> Response:
        if request.path.startswith("/.control"):
            return self.control(request)
        spent: dict[str, str] = {}
        try:
            endpoint, values = self.rules.bind_to_environ(request.environ).match()
            if endpoint == "authorise":
                return self.authorise(request)
            if endpoint in ("token", "revoke"):
                return self.serve_client(request, endpoint)
            response = self.serve(request, endpoint, values.get("number", 0), spent)
        except Refused as refused:
            response = self.refuse(refused)
            spent |= refused.told
        except MethodNotAllowed as error:
            response = self.refuse(Refused(405, "Method not allowed"))
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        except HTTPException as error:
            response = self.refuse(Refused(error.code or 500, error.name))
        response.headers.extend(spent)
        return response

    def serve(
        self, request: Request, endpoint: str, number: int, spent: dict[str, str]
    ) -> Response:
        grant = self.authenticate(request)
        self.authorize(request, endpoint, grant)
        spent |= self.count(request, grant)
        account = self.accounts[grant.account]
        word, _, kind = endpoint.partition(" ")
        if word == "list" and request.method in ("GET", "HEAD"):
            return self.list(request, kind, account)
        if word == "list":
            return self.create(request, kind, account)
        if word == "deleted":
            return self.list_deleted(request, kind, account)
        if word == "one":
            return self.one(request, kind, number, grant)
        if word in ("hooks", "hook"):
            return self.serve_hooks(request, number, account, grant)
        if word == "users":
            users = {one.user: one for one in self.tokens.values() if one.account == grant.account}
            return to_json({"users": [describe_user(name, one) for name, one in users.items()]})
        return to_json({"user": describe_user(grant.user, grant)})

    def refuse(self, refused: Refused) -> Response:
        if self.broken == "html-errors":
            return Response(f"<h1>{refused}</h1>", refused.status, content_type="text/html")
        if refused.status == 429:
            key = "message" if self.broken == "limit-body" else "error"
            return to_json({key: refused.message}, 429)
        body: dict[str, Any] = {"message": refused.message}
        if refused.status == 422:
            body["errors"] = [
                {"message": f"{name} is invalid", "resource": refused.kind, "field": name}
                for name in refused.fields
            ]
        response = to_json(body, refused.status)
        if refused.status in (401, 403) and self.broken != "no-challenge":
            error = "invalid_token" if refused.status == 401 else "insufficient_scope"
            response.headers["WWW-Authenticate"] = f'Bearer realm="crm", error="{error}"'
        return response

    def authenticate(self, request: Request) -> Grant:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = self.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if not scheme and self.broken == "anonymous-read" and request.method == "GET":
            grant = next(iter(self.tokens.values()))
        if grant is None or grant.ends <= self.now():
            raise Refused(401, "The token is not valid")
        return grant

    def authorize(self, request: Request, endpoint: str, grant: Grant) -> None:
        reads = request.method in ("GET", "HEAD")
        if ("read" if reads else "write") not in grant.scopes and self.broken != "scope-ignored":
            raise Refused(403, "The token lacks a scope")
        hooks = endpoint.startswith("hook") and not reads
        if hooks and not grant.admin and self.broken != "hooks-for-everyone":
            raise Refused(403, "Only an administrator may do this")
        if hooks and not grant.app and self.broken != "hooks-by-personal-tokens":
            raise Refused(403, "Only a registered application may do this")

    def count(self, request: Request, grant: Grant) -> dict[str, str]:
        """Count a request, and tell how many are left. Raises for one too many."""
        token = request.headers.get("Authorization", "")
        whose = token if self.broken == "limit-per-token" else grant.user
        began, used = self.used.get(whose, (0.0, 0))
        if self.now() >= began + HOUR_S:
            began, used = self.now(), 0
        allowed = self.limit + (self.broken == "limit-one-more")
        left = max(0, self.limit - used - 1)
        ends = began + HOUR_S
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit if self.broken == "remaining-stuck" else left),
            "X-RateLimit-Reset": str(
                round(ends * 1000) if self.broken == "reset-milliseconds" else int(ends) + 1
            ),
        }
        if used >= allowed:
            raise Limited(told)
        self.used[whose] = began, used + 1
        return told

    # Objects.

    def list(self, request: Request, kind: str, account: Account) -> Response:
        since = self.read_since(request)
        added = self.read_embed(request)
        rows = [row | added for row in account.rows[kind].values() if row["updatedAt"] >= since]
        return self.page(request, kind, rows)

    def list_deleted(self, request: Request, kind: str, account: Account) -> Response:
        if "since" not in request.args:
            raise Refused(422, "Validation Failed", ("since",), RESOURCES[kind])
        since = self.read_since(request)
        rows = [row for row in account.deleted[kind] if row["deletedAt"] >= since]
        return self.page(request, "deleted", rows)

    def page(self, request: Request, name: str, rows: list[dict[str, Any]]) -> Response:
        number, size = (
            read_number(request, key, usual, most)
            for key, usual, most in (("page", 1, 10**9), ("perPage", 50, 100))
        )
        shown = rows[(number - 1) * size : number * size]
        response = to_json({name: shown})
        links = []
        for relation, at in (("prev", number - 1), ("next", number + 1)):
            if at > 0 and (at - 1) * size < len(rows):
                query = dict(request.args) | {"page": str(at), "perPage": str(size)}
                place = f"{request.base_url}?{urllib.parse.urlencode(query)}"
                links.append(f'<{place}>; rel="{relation}"')
        if links:
            response.headers["Link"] = ", ".join(links)
        return response

    def read_since(self, request: Request) -> str:
        written = request.args.get("since")
        if written is None or self.broken == "since-unread":
            return ""
        match = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", written)
        try:
            moment = datetime.fromisoformat(written) if match else None
        except ValueError:
            moment = None
        if moment is None:
            raise Refused(422, "Validation Failed", ("since",))
        return "" if self.broken == "since-ignored" else write_moment(moment.timestamp())

    def read_embed(self, request: Request) -> dict[str, list[Any]]:
        """The members that a request asks for beside the usual ones; others are ignored."""
        asked = request.args.get("embed", "tags")
        if not EMBED.fullmatch(asked):
            raise Refused(422, "Validation Failed", ("embed",))
        named = asked.split(",") if "embed" in request.args else []
        return {name: [] for name in EMBEDDED if name in named}

    def create(self, request: Request, kind: str, account: Account) -> Response:
        given = read_body(request, RESOURCES[kind], FIELDS[kind], REQUIRED[kind])
        number, now = next(self.numbers), write_moment(self.now())
        row = {"id": number, **given, "createdAt": now, "updatedAt": now}
        account.rows[kind][number] = row
        self.tell(account, f"{RESOURCES[kind]}/created", row)
        response = to_json({RESOURCES[kind]: row}, 201)
        if self.broken != "no-location":
            response.headers["Location"] = f"{request.base_url}/{number}"
        return response

    def one(self, request: Request, kind: str, number: int, grant: Grant) -> Response:
        account, name = self.accounts[grant.account], RESOURCES[kind]
        added = self.read_embed(request) if request.method == "GET" else {}
        if self.broken == "foreign-read" and request.method == "GET":
            account = next((a for a in self.accounts.values() if number in a.rows[kind]), account)
        given = None
        if request.method == "PUT":
            given = parse(request)
        row = account.rows[kind].get(number)
        if row is None:
            raise Refused(404, "Not found")
        if request.method == "DELETE":
            del account.rows[kind][number]
            now = write_moment(self.now())
            account.deleted[kind].append({"id": number, "deletedAt": now})
            self.tell(account, f"{name}/deleted", row)
            return Response(status=204)
        if given is not None:
            changed = pick(given, name, FIELDS[kind], ())
            if self.broken != "update-lost":
                row |= {**changed, "updatedAt": write_moment(self.now())}
            self.tell(account, f"{name}/updated", row)
            return to_json({name: {**row, **changed}})
        return to_json({name: row | added})

    # REST hooks.

    def serve_hooks(
        self, request: Request, number: int, account: Account, grant: Grant
    ) -> Response:
        every = self.broken == "hooks-of-all-apps"
        own = {n: hook for n, hook in account.hooks.items() if every or hook["app"] == grant.app}
        if request.method == "POST":
            return self.create_hook(request, account, grant)
        if not number:
            return to_json({"restHooks": [hide(hook) for hook in own.values() if hook["alive"]]})
        hook = own.get(number)
        if hook is None or not (hook["alive"] or self.broken == "hook-survives"):
            raise Refused(404, "Not found")
        if request.method == "DELETE":
            hook["alive"] = False
            return Response(status=204)
        return to_json({"restHook": hide(hook)})

    def create_hook(self, request: Request, account: Account, grant: Grant) -> Response:
        any_event = self.broken == "hook-for-any-event"
        fields: dict[str, Callable[[Any], bool]] = {
            "event": is_text(100) if any_event else lambda value: is_hashable_in(value, EVENTS),
            "targetUrl": is_url,
            "description": is_text(200, 0),
        }
        given = read_body(request, "restHook", fields, ("event", "targetUrl"))
        alive = sum(hook["alive"] for hook in account.hooks.values())
        if alive >= HOOKS_AT_MOST:
            raise Refused(422, "There are 20 hooks already", ("event",), "restHook")
        number = next(self.numbers)
        account.hooks[number] = {"id": number, **given, "app": grant.app, "alive": True}
        response = to_json({"restHook": hide(account.hooks[number])}, 201)
        response.headers["Location"] = f"{request.base_url}/{number}"
        return response

    def tell(self, account: Account, event: str, row: Mapping[str, Any]) -> None:
        """Call every hook of an event; projects have two names."""
        names = {event, event.replace("kase/", "project/")}
        for hook in account.hooks.values():
            if hook["alive"] and hook["event"] in names:
                body = json.dumps({"event": hook["event"], "payload": [row]}).encode()
                Thread(target=self.deliver, args=(hook, body), daemon=True).start()

    def deliver(self, hook: dict[str, Any], body: bytes) -> None:
        """Deliver until it is acknowledged, or the hook is gone."""
        for gap in (0, *RETRIES_S):
            due = self.now() + gap
            while self.now() < due:
                sleep(0.02)
            if not hook["alive"] or self.is_acknowledged(hook, body):
                return
        hook["alive"] = False

    def is_acknowledged(self, hook: dict[str, Any], body: bytes) -> bool:
        """Call a hook once."""
        request = urllib.request.Request(
            hook["targetUrl"], body, {"Content-Type": "application/json"}, method="POST"
        )
        with suppress(OSError):
            try:
                urllib.request.urlopen(request, timeout=5).close()
            except urllib.error.HTTPError as error:
                hook["alive"] = hook["alive"] and error.code != 410
            else:
                return True
        return False

    # OAuth 2.

    def find_client(self, request: Request) -> Client:
        name, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            with suppress(binascii.Error, UnicodeDecodeError):
                decoded = base64.b64decode(given, validate=True).decode()
                name, _, secret = map(urllib.parse.unquote, decoded.partition(":"))
        client = self.clients.get(name)
        if client is None or (secret != client.secret and self.broken != "any-secret"):
            raise Refused(401, "invalid_client")
        return client

    def serve_client(self, request: Request, endpoint: str) -> Response:
        try:
            return self.issue(request) if endpoint == "token" else self.revoke(request)
        except Refused as refused:
            return refuse_client(refused)

    def issue(self, request: Request) -> Response:
        client = self.find_client(request)
        kind = request.form.get("grant_type")
        if kind is None or any(len(request.form.getlist(key)) > 1 for key in request.form):
            raise Refused(400, "invalid_request")
        if kind == "refresh_token":
            raise Refused(400, "invalid_grant")
        if kind == "authorization_code":
            asked, token = self.exchange(request, client)
        elif kind != "client_credentials":
            raise Refused(400, "unsupported_grant_type")
        else:
            asked = self.read_scopes(request.form.get("scope", ""), client)
            token = self.grant(client.account, client.app, asked, user=f"of-{client.app}")
        told = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": WEEK_S,
            "scope": " ".join(asked),
            "subdomain": client.account,
        }
        fresh = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        return to_json(told, 200, {} if self.broken == "token-cached" else fresh)

    def read_scopes(self, written: str, client: Client) -> list[str]:
        asked = written.split() or list(client.scopes)
        if not {*asked} <= {*client.scopes}:
            raise Refused(400, "invalid_scope")
        return asked

    def exchange(self, request: Request, client: Client) -> tuple[list[str], str]:
        """A token for a code, which works once, for its client and with its own URL."""
        code = request.form.get("code", "")
        if not code:
            raise Refused(400, "invalid_request")
        known = self.codes.get(code)
        if known is None or known[0] is not client:
            raise Refused(400, "invalid_grant")
        if request.form.get("redirect_uri") != client.callback:
            raise Refused(400, "invalid_grant")
        if self.broken != "code-twice":
            del self.codes[code]
        _, person, asked = known
        token = self.grant(person.account, client.app, asked, user=person.user, admin=person.admin)
        return asked, token

    def authorise(self, request: Request) -> Response:
        """Send the browser back with a code, once whoever it is of is known."""
        given = request.args
        client = self.clients.get(given.get("client_id", ""))
        back = given.get("redirect_uri", "")
        if client is None or (back != client.callback and self.broken != "any-redirect"):
            raise Refused(400, "The application, or where to return to, is not known")
        person = self.authenticate(request)
        told: dict[str, str] = {}
        if given.get("response_type") != "code":
            unknown = "response_type" in given
            told["error"] = "unsupported_response_type" if unknown else "invalid_request"
        else:
            try:
                asked = self.read_scopes(given.get("scope", ""), client)
            except Refused as refused:
                told["error"] = refused.message
            else:
                told["code"] = secrets.token_urlsafe(24)
                self.codes[told["code"]] = client, person, asked
        if "state" in given and self.broken != "state-lost":
            told["state"] = given["state"]
        mark = "&" if "?" in back else "?"
        place = f"{back}{mark}{urllib.parse.urlencode(told)}"
        return Response("", 302, {"Location": place, "Cache-Control": "no-store"})

    def revoke(self, request: Request) -> Response:
        client = self.find_client(request)
        if not request.form.get("token"):
            raise Refused(400, "invalid_request")
        grant = self.tokens.get(request.form["token"])
        if grant is not None and grant.app == client.app and self.broken != "revoked-works":
            del self.tokens[request.form["token"]]
        return Response(status=200)

    # The staging server's own clock and identities, by the control protocol.

    def control(self, request: Request) -> Response:
        given = request.get_json() if request.get_data() else {}
        place = request.path.removeprefix("/.control").strip("/").split("/")
        match request.method, *place:
            case "GET", "":
                return to_json({"protocol": 1, "capabilities": ["clock", "mint", "revoke"]})
            case "POST", "clock":
                self.moved += float(given["advance"])
                return to_json({"now": self.now()})
            case "GET", "clock":
                return to_json({"now": self.now()})
            case "POST", "identities":
                return self.mint(given)
            case "POST", "identities", name, "revoke":
                self.tokens.pop(self.minted[name], None)
                return to_json({})
        return to_json({"error": "unknown"}, 404)

    def mint(self, wanted: Mapping[str, Any]) -> Response:
        state, roles = wanted.get("state") or "active", wanted.get("roles")
        if state not in ("active", "revoked", "expired"):
            return to_json({"error": f"no token can be {state}"}, 400)
        account = wanted.get("tenant") or "first"
        permissions = wanted.get("permissions")
        registered = permissions is None or "registered-app" in permissions
        app = wanted.get("app") or f"app-{account}" if registered else ""
        scopes = wanted.get("scopes")
        scopes = ["read", "write"] if scopes is None else scopes
        lifetime = -1 if state == "expired" else wanted.get("lifetime") or WEEK_S
        admin = roles is None or "admin" in roles
        user = wanted.get("user", "")
        token = self.grant(account, app, scopes, lifetime, user=user, admin=admin)
        grant, name = self.tokens[token], f"minted-{next(self.numbers)}"
        self.minted[name] = token
        if state == "revoked":
            del self.tokens[token]
        told = {
            "id": name, "name": name, "token": token, "scheme": "bearer", "scopes": scopes,
            "permissions": ["registered-app"] if registered else [],
            "roles": ["admin"] if admin else [], "tenant": account, "user": grant.user, "app": app,
            "account": account, "state": state, "expires": grant.ends,
        }  # fmt: skip
        return to_json(told, 201)

    @contextmanager
    def running(self, certificate: Path) -> Iterator[tuple[str, str]]:
        """Serve by TLS, and what comes by plain HTTP. Yields the URLs of both."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with ExitStack() as stack:
            ports = []
            for wrapped in (context, None):
                server = make_server(
                    "127.0.0.1", 0, self, threaded=True, request_handler=Quiet, ssl_context=wrapped
                )
                server.daemon_threads = True
                ports.append(server.server_port)
                stack.callback(server.server_close)
                thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
                thread.start()
                stack.callback(thread.join)
                stack.callback(server.shutdown)
            self.port = ports[0]
            yield f"https://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"


class Limited(Refused):
    """A 429, with the fields that say so."""

    def __init__(self, told: Mapping[str, str]) -> None:
        super().__init__(429, "rate limit reached")
        self.told = told


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, *_: object) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The field Date, by the service's own clock."""
        service: Any = self.server.app
        return http_date(service.now() if timestamp is None else timestamp)


def parse(request: Request) -> Any:
    try:
        return json.loads(request.get_data(), parse_constant=no_number)
    except (ValueError, RecursionError):
        raise Refused(400, "Bad request") from None


def pick(
    given: Any, name: str, fields: Mapping[str, Callable[[Any], bool]], due: tuple[str, ...]
) -> dict[str, Any]:
    """The known members of what is inside of a wrapper."""
    inner = given.get(name) if isinstance(given, dict) else None
    if not isinstance(inner, dict) or (not due and not inner):
        raise Refused(422, "Validation Failed", (name,), name)
    wrong = [key for key in due if key not in inner]
    wrong += [key for key, fits in fields.items() if key in inner and not fits(inner[key])]
    if wrong:
        raise Refused(422, "Validation Failed", tuple(wrong), name)
    return {key: inner[key] for key in fields if key in inner}


def read_body(
    request: Request, name: str, fields: Mapping[str, Callable[[Any], bool]], due: tuple[str, ...]
) -> dict[str, Any]:
    return pick(parse(request), name, fields, due)


def read_number(request: Request, key: str, usual: int, most: int) -> int:
    written = request.args.get(key, str(usual))
    if not re.fullmatch(r"[1-9]\d{0,9}", written) or int(written) > most:
        raise Refused(422, "Validation Failed", (key,))
    return int(written)


def refuse_client(refused: Refused) -> Response:
    headers = {"Cache-Control": "no-store"}
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="crm"'
    return to_json({"error": refused.message}, refused.status, headers)


def describe_user(name: str, grant: Grant) -> dict[str, Any]:
    number = int.from_bytes(name.encode()[-4:], "big")
    role = "admin" if grant.admin else "member"
    return {"id": number, "username": name, "name": name, "role": role}


def hide(hook: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in hook.items() if key not in ("app", "alive")}


def is_hashable_in(value: Any, known: set[str]) -> bool:
    return isinstance(value, str) and value in known


def is_url(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[^\s/]+(/\S*)?", value[:2000]))


def write_moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(value), status, headers, content_type="application/json")


def no_number(text: str) -> None:
    raise ValueError(text)
