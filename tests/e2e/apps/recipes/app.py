"""Recipes on Starlette, in versions that are dates in a header field, for kitchens with clients.

A kitchen is a tenant. Everything is in memory. `broken` names one mistake that the service then
makes; `MISTAKES` lists them all. It starts as `with Service(clients, broken="…").running() as url`.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

FIELD = "Recipes-Version"
RETIRED, OLDER, NEWEST = "2025-03-01", "2025-09-01", "2026-05-01"
MISTAKES = {
    "unknown-served": "a day on which no version came out is served by the newest version",
    "future-served": "a day to come is served by the newest version",
    "malformed-served": "what is no day is served by the newest version",
    "malformed-500": "what is no day: 500",
    "retired-served": "the retired version is served by the newest one",
    "retired-400": "the retired version: 400 in place of 410",
    "missing-newest": "a request without a version is served by the newest one",
    "first-of-two": "of two versions in one request the first is served",
    "last-of-two": "of two versions in one request the last is served",
    "echoes-newest": "every response names the newest version",
    "no-vary": "responses that caches may keep do not name the field in Vary",
    "older-refused": "the version before the newest one is refused",
    "refused-version-creates": "POST in an unknown version: 400, and the recipe is there",
    "unknown-creates": "POST in an unknown version is served by the newest one",
    "total-of-all": "X-Total-Count counts the recipes of every kitchen",
    "lists-all": "GET /recipes lists those of every kitchen",
    "foreign-put": "PUT of another kitchen's recipe: 404, and it is changed",
    "foreign-delete": "DELETE of another kitchen's recipe: 404, and it is gone",
}


class Service:
    """The service. clients: id -> secret and kitchen."""

    def __init__(self, clients: Mapping[str, tuple[str, str]], broken: str = "") -> None:
        assert not broken or broken in MISTAKES
        self.clients, self.broken = clients, broken
        self.tokens: dict[str, str] = {}
        self.recipes: dict[str, dict[str, Any]] = {}
        one = "/recipes/{recipe_id}"
        self.app = Starlette(
            routes=[
                Route("/token", self.issue, methods=["POST"]),
                Route("/recipes", self.collection, methods=["GET", "POST"]),
                Route(one, self.single, methods=["GET", "PUT", "DELETE"]),
            ]
        )

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a free port of loopback; gives the URL."""
        config = uvicorn.Config(self.app, port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()

    async def issue(self, request: Request) -> Response:
        """Client credentials by Basic."""
        _, _, coded = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(coded).decode().partition(":")
        except ValueError:
            name, secret = "", ""
        if self.clients.get(name, ("", ""))[0] != secret or not secret:
            challenge = {"WWW-Authenticate": 'Basic realm="recipes"'}
            return JSONResponse({"error": "invalid_client"}, 401, challenge)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.clients[name][1]
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": 600}
        return JSONResponse(granted, headers={"Cache-Control": "no-store"})

    def kitchen(self, request: Request) -> str:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        return self.tokens.get(token, "")

    def version(self, request: Request) -> tuple[str, int]:
        """The version that serves a request, and 0; or the status of its refusal."""
        named = request.headers.getlist(FIELD)
        if len(set(named)) > 1 and self.broken not in ("first-of-two", "last-of-two"):
            return "", 400
        if not named:
            return (NEWEST if self.broken == "missing-newest" else OLDER), 0
        one = named[-1 if self.broken == "last-of-two" else 0]
        if one == RETIRED and self.broken != "retired-served":
            return "", 400 if self.broken == "retired-400" else 410
        if one == OLDER and self.broken == "older-refused":
            return "", 400
        if one in (OLDER, NEWEST):
            return one, 0
        return self.strange(one, request.method)

    def strange(self, named: str, method: str) -> tuple[str, int]:
        day = re.fullmatch(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])", named) and named != "2024-02-30"
        if not day and self.broken == "malformed-500":
            return "", 500
        kind = "malformed" if not day else "future" if named > NEWEST else "unknown"
        kind = "retired" if named == RETIRED else kind
        lenient = {f"{kind}-served"} | ({f"{kind}-creates"} if method == "POST" else set())
        return (NEWEST, 0) if self.broken in lenient else ("", 400)

    def refuse(self, status: int, text: str, **fields: str) -> Response:
        return JSONResponse({"error": text}, status, fields)

    def show(self, version: str, value: Any, status: int = 200, **fields: str) -> Response:
        named = NEWEST if self.broken == "echoes-newest" else version
        response = JSONResponse(value, status, {FIELD: named, **fields})
        if status == 200:
            response.headers["Cache-Control"] = "private, max-age=30"
            response.headers["Vary"] = f"Authorization, {FIELD}"
            if self.broken == "no-vary":
                response.headers["Vary"] = "Authorization"
        return response

    async def collection(self, request: Request) -> Response:
        kitchen = self.kitchen(request)
        if not kitchen:
            challenge = {"WWW-Authenticate": 'Bearer realm="recipes"'}
            return JSONResponse({"error": "Who are you?"}, 401, challenge)
        version, refused = self.version(request)
        if refused and (self.broken, request.method) == ("refused-version-creates", "POST"):
            self.keep(kitchen, await request.json())
        if refused:
            return self.refuse(refused, "This is no version.")
        if request.method == "POST":
            given = await self.read(request)
            if given is None:
                return self.refuse(400, "A recipe has a title.")
            made = self.keep(kitchen, given)
            return self.show(version, made, 201, Location=f"/recipes/{made['id']}")
        everybody = self.broken == "lists-all"
        own = [one for one in self.recipes.values() if everybody or one["kitchen"] == kitchen]
        total = len(self.recipes if self.broken == "total-of-all" else own)
        shown = [without_kitchen(one) for one in own[::-1][:200]]
        response = self.show(version, shown)
        response.headers["X-Total-Count"] = str(total)
        return response

    async def single(self, request: Request) -> Response:
        kitchen = self.kitchen(request)
        if not kitchen:
            challenge = {"WWW-Authenticate": 'Bearer realm="recipes"'}
            return JSONResponse({"error": "Who are you?"}, 401, challenge)
        version, refused = self.version(request)
        if refused:
            return self.refuse(refused, "This is no version.")
        one = self.recipes.get(request.path_params["recipe_id"])
        foreign = one is not None and one["kitchen"] != kitchen
        if one is None or (foreign and self.broken != f"foreign-{request.method.lower()}"):
            return self.refuse(404, "There is no such recipe.")
        if request.method == "DELETE":
            del self.recipes[one["id"]]
        if request.method == "PUT":
            given = await self.read(request)
            if given is None:
                return self.refuse(400, "A recipe has a title.")
            one |= given
        if foreign:
            return self.refuse(404, "There is no such recipe.")
        if request.method == "DELETE":
            return Response(status_code=204, headers={FIELD: version})
        return self.show(version, without_kitchen(one))

    async def read(self, request: Request) -> dict[str, Any] | None:
        try:
            given = await request.json()
        except ValueError:
            return None
        fits = isinstance(given, dict) and given.keys() <= {"title", "serves"}
        title = given.get("title") if fits else None
        serves = given.get("serves", 2) if fits else None
        if not isinstance(title, str) or not 1 <= len(title) <= 80:
            return None
        return {**given} if type(serves) is int and 1 <= serves <= 40 else None

    def keep(self, kitchen: str, given: dict[str, Any]) -> dict[str, Any]:
        made = {"id": str(uuid.uuid4()), "kitchen": kitchen, **given}
        self.recipes[made["id"]] = made
        return without_kitchen(made)


def without_kitchen(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "kitchen"}
