"""An engagement platform on FastAPI, written from what is published of WebEngage's API alone.

Two accounts, limits for each endpoint, the container around every response, everything in memory.
`broken` names one mistake that it then makes; `MISTAKES` lists them all.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from socket import create_server
from threading import Lock, Thread
from time import time
from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import Receive, Scope, Send

MISTAKES: dict[str, str] = {
    "permissions-unread": "a key works whatever its admin may do",
    "permissions-403": "an admin who lacks a permission gets 403",
    "missing-key-403": "a call without a key gets 403",
    "key-in-query": "a key in the query is taken",
    "key-of-the-deleted": "the key of a deleted admin works on",
    "any-license-code": "any licence code is that of the key's account",
    "text-404": "an unknown path gets a text",
    "status-failed": "the status of an error is failed",
    "no-message": "an error has no message",
    "two-members": "a second member stands beside response",
    "no-data": "a success has no data",
    "business-twice": "two business events may be defined a minute",
    "limit-one-more": "one event more than the limit is taken",
    "one-limit": "all endpoints share one limit",
    "refused-503": "a call over the limit gets 503",
    "remaining-stuck": "X-RateLimit-Remaining does not fall",
    "limit-in-words": "X-RateLimit-Limit is a text with its window",
    "no-fields-on-429": "a refusal has no rate limit fields",
    "date-without-seconds": "timestamps are like the page's example",
    "syntax-422": "what is no JSON gets 422",
    "plain-served": "plain HTTP is served",
    "webhook-plain-secret": "the secret of a webhook is the key itself",
}

LIMITS = {
    "users": 5000, "events": 5000, "business": 1, "transaction": 100, "bulk": 500, "trigger": 500,
}  # fmt: skip
WINDOW_S, REMEMBERED_S = 60, 4 * 3600
BOTH = frozenset({"account-management", "update-data"})
DATE = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{4}$"
Id = Annotated[str, Field(min_length=1, max_length=100)]
Named = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel)


class Known(Model):
    """Somebody who is named. What is left out may not be null either."""

    user_id: Id = ""
    anonymous_id: Id = ""

    @model_validator(mode="after")
    def name_somebody(self) -> Known:
        if not self.user_id and not self.anonymous_id:
            raise ValueError("userId and anonymousId cannot be empty")
        return self


class User(Known):
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    gender: Literal["male", "female", "other"] = "other"
    birth_date: Annotated[str, Field(pattern=DATE)] = ""
    attributes: dict[str, Any] = {}


class Event(Known):
    event_name: Annotated[str, Field(min_length=1, max_length=50)]
    event_time: Annotated[str, Field(pattern=DATE)] = ""
    event_data: dict[str, Any] = {}


class Users(Model):
    users: Annotated[list[User], Field(min_length=1, max_length=25)]


class Events(Model):
    events: Annotated[list[Event], Field(min_length=1, max_length=25)]


class Dedupe(Model):
    ttl: Annotated[int, Field(ge=5, le=1800)] = 5


class Transaction(Model):
    user_id: Id
    ttl: Annotated[int, Field(ge=1)] = 120
    txn_id: str = ""
    dedupe: Dedupe = Dedupe()
    override_data: dict[str, Any] = {}


class Attribute(Model):
    attribute_name: str
    data_type: str


class Definition(Model):
    event_name: Named
    event_category: Literal["BUSINESS"] = "BUSINESS"
    attributes: list[Attribute] = []


class BusinessEvent(Model):
    event_name: Named
    event_data: dict[str, Any] = {}


@dataclass
class Key:
    account: str
    permissions: frozenset[str] = BOTH
    deleted: bool = False
    taken: int = 0


@dataclass
class Account:
    license: str
    used: dict[str, tuple[float, int]] = field(default_factory=dict)
    seen: dict[tuple[str, str], float] = field(default_factory=dict)
    listeners: list[tuple[str, str]] = field(default_factory=list)


class Service:
    def __init__(self, *, broken: str = "", limits: Mapping[str, int] = LIMITS) -> None:
        assert broken in ("", *MISTAKES)
        self.broken, self.limits = broken, limits
        self.moved, self.numbers, self.lock = 0.0, count(1), Lock()
        self.accounts = {"one": Account("va1w264d"), "two": Account("in58adff")}
        self.keys: dict[str, Key] = {}
        self.minted: dict[str, str] = {}
        self.secure = ""
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        self.app.exception_handler(StarletteHTTPException)(self.refuse)
        self.add_routes()

    def now(self) -> float:
        return time() + self.moved

    def grant(self, account: str, **more: Any) -> str:
        key = secrets.token_hex(16)
        self.keys[key] = Key(account, **more)
        return key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what comes by plain HTTP elsewhere, and date every response by the own clock."""
        ours = scope["path"].startswith("/.control") or self.broken == "plain-served"
        if scope["scheme"] == "http" and not ours:
            raw = scope["raw_path"].decode() + ("?" if scope["query_string"] else "")
            place = f"{self.secure}{raw}{scope['query_string'].decode()}"
            await Response(status_code=308, headers={"Location": place})(scope, receive, send)
            return

        async def dated(message: Any) -> None:
            if message["type"] == "http.response.start":
                moment = datetime.fromtimestamp(self.now(), UTC)
                written = moment.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()
                message["headers"] = [*message["headers"], (b"date", written)]
            await send(message)

        await self.app(scope, receive, dated)

    def add_routes(self) -> None:
        def post(path: str, bucket: str, model: type[Model], status: int = 201) -> None:
            async def take(request: Request) -> Response:
                return await self.take(request, bucket, model, status)

            self.app.post(path)(take)

        first, second = "/v1/accounts/{license_code}", "/v2/accounts/{license_code}"
        post(f"{first}/users", "users", User)
        post(f"{first}/events", "events", Event)
        post(f"{first}/bulk-users", "bulk", Users)
        post(f"{first}/bulk-events", "bulk", Events)
        post(f"{second}/experiments/{{experiment}}/transaction", "transaction", Transaction, 200)
        post(f"{second}/business/events/definition", "business", Definition)
        post(f"{second}/business/save-event", "trigger", BusinessEvent)
        self.app.get("/v1/survey/response/{number}")(self.read)
        self.app.get("/v1/feedback/{number}")(self.read)
        self.app.get("/.control/")(lambda: {"protocol": 1, "capabilities": CAPABILITIES})
        self.app.get("/.control/clock")(lambda: {"now": self.now()})
        self.app.get("/.control/effects")(self.count_effects)
        self.app.get("/.control/identities/{name}/effects")(self.count_effects)
        self.app.post("/.control/clock")(self.advance)
        self.app.post("/.control/identities", status_code=201)(self.mint)
        self.app.post("/.control/identities/{name}/revoke")(self.revoke)
        self.app.post("/.control/listeners", status_code=201)(self.listen)

    # What every call goes through.

    def refuse(self, _: Request, error: StarletteHTTPException) -> Response:
        message = str(error.detail)
        headers = dict(error.headers or {})
        if error.status_code == 404 and self.broken == "text-404":
            return Response("Not found", 404, headers, "text/plain")
        inner = {"status": "error", "message": message}
        if self.broken == "status-failed":
            inner["status"] = "failed"
        if self.broken == "no-message":
            del inner["message"]
        return self.wrap(inner, error.status_code, headers)

    def wrap(self, inner: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
        whole = {"response": inner}
        if self.broken == "two-members":
            whole["took"] = "3 ms"
        return Response(json.dumps(whole), status, dict(headers or {}), "application/json")

    def succeed(
        self, request: Request, data: Any, status: int, headers: Mapping[str, str]
    ) -> Response:
        inner = {"status": "success", "message": "success", "data": data}
        if self.broken == "no-data":
            del inner["data"]
        if request.query_params.get("format") == "xml":
            text = f"<response>{to_xml(inner)}</response>"
            return Response(text, status, dict(headers), "application/xml")
        return self.wrap(inner, status, headers)

    def authenticate(self, request: Request) -> Key:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if not scheme and self.broken == "missing-key-403":
            raise HTTPException(403, "Unauthorized access")
        if not scheme and self.broken == "key-in-query":
            scheme, given = "bearer", next(iter(request.query_params.values()), "")
        key = self.keys.get(given.strip()) if scheme.lower() == "bearer" else None
        if key is None or (key.deleted and self.broken != "key-of-the-deleted"):
            raise HTTPException(401, "Unauthorized access")
        return key

    def authorize(self, request: Request, key: Key) -> None:
        code = request.path_params.get("license_code")
        known = {account.license for account in self.accounts.values()}
        if code is not None and self.broken != "any-license-code":
            if code not in known:
                raise HTTPException(404, "Invalid license code")
            if code != self.accounts[key.account].license:
                raise HTTPException(401, "Unauthorized access")
        if not key.permissions >= BOTH and self.broken != "permissions-unread":
            raise HTTPException(403 if self.broken == "permissions-403" else 401, "Unauthorized")

    def count(self, key: Key, bucket: str) -> dict[str, str]:
        """Count a call, and tell what is left. Raises for one too many."""
        account, limit = self.accounts[key.account], self.limits[bucket]
        whose = "all" if self.broken == "one-limit" else bucket
        began, used = account.used.get(whose, (0.0, 0))
        if self.now() >= began + WINDOW_S:
            began, used = self.now(), 0
        more = {"business-twice": "business", "limit-one-more": "events"}.get(self.broken) == bucket
        left = limit if self.broken == "remaining-stuck" else max(0, limit - used - 1)
        told = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
        if self.broken == "limit-in-words":
            told["X-RateLimit-Limit"] = f"{limit} per minute"
        if used >= limit + more:
            told = {} if self.broken == "no-fields-on-429" else told
            status = 503 if self.broken == "refused-503" else 429
            raise HTTPException(status, "Too many requests", told)
        account.used[whose] = began, used + 1
        return told

    async def take(
        self, request: Request, bucket: str, model: type[Model], status: int
    ) -> Response:
        key = self.authenticate(request)
        self.authorize(request, key)
        told = self.count(key, bucket)
        self.check_format(request, told)
        body = await self.parse(request, model, told)
        account, data = self.accounts[key.account], {}
        again = self.is_again(request, account)
        key.taken += not again
        if isinstance(body, Transaction):
            data = {
                "txnId": body.txn_id or secrets.token_hex(8),
                "experimentId": request.path_params["experiment"],
                "userId": body.user_id,
                "ttl": body.ttl,
            }
        if isinstance(body, Event) and not again:
            self.tell(account, body)
        return self.succeed(request, data, status, told)

    async def parse(self, request: Request, model: type[Model], told: Mapping[str, str]) -> Model:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise HTTPException(400, "Send application/json", dict(told))
        try:
            given = json.loads(await request.body(), parse_constant=no_number)
        except (ValueError, RecursionError):
            status = 422 if self.broken == "syntax-422" else 400
            raise HTTPException(status, "This is no JSON", dict(told)) from None
        try:
            return model.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            words = f"Error: {'.'.join(map(str, first['loc']))} {first['msg']}"
            raise HTTPException(400, words, dict(told)) from None

    def check_format(self, request: Request, told: Mapping[str, str]) -> None:
        if request.query_params.get("format", "json") not in ("json", "xml"):
            raise HTTPException(400, "format is json or xml", dict(told))

    def is_again(self, request: Request, account: Account) -> bool:
        """Whether the same request id came within four hours."""
        name = request.headers.get("x-request-id")
        if name is None:
            return False
        place = (request.url.path, name)
        last = account.seen.get(place, float("-inf"))
        account.seen[place] = self.now()
        return self.now() - last < REMEMBERED_S

    async def read(self, request: Request, number: str) -> Response:
        key = self.authenticate(request)
        self.authorize(request, key)
        self.check_format(request, {})
        form = "%Y-%m-%dT%H:%M" + ("" if self.broken == "date-without-seconds" else ":%S") + "+0000"
        moment = datetime.fromtimestamp(self.now(), UTC).strftime(form)
        data = {"id": number, "activityOn": moment, "questionResponses": []}
        if "feedback" in request.url.path:
            data = {
                "id": number,
                "activityOn": moment,
                "type": "suggestion",
                "message": "Dark mode",
            }
        return self.succeed(request, data, 200, {})

    def tell(self, account: Account, event: Event) -> None:
        """Call every listener of the account; its secret stands in the query."""
        body = json.dumps({"eventName": event.event_name, "userId": event.user_id}).encode()
        for url, secret in account.listeners:
            mac = hashlib.md5(f"{account.license}:{secret}".encode()).hexdigest()
            query = {
                "eventType": "event.tracked",
                "licenseCode": account.license,
                "secret": secret if self.broken == "webhook-plain-secret" else mac,
            }
            whole = f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode(query)}"
            headers = {"Content-Type": "application/json", "x-request-id": secrets.token_hex(16)}
            Thread(target=call, args=(whole, body, headers), daemon=True).start()

    # The staging server's own clock, keys and listeners, by the control protocol.

    async def advance(self, request: Request) -> Any:
        self.moved += float((await request.json())["advance"])
        return {"now": self.now()}

    async def mint(self, request: Request) -> Any:
        wanted = await request.json() if await request.body() else {}
        state, permissions = wanted.get("state") or "active", wanted.get("permissions")
        if state not in ("active", "revoked", "terminated"):
            return Response('{"error": "no such state"}', 400, media_type="application/json")
        account = wanted.get("tenant") or "one"
        held = BOTH if permissions is None else frozenset(permissions)
        key = self.grant(account, permissions=held, deleted=state == "terminated")
        name = f"minted-{next(self.numbers)}"
        self.minted[name] = key
        if state == "revoked":
            del self.keys[key]
        return {
            "id": name, "name": name, "token": key, "scheme": "adminKey", "state": state,
            "permissions": sorted(held), "tenant": account, "account": account, "user": name,
            "app": "", "parameters": {"licenseCode": self.accounts[account].license},
            "expires": None,
        }  # fmt: skip

    def count_effects(self, name: str = "") -> Any:
        """How many calls were taken: of all keys, or of one."""
        keys = [self.keys[self.minted[name]]] if name else self.keys.values()
        return {"count": sum(key.taken for key in keys)}

    def revoke(self, name: str) -> Any:
        self.keys.pop(self.minted[name], None)
        return {}

    async def listen(self, request: Request) -> Any:
        wanted, secret = await request.json(), secrets.token_hex(12)
        self.accounts[wanted.get("tenant") or "one"].listeners.append((wanted["url"], secret))
        return {"id": str(next(self.numbers)), "secret": secret}

    @contextmanager
    def running(self, certificate: Path) -> Iterator[tuple[str, str]]:
        """Serve by TLS, and what comes by plain HTTP. Yields the URLs of both."""
        with ExitStack() as stack:
            sockets = [stack.enter_context(create_server(("127.0.0.1", 0))) for _ in range(2)]
            secure, plain = (listening.getsockname()[1] for listening in sockets)
            self.secure = f"https://127.0.0.1:{secure}"
            for listening, wrapped in zip(sockets, (certificate, None), strict=True):
                config = uvicorn.Config(
                    self,
                    log_level="error",
                    lifespan="off",
                    date_header=False,
                    ssl_certfile=wrapped,
                    timeout_graceful_shutdown=1,
                )
                server = uvicorn.Server(config)
                thread = Thread(target=server.run, args=([listening],), daemon=True)
                thread.start()
                stack.callback(thread.join)
                stack.callback(stop, server)
            yield self.secure, f"http://127.0.0.1:{plain}"


CAPABILITIES = ["clock", "mint", "revoke", "listener", "effects"]


def stop(server: uvicorn.Server) -> None:
    server.should_exit = True


def to_xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{to_xml(one)}</{name}>" for name, one in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{to_xml(one)}</item>" for one in value)
    return escape(str(value))


def no_number(text: str) -> None:
    raise ValueError(text)


def call(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    with suppress(OSError):
        request = urllib.request.Request(url, body, dict(headers), method="POST")
        urllib.request.urlopen(request, timeout=5).close()
